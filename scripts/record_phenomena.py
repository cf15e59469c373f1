"""Records what the phenomena page shows, by deliberate command only, from a finished run of `ccepz phenomena --space`.

python scripts/record_phenomena.py DIR    DIR is the --out of that run; then python scripts/make_docs.py
"""

from __future__ import annotations

import argparse
import json
import shutil
from datetime import UTC, datetime
from pathlib import Path
from typing import Any

from doc_maker.phenomena import IMAGES, RECORD

from ccepz_sim.commands.phenomena import FIGURES, draw
from ccepz_sim.content.loading import load_content
from ccepz_sim.studies.phenomena import as_dict, find
from ccepz_sim.studies.phenomenon_parts import SHOWN, SPREAD
from ccepz_sim.studies.store import read_manifest
from ccepz_sim.text.label import LANGUAGES


def record(folder: Path) -> dict[str, Any]:
    """Return results, with when and from what they were made; figures are drawn anew and copied to docs/images."""
    content = load_content()
    found, runs, manifest = [], 0, {}
    IMAGES.mkdir(parents=True, exist_ok=True)
    for item in content.phenomena.values():
        home = folder / item.id
        one = find(item, home)
        found.append(as_dict(one))
        draw(one, home, content)
        for part in (*SHOWN, *SPREAD):
            if (home / part).exists():
                manifest = read_manifest(home / part)
                runs += manifest["runs"]
        for lang in LANGUAGES:
            for kind in ("effect", "space"):
                drawn = home / FIGURES / f"{kind}-{lang}.png"
                if drawn.exists():
                    shutil.copyfile(drawn, IMAGES / f"{item.id}-{kind}-{lang}.png")
    return {
        "date": datetime.now(UTC).date().isoformat(),
        "runs": runs,
        "content_hash": manifest["content_hash"],
        "engine_hash": manifest["engine_hash"],
        "made_with": manifest["made_with"],
        "phenomena": {one["id"]: one for one in found},
    }


def main() -> None:
    """Write the record."""
    reader = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    reader.add_argument("folder", type=Path)
    text = json.dumps(record(reader.parse_args().folder), ensure_ascii=False, indent=1, allow_nan=False)
    RECORD.write_text(text + "\n", encoding="utf-8", newline="\n")


if __name__ == "__main__":
    main()
