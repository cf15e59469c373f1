"""What works this quarter: announced values after lag, dilution by bodies that disagree, and release of money."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import TYPE_CHECKING

import numpy as np

from ccepz_sim.content.loading import Content
from ccepz_sim.numerics.clock import QUARTERS
from ccepz_sim.numerics.compiled import compiled
from ccepz_sim.state.decisions import Decision, announced_path, status_quo_path
from ccepz_sim.state.lags import make_filter, pass_on
from ccepz_sim.state.policy import Policy, Working, check_channels, show, words_of

if TYPE_CHECKING:
    from ccepz_sim.state.zone import Zone


def open_policy(content: Content, decisions: Sequence[Decision], quarters: int, bodies: Mapping[str, int]) -> Policy:
    """Put all levers at the status quo of the first quarter and tabulate what is announced.

    Args:
        bodies: number of each body by id.

    Raises:
        ContentError: a lever has a channel that no rule reads, or the other way round.
    """
    levers = list(content.levers.values())
    channels = tuple(lever.channel for lever in levers)
    check_channels(channels)
    lag = np.array([lever.lag.quarters for lever in levers])
    stages = np.array([lever.lag.stages for lever in levers])
    policy = Policy.make(levers=len(levers), quarters=quarters).fill(
        ids=tuple(lever.id for lever in levers),
        channels=channels,
        word=words_of(channels),
        body=[bodies[lever.body] for lever in levers],
        low=[lever.bounds[0] for lever in levers],
        high=[lever.bounds[1] for lever in levers],
        money=[lever.cost.money if lever.cost.kind == "programme" else 0.0 for lever in levers],
        is_value=[lever.cost.kind == "value" for lever in levers],
        standing_cost=[lever.cost.standing for lever in levers],
        regulates=[lever.group in ("governance", "regulation") for lever in levers],
        status_quo=status_quo_path(content, quarters),
        filter=make_filter(lag, stages),
        credibility=1.0,
        now=Working.make(),
        usual=Working.make(),
        more={},
    )
    policy.value[:] = policy.status_quo[0]
    announce_again(policy, content, decisions)
    show(policy, 0)
    policy.show_more()
    return policy


def announce_again(policy: Policy, content: Content, decisions: Sequence[Decision]) -> None:
    """Swap the decisions; what already worked its way in stays as it is."""
    policy.announced[:] = announced_path(content, decisions, policy.status_quo)


@compiled
def cost_of(policy: Policy, lever: int, quarter: int) -> float:
    """Give a lever's money need this quarter, yuan: its programme above the status quo, and a value disbursed."""
    extra = np.maximum(0.0, policy.value[lever] - policy.status_quo[quarter, lever])  # keeps what is not a number
    need = extra * policy.money[lever] + (policy.value[lever] if policy.is_value[lever] else 0.0)
    return need / QUARTERS


def announce(zone: Zone) -> None:
    """Announced deviations pass their lags; low standing and reversals dilute what arrives; standing is spent.

    Reads: policy.*; standing, the money released to executing bodies.

    Source: docs/model.md (k).
    """
    put_to_work(zone)
    zone.policy.show_more()


@compiled
def put_to_work(zone: Zone) -> None:
    """Set the values that work: what arrives after its lag is diluted, and what costs money needs money released."""
    policy, p, released = zone.policy, zone.p.policy, zone.bodies.released
    deviation = note_moves(zone)
    share = min(max(zone.governance.standing / p.standing_needed, p.dilution_floor), 1.0)
    for lever in range(policy.levers):
        effect = pass_on(policy.filter, lever, deviation[lever])
        effect *= policy.credibility * share if policy.regulates[lever] else policy.credibility
        if policy.money[lever] > 0.0 and effect > 0.0:
            effect *= released[policy.body[lever]]
        policy.value[lever] = policy.status_quo[zone.quarter, lever] + effect
        if policy.is_value[lever]:
            policy.value[lever] *= released[policy.body[lever]]
    show(policy, zone.quarter)


@compiled
def note_moves(zone: Zone) -> np.ndarray:
    """Give the announced deviations; moves of levers cost standing, reversals credibility, which returns slowly."""
    policy, p, quarter = zone.policy, zone.p.policy, zone.quarter
    deviation = np.empty(policy.levers)
    spent, reversals = 0.0, 0
    policy.credibility += (1.0 - policy.credibility) * p.credibility_return
    for lever in range(policy.levers):
        change = deviation[lever] = policy.announced[quarter, lever] - policy.status_quo[quarter, lever]
        if quarter > 0:
            change -= policy.announced[quarter - 1, lever] - policy.status_quo[quarter - 1, lever]
        if change != 0.0:
            spent += policy.standing_cost[lever] * abs(change) / (policy.high[lever] - policy.low[lever])
            reversals += change * policy.direction[lever] < 0.0
            policy.direction[lever] = np.sign(change)
    zone.governance.standing -= spent
    if reversals > 0:
        policy.credibility = max(p.credibility_floor, policy.credibility - p.reversal_loss * reversals)
    return deviation
