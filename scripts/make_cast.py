"""Writes the synthetic rosters of `agents/`: firms, officials, institutes and the base-year accounts.

Run `python scripts/make_cast.py` after a change of `agents/facts.toml`, of prices or of products;
`--check` changes nothing and ends with code 1 where a file differs from what would be written.
Nothing outside `agents/` is read, and the same tables always give the same bytes. Rosters written by hand (`adds_to`)
are never touched; their firms count in the base-year accounts.
"""

from __future__ import annotations

import argparse
import sys
from pathlib import Path

from cast_maker import accounts, firms, institutes, officials
from cast_maker.tables import Cast

AGENTS = Path(__file__).resolve().parents[1] / "agents"


def drawn(folder: Path) -> dict[str, str]:
    """Return the text of every roster by file name, drawn from the tables of a folder."""
    cast = Cast(folder)
    people = firms.draw(cast)
    return {
        "firms.toml": firms.text(people),
        "officials.toml": officials.text(cast),
        "institutes.toml": institutes.text(cast),
        "accounts.toml": accounts.text(cast, [*people, *cast.own_firms]),
    }


def main(arguments: list[str] | None = None) -> int:
    """Write the rosters, or compare them with `--check`; return the exit code."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--check", action="store_true", help="compare only, end with 1 where a file differs")
    parser.add_argument("--agents", type=Path, default=AGENTS, help="folder of the tables")
    options = parser.parse_args(arguments)
    stale = []
    for name, text in drawn(options.agents).items():
        path = options.agents / name
        if path.exists() and path.read_text(encoding="utf-8") == text:
            continue
        stale.append(name)
        if not options.check:
            path.write_text(text, encoding="utf-8", newline="\n")
    for name in stale:
        print(f"{name}: {'differs from its facts' if options.check else 'written'}")
    return 1 if options.check and stale else 0


if __name__ == "__main__":
    sys.exit(main())
