"""Checks that in the rules units, rows, shapes, accounts and random streams agree with what is declared.

python scripts/check_rules.py               one line for each fault; fails where there is one
python scripts/check_rules.py --unknown     also list the comparisons that could not be made
python scripts/check_rules.py DIR           check another copy of the package
"""

from __future__ import annotations

import argparse
import sys
from pathlib import Path

from rule_checker.check import check

PACKAGE = Path(__file__).resolve().parent.parent / "ccepz_sim"


def main(arguments: list[str] | None = None) -> int:
    """Check a package and tell what was found."""
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("package", nargs="?", type=Path, default=PACKAGE, help="folder of the package")
    parser.add_argument("--unknown", action="store_true", help="list the comparisons that could not be made")
    asked = parser.parse_args(arguments)
    package = asked.package.resolve()
    findings = check(package)
    if asked.unknown:
        for place, what in findings.unknown:
            print(f"{place.file.relative_to(package.parent)}:{place.line}: not known: {what}")
    lines = findings.lines(package.parent)
    print("\n".join(lines) if lines else "", end="\n" if lines else "")
    total = len(findings.compared)
    made = total - len(findings.unknown)
    faults = "1 fault" if len(lines) == 1 else f"{len(lines)} faults"
    print(f"{made} of {total} comparisons made ({made / total:.1%}), {len(findings.told)} told by comments, {faults}")
    return 1 if lines else 0


if __name__ == "__main__":
    sys.exit(main())
