"""Compare or record the golden runs: `python -m tests.engine.golden [--update "reason"]`."""

from __future__ import annotations

import argparse
import sys

from tests.engine.golden.record import RUNS, differences, note_version, path, read, take, unfit_version, write

TOLERANCE = 1e-6


def main(arguments: list[str] | None = None) -> int:
    """Without `--update` only compare; return 1 where something differs."""
    parser = argparse.ArgumentParser(description="Golden runs.")
    parser.add_argument("--update", metavar="REASON", help="record anew; say why, for whoever reads the file later")
    reason = parser.parse_args(arguments).update
    if reason is not None and len(reason.split()) < 3:
        parser.error("give a reason in at least three words")
    if reason is not None and (refused := unfit_version()):
        parser.error(refused)
    code = 0
    for name in RUNS:
        if reason is not None:
            write(name, reason)
            note_version()
            sys.stdout.write(f"{path(name).name}: recorded\n")
            continue
        apart = differences(read(name), take(name), TOLERANCE)
        sys.stdout.write(f"{path(name).name}: {'; '.join(apart) or 'the same'}\n")
        code = max(code, int(bool(apart)))
    return code


if __name__ == "__main__":
    raise SystemExit(main())
