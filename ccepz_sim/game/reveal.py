"""What is known of the truth: officials report, and only audits and central inspections show what really was."""

from __future__ import annotations

from ccepz_sim.content.loading import Content
from ccepz_sim.game.records import Future
from ccepz_sim.game.world import LAST_YEAR
from ccepz_sim.numerics.clock import PLAY_YEAR

AUDITS = "audit_share"  # the channel by which audits work


def known_until(content: Content, future: Future, year: int) -> int:
    """Return the last year whose true figures are known when another year is on the table.

    A year is known once the shares of officials audited since then add up to `game.reveal_coverage`, or a central
    inspection came after it; at the end of the game everything is. History before the game is known.
    """
    if year >= LAST_YEAR:
        return LAST_YEAR
    known = PLAY_YEAR - 1
    for inspection in content.scenarios[future.world.scenario].inspection:
        if inspection.at < year + 1:
            known = max(known, int(inspection.at) - 1)
    lever = next((lever.id for lever in content.levers.values() if lever.channel == AUDITS), None)
    if lever is None:
        return known
    column = future.levers.index(lever)
    needed, covered = content.value("game.reveal_coverage"), 0.0
    for past in range(year, known, -1):
        if covered >= needed:
            return past
        covered += float(future.working[past - PLAY_YEAR, column])
    return known
