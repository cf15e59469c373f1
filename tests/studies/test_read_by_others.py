"""What a study writes is read by what researchers use: DuckDB, Polars, Arrow, SALib, Excel in two regions."""

from __future__ import annotations

import csv
import io
from collections.abc import Callable
from pathlib import Path
from typing import Any

import duckdb
import numpy as np
import pandas as pd
import polars as pl
import pyarrow.dataset
import pyarrow.feather
import pyarrow.parquet
import pytest

from ccepz_sim import load_study, run_study
from ccepz_sim.cli import main
from ccepz_sim.content.schema.study import Study
from ccepz_sim.output import excel
from ccepz_sim.studies.design import Plan, problem, unit_sample
from tests.studies.test_results import Known

EN = {"LANG": "en_GB.UTF-8"}


def formula(run: Any, study: Study) -> np.ndarray:
    """Give the second series no number after the first period, as of a run that stopped."""
    return np.array([[1000.5 * run.seed + run.policy, 0.25], [2.5, np.nan if run.seed == 2 else 0.5]])


@pytest.fixture
def folder(make: Callable[..., Study], tmp_path: Path) -> Path:
    study = make(relations={"years": 2, "scale": 0.0005}, seeds=3, expected_runs=12)
    run_study(study, tmp_path / "out", engine=Known(formula))
    return tmp_path / "out"


def plain(folder: Path) -> pd.DataFrame:
    """Give the outcomes as this package reads them."""
    found = load_study(folder).outcomes.astype({"place": str, "indicator": str, "view": str})
    return found.sort_values(["run", "indicator", "year"], ignore_index=True)


def same(found: pd.DataFrame, wanted: pd.DataFrame) -> None:
    found = found.astype({"place": str, "indicator": str, "view": str})
    found = found.sort_values(["run", "indicator", "year"], ignore_index=True)[list(wanted.columns)]
    pd.testing.assert_frame_equal(found, wanted, check_dtype=False, check_exact=True)


def test_duckdb_reads_shards_and_runs_without_us(folder: Path) -> None:
    base = duckdb.connect()
    same(base.execute(f"SELECT * FROM '{folder}/shards/*.parquet'").df(), plain(folder))
    asked = f"""SELECT policy, avg(value) FROM '{folder}/shards/*.parquet' JOIN '{folder}/runs.parquet' USING (run)
        WHERE indicator = 'gdp_real' AND year = 2016 GROUP BY policy ORDER BY policy"""
    assert base.execute(asked).fetchall() == [("status-quo", 2001.0), ("tax-only", 2002.0)]


def test_polars_reads_shards_and_runs_without_us(folder: Path) -> None:
    shards = pl.scan_parquet(folder / "shards" / "*.parquet").collect()
    found = pd.DataFrame({name: shards[name].to_list() for name in shards.columns})
    same(found, plain(folder))
    runs = pl.read_parquet(folder / "runs.parquet")
    assert runs["seed"].to_list() == load_study(folder).runs["seed"].tolist()
    assert set(runs["policy"].cast(pl.String)) == {"status-quo", "tax-only"}
    lazy = pl.scan_parquet(folder / "shards" / "*.parquet").filter(pl.col("value").is_nan())
    assert len(lazy.collect()) == 4, "the years after the end of a run are no numbers, and not nothing"


def test_arrow_reads_shards_as_one_dataset(folder: Path, tmp_path: Path) -> None:
    """R's arrow is the same library: open_dataset() reads what this reads, and what it hands on as Feather."""
    found = pyarrow.dataset.dataset(folder / "shards", format="parquet").to_table()
    same(found.to_pandas(), plain(folder))
    pyarrow.feather.write_feather(found, tmp_path / "shards.feather")
    same(pyarrow.feather.read_feather(tmp_path / "shards.feather"), plain(folder))
    types = {str(field.type) for field in pyarrow.parquet.read_schema(folder / "runs.parquet")}
    assert not any("extension" in one for one in types), "nothing that only Python knows"


@pytest.mark.parametrize(("decimal", "between"), [("point", ","), ("comma", ";")])
def test_excel_gets_marks_of_its_region(
    folder: Path, tmp_path: Path, capsys: pytest.CaptureFixture[str], decimal: str, between: str
) -> None:
    target = tmp_path / "tables" / "summary.csv"
    assert main(["results", str(folder), "--excel", str(target), "--decimal", decimal], EN) == 0
    assert str(target) in capsys.readouterr().err
    data = target.read_bytes()
    assert data.startswith(b"\xef\xbb\xbf"), "without it Excel takes Chinese for another encoding"
    assert data.count(b"\r\n") == data.count(b"\n")
    text = data.decode("utf-8-sig")
    rows = list(csv.DictReader(io.StringIO(text), delimiter=between))
    wanted = load_study(folder).summary()
    assert list(rows[0]) == list(wanted.columns)
    mark = "," if decimal == "comma" else "."
    for row, mean in zip(rows, wanted["mean"], strict=True):
        assert float(row["mean"].replace(mark, ".")) == mean
        assert decimal == "point" or "." not in row["mean"]
    again = pd.read_csv(target, sep=between, decimal=mark, encoding="utf-8-sig", keep_default_na=True)
    assert again["error"].tolist() == wanted["error"].tolist()


