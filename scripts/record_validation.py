"""Records what the model says to its targets and patterns, for the page of validation.

    python scripts/record_validation.py [--seeds 50]

Run it on purpose, after a change that moves the golden run; then run `python scripts/make_docs.py`.
"""

from __future__ import annotations

import argparse
import json

from doc_maker.verdicts import RECORD

from ccepz_sim.content.loading import load_content
from ccepz_sim.studies.validate import validate

WORKERS = 2


def main() -> None:
    """Run all seeds and write the record."""
    reader = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    reader.add_argument("--seeds", type=int, default=50)
    seeds = reader.parse_args().seeds
    content = load_content()
    record = {"seeds": seeds, "content": content.hash, **validate(content, seeds, WORKERS).as_dict()}
    RECORD.write_text(json.dumps(record, ensure_ascii=False, indent=1) + "\n", encoding="utf-8")


if __name__ == "__main__":
    main()
