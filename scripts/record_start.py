"""Writes what a first start needs: the record of the rules, and the status quo that is shown while they are compiled.

Run `python scripts/record_start.py` after a change of a rule or of content. It writes what each rule is called with and
how long it takes to compile into `ccepz_sim/numerics/compiling/rules.json`, and the figures into `ccepz_sim/game/` as
`status-quo.json` and `status-quo.npz`. Where only source changed and no figure, the arrays stay and the hash of the
engine is written anew.
"""

from __future__ import annotations

import argparse
import json
import os
import subprocess
import sys
import tempfile

import numpy as np

PARTS = ("rules", "status-quo")
STATE = "_CCEPZ_RECORDING"  # this process is the one with an empty folder of compiled rules
YEARS = 12  # so that what happens once a year or after a lag has happened
PACKAGE = "whole-programme"


def record_rules() -> None:
    """Compile every rule once, in this process, and write names, signatures and seconds."""
    from ccepz_sim.numerics.compiling import leave_alone, recorded, recording

    leave_alone()
    with recording.timed() as seconds:
        play()
    rules = recording.called_rules(seconds)
    recorded.write(rules)
    spent = sum(rule.seconds for rule in rules)
    print(f"rules.json: {len(rules)} rules, {spent:.0f} s of one processor")
    for name in recording.uncalled_rules():
        print(f"not called by these runs, so compiled at its first call: {name}")


def play() -> None:
    """Run what calls every rule: the history, the status quo and the programme that moves nearly every lever."""
    from ccepz_sim.model import PilotZone

    PilotZone(start=2010).run(1)
    PilotZone(package=PACKAGE).run(YEARS)


def record_status_quo() -> None:
    """Run the status quo of the first world and write it."""
    from ccepz_sim.content.loading import load_content
    from ccepz_sim.game import recorded
    from ccepz_sim.game.records import Order
    from ccepz_sim.game.runner import Runner
    from ccepz_sim.game.world import FIRST_SCENARIO, FIRST_SEED, World
    from ccepz_sim.model import PilotZone

    content = load_content()
    future = Runner(content, PilotZone).run(Order(World(FIRST_SEED, FIRST_SCENARIO), ()))
    facts = recorded.facts_of(content, future)
    before = json.loads(recorded.FACTS.read_text("utf-8")) if recorded.FACTS.exists() else {}
    lines = json.dumps(facts, ensure_ascii=False, indent=0)
    recorded.FACTS.write_text(lines + "\n", encoding="utf-8", newline="\n")
    same = all(before.get(name) == facts[name] for name in ("golden_hash", "ids", "places", "levers"))
    if not same or not recorded.FIGURES.exists():
        np.savez_compressed(recorded.FIGURES, **recorded.arrays_of(future))
    print(f"status-quo.json written; status-quo.npz {'unchanged' if same else 'written'}")


def main() -> int:
    """Record what is named, everything without a name; return the exit code."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("parts", nargs="*", choices=[*PARTS, []], help=" or ".join(PARTS))
    parts = parser.parse_args().parts or list(PARTS)
    if os.environ.get(STATE):
        record_rules()
        return 0
    if "rules" in parts:
        with tempfile.TemporaryDirectory() as empty:
            environment = {**os.environ, "CCEPZ_RULES": empty, STATE: "1"}
            subprocess.run([sys.executable, __file__, "rules"], env=environment, check=True)
    if "status-quo" in parts:
        record_status_quo()
    return 0


if __name__ == "__main__":
    sys.exit(main())
