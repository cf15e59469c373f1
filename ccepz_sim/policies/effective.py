"""What works this quarter: announced values after lag, dilution by bodies that disagree, and release of money."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import TYPE_CHECKING

import numpy as np

from ccepz_sim.clock import QUARTERS
from ccepz_sim.compiled import compiled
from ccepz_sim.content import Content
from ccepz_sim.policies.lags import LagFilter
from ccepz_sim.policies.schedule import Decision, announced_path, status_quo_path
from ccepz_sim.state.policy import Policy, Working, check_channels, words_of

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
        named=words_of(channels),
        body=[bodies[lever.body] for lever in levers],
        low=[lever.bounds[0] for lever in levers],
        high=[lever.bounds[1] for lever in levers],
        money=[lever.cost.money if lever.cost.kind == "programme" else 0.0 for lever in levers],
        is_value=[lever.cost.kind == "value" for lever in levers],
        standing_cost=[lever.cost.standing for lever in levers],
        regulates=[lever.group in ("governance", "regulation") for lever in levers],
        status_quo=status_quo_path(content, quarters),
        filter=LagFilter(lag, stages),
        credibility=1.0,
        now=Working.make(),
        usual=Working.make(),
        more={},
    )
    policy.value[:] = policy.status_quo[0]
    announce_again(policy, content, decisions)
    policy.show(0)
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
    policy, p = zone.policy, zone.p.policy
    quarter = zone.quarter
    status_quo = policy.status_quo[quarter]
    deviation = policy.announced[quarter] - status_quo
    change = deviation - (policy.announced[quarter - 1] - policy.status_quo[quarter - 1]) if quarter else deviation
    policy.credibility += (1.0 - policy.credibility) * p.credibility_return
    if change.any():
        spent, reversals = _move(change, policy.low, policy.high, policy.standing_cost, policy.direction)
        zone.governance.standing -= spent
        policy.credibility = max(p.credibility_floor, policy.credibility - p.reversal_loss * reversals)
    share = min(max(zone.governance.standing / p.standing_needed, p.dilution_floor), 1.0)
    policy.value[:] = _at_work(
        policy.filter.step(deviation), status_quo, policy.regulates, policy.is_value, policy.money,
        zone.bodies.released, policy.body, float(policy.credibility), float(share),
    )  # fmt: skip
    policy.show(quarter)


@compiled
def _move(
    change: np.ndarray, low: np.ndarray, high: np.ndarray, standing_cost: np.ndarray, direction: np.ndarray
) -> tuple[float, int]:
    """Give the standing that moves of levers cost and the number of reversals; note the direction of each move."""
    spent, reversals = 0.0, 0
    for lever in range(change.size):
        if change[lever] != 0.0:
            spent += standing_cost[lever] * abs(change[lever]) / (high[lever] - low[lever])
            reversals += change[lever] * direction[lever] < 0.0
            direction[lever] = np.sign(change[lever])
    return spent, reversals


@compiled
def _at_work(
    arrived: np.ndarray,
    status_quo: np.ndarray,
    regulates: np.ndarray,
    is_value: np.ndarray,
    money: np.ndarray,
    released: np.ndarray,
    body: np.ndarray,
    credibility: float,
    share: float,
) -> np.ndarray:
    """Give the values that work: what arrived is diluted, and what costs money needs money released."""
    value = np.empty_like(status_quo)
    for lever in range(value.size):
        effect = arrived[lever] * (credibility * share if regulates[lever] else credibility)
        if money[lever] > 0.0 and effect > 0.0:
            effect *= released[body[lever]]
        value[lever] = status_quo[lever] + effect
        if is_value[lever]:
            value[lever] *= released[body[lever]]
    return value
