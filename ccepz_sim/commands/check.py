"""`ccepz check`: every mistake in the content, a line each."""

from __future__ import annotations

import argparse

from ccepz_sim.commands.arguments import Parser
from ccepz_sim.commands.console import Say

FOUND, UNREADABLE = 1, 2


def declare(_parser: Parser, _say: Say) -> None:
    """Declare nothing: content is an option of all commands."""


def execute(args: argparse.Namespace, say: Say) -> int:
    """Print the findings; return 1 for mistakes in readable content, 2 for content that cannot be read."""
    from ccepz_sim.content.checks import check_content
    from ccepz_sim.content.loading import load_content

    findings = check_content(args.content)
    for finding in findings:
        print(finding.sentence(say.lang))
    if findings:
        print(say("check.found", count=len(findings)))
        return UNREADABLE if any(finding.fatal for finding in findings) else FOUND
    content = load_content(args.content)
    print(
        say(
            "check.clean",
            levers=len(content.levers),
            packages=len(content.packages),
            scenarios=len(content.scenarios),
            studies=len(content.studies),
            phenomena=len(content.phenomena),
            parameters=len(content.parameters),
        )
    )
    return 0
