"""Table of all levers: how many paired seeds moved as declared. `python -m tests.engine.lever_report --seeds 6`."""

from __future__ import annotations

import argparse
import sys

from ccepz_sim.content.loading import load_content
from tests.engine.paired import measure


def main(arguments: list[str] | None = None) -> None:
    """Print one line per lever: indicator, direction, pairs moved, mean relative change."""
    parser = argparse.ArgumentParser(description="Effects of levers in paired seeds.")
    parser.add_argument("levers", nargs="*", help="lever ids; all where none is named")
    parser.add_argument("--seeds", type=int, default=6)
    parser.add_argument("--first", type=int, default=1, help="first seed")
    given = parser.parse_args(arguments)
    content = load_content()
    found = measure(range(given.first, given.first + given.seeds), given.levers)
    sys.stdout.write(
        f"{'lever':30} {'indicator':36} {'way':4} {'moved':>6} {'change':>9} {'without':>11} {'with':>11}\n"
    )
    for name, item in found.items():
        when = ", ".join(f"{lever}={value:g}" for lever, value in content.levers[name].effect.condition.items())
        sys.stdout.write(
            f"{name:30} {item.indicator:36} {item.direction:4} {item.moved:>3}/{given.seeds:<2}"
            f" {item.change:>+9.2%} {item.without.mean():>11.4g} {item.with_.mean():>11.4g}  {when}\n"
        )


if __name__ == "__main__":
    main()
