"""Records what the page of sensitivity shows, by deliberate command only.

ccepz study all-parameters --out A    then python scripts/record_sensitivity.py A     names the dozen that matter
ccepz study the-dozen --out B         then python scripts/record_sensitivity.py A B   records; then scripts/make_docs.py
"""

from __future__ import annotations

import argparse
import json
import shutil
from datetime import UTC, datetime
from pathlib import Path

import numpy as np
from doc_maker.sensitivity import DOZEN, IMAGES, RECORD, strongest

from ccepz_sim.content.loading import load_content
from ccepz_sim.content.reading.outcomes import outcome_name
from ccepz_sim.studies import sensitivity
from ccepz_sim.studies.figures import Charts, save
from ccepz_sim.studies.results import StudyResults, load_study
from ccepz_sim.studies.scales import scale_words
from ccepz_sim.studies.store import read_manifest
from ccepz_sim.text.label import LANGUAGES

LAST_YEARS = 5  # of which an outcome is the mean: single years are full of luck


def means(results: StudyResults, name: str) -> np.ndarray:
    """Return the mean of an outcome over the last years of each point, in the order of the design."""
    outcome = results.outcome(name)
    table = results.query(
        """SELECT r.point, avg(o.value) AS value FROM outcomes o JOIN runs r USING (run)
        WHERE o.indicator = $indicator AND o.view = $view AND o.year > $year GROUP BY ALL ORDER BY r.point""",
        indicator=outcome.indicator, view=outcome.view, year=results.years[1] - LAST_YEARS,
    )  # fmt: skip
    if len(table) != results.study.points:
        raise SystemExit(f"{name}: {results.study.points - len(table)} runs are missing")
    return table["value"].to_numpy(dtype=float)


def effects(results: StudyResults) -> dict[str, dict[str, float]]:
    """Return by outcome the mean absolute elementary effect of each factor."""
    names = [outcome_name(outcome) for outcome in results.study.outcomes]
    tables = {name: sensitivity.morris(results.study, means(results, name)) for name in names}
    return {name: dict(zip(table["factor"], table["mu_star"], strict=True)) for name, table in tables.items()}


def record(screening: Path, variance: Path) -> None:
    """Write the record and draw the figures."""
    content = load_content()
    screened, split = load_study(screening), load_study(variance)
    sizes = effects(screened)
    ranked = strongest(sizes)[:DOZEN]
    manifests = [read_manifest(folder) for folder in (screening, variance)]
    IMAGES.mkdir(parents=True, exist_ok=True)
    shares = {}
    for name in sizes:
        table = sensitivity.sobol(split.study, means(split, name))
        columns = ("factor", "first_order", "first_confidence", "total", "total_confidence")
        shares[name] = [[str(row[0]), *(round(float(value), 4) for value in row[1:])] for row in
                        table[list(columns)].itertuples(index=False)]  # fmt: skip
        for lang in LANGUAGES:
            drawn = save(
                Charts(split, lang, scale_words, content).sobol(name, shares=table),
                variance / "figures" / f"{name}-{lang}",
            )
            shutil.copyfile(next(path for path in drawn if path.suffix == ".png"), IMAGES / f"{name}-{lang}.png")
    parts = {
        name: {factor: round(held[factor] / sum(held.values()), 5) for factor, _ in ranked}
        for name, held in sizes.items()
    }
    found = {
        "date": datetime.now(UTC).date().isoformat(),
        "runs": sum(manifest["runs"] for manifest in manifests),
        "screened": len(screened.study.factors),
        "trajectories": screened.study.samples,
        "content_hash": manifests[1]["content_hash"],
        "engine_hash": manifests[1]["engine_hash"],
        "strongest": [[factor, round(share, 5)] for factor, share in ranked],
        "part": parts,
        "variance": shares,
    }
    RECORD.write_text(json.dumps(found, ensure_ascii=False, indent=1) + "\n", encoding="utf-8", newline="\n")


def main() -> None:
    """Name the dozen, or write the record."""
    reader = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    reader.add_argument("screening", type=Path)
    reader.add_argument("variance", type=Path, nargs="?")
    args = reader.parse_args()
    if args.variance:
        record(args.screening, args.variance)
        return
    for factor, share in strongest(effects(load_study(args.screening)))[:DOZEN]:
        print(f"{factor:40} {share:.2%}")


if __name__ == "__main__":
    main()
