"""Golden runs: yearly values and a fingerprint of two runs, written only by deliberate command."""

from __future__ import annotations

import json
import platform
import re
import tomllib
from datetime import UTC, datetime
from importlib.metadata import version
from pathlib import Path
from typing import Any

import numpy as np

from ccepz_sim import PilotZone, __version__

FOLDER = Path(__file__).parent
VERSIONS = FOLDER.parents[2] / "docs" / "reference" / "numbers.toml"
YEARS = 20
RUNS: dict[str, dict[str, Any]] = {
    "status-quo": {"package": "status-quo", "scenario": "slow-recovery", "seed": 1},
    "whole-programme": {"package": "whole-programme", "scenario": "second-crash", "seed": 2},
}
INDICATORS = (
    "gdp", "gdp_real", "industrial_value_added", "emerging_share", "firms_active", "firms_in_deficit_share",
    "employment", "unemployment_rate", "urban_income", "population", "net_migration",
    "skilled_fill_rate", "institute_fill_rate",
    "rd_intensity", "innovations", "chain_level_mean", "so2", "cod", "solid_waste_utilisation", "solid_waste_stock",
    "water_use", "ecology", "colluding_share", "bribes_paid", "funds_misused_share", "awareness", "trust",
    "budget_balance", "government_debt",
)  # fmt: skip


def environment() -> dict[str, str]:
    """What the last digits depend on: Python, libraries, and what the processor can do."""
    found = np.show_config(mode="dicts").get("SIMD Extensions", {}).get("found", [])
    return {
        "python": ".".join(platform.python_version_tuple()[:2]),
        "numpy": version("numpy"),
        "mesa": version("mesa"),
        "system": f"{platform.system()} {platform.machine()}",
        "cpu": " ".join(found),
    }


def take(name: str) -> dict[str, Any]:
    """Run one golden run: yearly means of the zone's indicators, fingerprint, content, environment."""
    zone = PilotZone(**RUNS[name]).run(YEARS)
    first = zone.first_quarter
    return {
        "run": RUNS[name],
        "content": zone.content.hash,
        "environment": environment(),
        "hash": zone.golden_hash(),
        "years": list(range(2016, 2016 + YEARS)),
        "values": {
            name: zone.recorder.series(name)[first:].reshape(YEARS, 4).mean(axis=1).tolist() for name in INDICATORS
        },
    }


def path(name: str) -> Path:
    """Where a golden run is kept."""
    return FOLDER / f"{name}.json"


def read(name: str) -> dict[str, Any]:
    """Read a golden run."""
    kept: dict[str, Any] = json.loads(path(name).read_text(encoding="utf-8"))
    return kept


def write(name: str, reason: str) -> None:
    """Record a golden run anew with the reason and today's date."""
    taken = {"reason": reason, "date": datetime.now(UTC).date().isoformat(), **take(name)}
    text = json.dumps(taken, indent=1, ensure_ascii=False)
    path(name).write_text(text + "\n", encoding="utf-8")


def unfit_version() -> str:
    """Say why a new record cannot be noted under this version; an empty text where it can."""
    newest = tomllib.loads(VERSIONS.read_text(encoding="utf-8"))["version"][0]
    if newest["version"] != __version__:
        return f"add version {__version__} on top of {VERSIONS.name}, with what changed and why"
    if newest["date"]:
        return f"version {__version__} is released: raise __version__ and add a row on top of {VERSIONS.name}"
    return ""


def note_version() -> None:
    """Write the fingerprints of the recorded runs into the row of the newest version."""
    held = ", ".join(f'{name} = "{read(name)["hash"]}"' for name in RUNS)
    text = VERSIONS.read_text(encoding="utf-8")
    changed = re.sub(r"^golden = \{.*\}$", f"golden = {{ {held} }}", text, count=1, flags=re.MULTILINE)
    VERSIONS.write_text(changed, encoding="utf-8", newline="\n")


def differences(kept: dict[str, Any], now: dict[str, Any], tolerance: float) -> list[str]:
    """Name the indicators that differ by more than the tolerance, with the first year and both values."""
    found = []
    for name in kept["values"]:
        old, new = np.array(kept["values"][name]), np.array(now["values"][name])
        # Sums of ups and downs may come close to zero: there the size of the indicator is the measure.
        apart = np.abs(new - old) > tolerance * np.maximum(np.abs(old), 1e-3 * np.abs(old).max())
        if apart.any():
            year = int(apart.argmax())
            found.append(f"{name} from {kept['years'][year]}: {old[year]:.10g} became {new[year]:.10g}")
    return found