def test_any_view_and_all_outcomes_go_to_excel(
    folder: Path, tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    for view in (["--diff", "status-quo", "tax-only"], ["--fan", "gdp_real"], ["--tornado"]):
        target = tmp_path / "view.csv"
        asked = [*view, "--out", str(tmp_path / "figure"), "--excel", str(target)]
        assert main(["results", str(folder), *asked], EN) == 0
        assert len(pd.read_csv(target, encoding="utf-8-sig")) > 0
    assert main(["results", str(folder), "--csv", "--excel", str(tmp_path / "all.csv")], EN) == 0
    assert capsys.readouterr().out.count("run,year") == 0, "into the file, and not on the screen"
    everything = pd.read_csv(tmp_path / "all.csv", encoding="utf-8-sig")
    assert len(everything) == 12 * 2 * 2
    assert everything["value"].isna().sum() == 4


def test_more_rows_than_excel_shows_are_told(
    folder: Path, tmp_path: Path, capsys: pytest.CaptureFixture[str], monkeypatch: pytest.MonkeyPatch
) -> None:
    from ccepz_sim.commands import results

    monkeypatch.setattr(results, "MOST_ROWS", 10)
    assert main(["results", str(folder), "--csv", "--excel", str(tmp_path / "all.csv")], EN) == 0
    assert "The file has 48 rows, and Excel shows 10 of them" in capsys.readouterr().err


@pytest.mark.parametrize(
    ("asked", "told"),
    [
        (["--decimal", "comma"], "give --excel FILE too"),
        (["--excel", "TAKEN/file.csv"], "cannot be written"),
        (["--excel", "f.csv", "--decimal", "period"], "comma"),
    ],
)
def test_what_cannot_be_written_is_said_before(
    folder: Path, tmp_path: Path, capsys: pytest.CaptureFixture[str], asked: list[str], told: str
) -> None:
    (tmp_path / "taken").write_text("a file", "utf-8")
    asked = [one.replace("TAKEN", str(tmp_path / "taken")) for one in asked]
    assert main(["results", str(folder), *asked], EN) == 2
    said = capsys.readouterr()
    assert told in said.err
    assert said.out == ""


def test_a_table_for_excel_is_whole_or_absent(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    table = pd.DataFrame({"名称": ["盐湖"], "value": [1234.5]})
    excel.write_csv(table, tmp_path / "t.csv", "comma")
    assert (tmp_path / "t.csv").read_bytes().decode("utf-8-sig") == "名称;value\r\n盐湖;1234,5\r\n"

    def full(*_: object) -> None:
        raise OSError(28, "No space left on device")

    monkeypatch.setattr(excel, "_write", full)
    with pytest.raises(OSError, match="No space"):
        excel.write_csv(table, tmp_path / "t.csv")
    assert (tmp_path / "t.csv").read_bytes().endswith(b"1234,5\r\n")


# SALib: our samples, its analysis; its samples, our model


SOBOL = {
    "design": "sobol",
    "samples": 64,
    "seeds": 1,
    "packages": ["status-quo"],
    "lever": [{"id": "audit-share", "bounds": [0, 1]}, {"id": "complaint-channels", "bounds": [0, 1]}],
    "uncertainty": [{"id": "collusion.belief_speed", "bounds": [0.1, 0.3]}],
    "expected_runs": 64 * 5,
}


def linear(run: Any, _: Study) -> float:
    levers = {one.lever: one.value for one in run.decisions}
    return (
        4.0 * levers["audit-share"]
        + 2.0 * levers["complaint-channels"]
        + dict(run.parameters)["collusion.belief_speed"]
    )


def test_salib_analyses_our_sample(make: Callable[..., Study], tmp_path: Path) -> None:
    from SALib.analyze import sobol

    study = make(**SOBOL)
    run_study(study, tmp_path / "out", engine=Known(linear))
    results = load_study(tmp_path / "out")
    values = results.at("gdp_real").sort_values("point")["value"].to_numpy()
    theirs = sobol.analyze(dict(problem(study)), values, calc_second_order=False, seed=1)
    ours = results.sobol("gdp_real").set_index("factor")
    for number, name in enumerate(problem(study)["names"]):
        assert ours.loc[name, "total"] == pytest.approx(theirs["ST"][number])
    # Of 4 x, 2 y and 0.2 z (z over a fifth of the range): 16 : 4 : 0.04
    assert ours.loc["audit-share", "total"] == pytest.approx(16 / 20.04, abs=0.05)


def test_our_model_runs_salibs_sample(make: Callable[..., Study], content: Any) -> None:
    """Points that SALib drew are a function call away, in its order."""
    from SALib.sample import latin

    from ccepz_sim.studies.ema import Zone, spelled

    study = make(**SOBOL)
    asked = {"num_vars": 3, "names": [one.id for one in study.factors], "bounds": [one.bounds for one in study.factors]}
    points = latin.sample(asked, 2, seed=1)
    zone = Zone(study, content, 1)
    names = [spelled(name) for name in asked["names"]]
    found = [zone(**dict(zip(names, point, strict=True)))["gdp_real"] for point in points]
    assert np.isfinite(found).all()
    assert found[0] != found[1]
    assert unit_sample(study).shape == (64 * 5, 3) == Plan(study).points.shape
