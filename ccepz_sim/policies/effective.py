"""What works this quarter: announced values after lag, dilution by bodies that disagree, and release of money."""

from __future__ import annotations

from collections.abc import Sequence
from types import SimpleNamespace
from typing import TYPE_CHECKING

import numpy as np

from ccepz_sim.clock import QUARTERS
from ccepz_sim.compiled import compiled
from ccepz_sim.content import Content
from ccepz_sim.policies.lags import LagFilter
from ccepz_sim.policies.schedule import Decision, announced_path, status_quo_path
from ccepz_sim.state.arrays import Arrays

if TYPE_CHECKING:
    from ccepz_sim.model import PilotZone


class Policy(Arrays):
    """Levers on their way from announcement to effect. Shapes (levers,) unless said.

    Attributes:
        ids, channels, body: of the levers; low, high: bounds in the lever's unit; lag: quarters; stages: number.
        money: yuan/year per unit above the status quo; is_value: whether the value itself is spent, yuan/year.
        standing_cost: points a full-range move costs; regulates: whether low standing dilutes it.
        status_quo, announced: value by quarter, shape (quarters, levers).
        filter: deviations on their way; value, now: what works, as array and by channel name.
        credibility: 0-1, falls with reversals; direction: sign of each lever's last move.
    """

    def __init__(self, content: Content, decisions: Sequence[Decision], quarters: int, body_index: dict[str, int]):
        levers = list(content.levers.values())
        self.ids = tuple(lever.id for lever in levers)
        self.channels = tuple(lever.channel for lever in levers)
        self.body = np.array([body_index[lever.body] for lever in levers])
        self.low = np.array([lever.bounds[0] for lever in levers])
        self.high = np.array([lever.bounds[1] for lever in levers])
        self.money = np.array([lever.cost.money if lever.cost.kind == "programme" else 0.0 for lever in levers])
        self.is_value = np.array([lever.cost.kind == "value" for lever in levers])
        self.standing_cost = np.array([lever.cost.standing for lever in levers])
        self.regulates = np.array([lever.group in ("governance", "regulation") for lever in levers])
        self.status_quo = status_quo_path(content, quarters)
        self.announced = announced_path(content, decisions, self.status_quo)
        self.lag = np.array([lever.lag.quarters for lever in levers])
        self.stages = np.array([lever.lag.stages for lever in levers])
        self.filter = LagFilter(self.lag, self.stages)
        self.value = self.status_quo[0].copy()
        self.credibility = 1.0
        self.direction = np.zeros(len(levers))
        self.now = self.namespace()

    def copy(self) -> Policy:
        """Return an independent policy state."""
        twin = super().copy()
        twin.filter = self.filter.copy()
        twin.now = twin.namespace()
        return twin

    def replace_decisions(self, content: Content, decisions: Sequence[Decision]) -> None:
        """Swap the decisions; what already worked its way in stays as it is."""
        self.announced = announced_path(content, decisions, self.status_quo)

    def namespace(self) -> SimpleNamespace:
        """Give the working values by channel name."""
        working = SimpleNamespace()
        working.__dict__.update(zip(self.channels, self.value.tolist(), strict=True))
        return working

    def cost(self, quarter: int) -> np.ndarray:
        """Give each lever's money need this quarter: programme costs above the status quo, and values disbursed."""
        return _cost(self.value, self.status_quo[quarter], self.money, self.is_value)


@compiled
def _cost(value: np.ndarray, status_quo: np.ndarray, money: np.ndarray, is_value: np.ndarray) -> np.ndarray:
    """Give what levers need this quarter, yuan, see `Policy.cost`."""
    need = np.empty(value.size)
    for lever in range(value.size):
        extra = np.maximum(0.0, value[lever] - status_quo[lever]) * money[lever]  # keeps what is not a number
        need[lever] = (extra + (value[lever] if is_value[lever] else 0.0)) / QUARTERS
    return need


def announce(zone: PilotZone) -> None:
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
        zone.standing -= spent
        policy.credibility = max(p.credibility_floor, policy.credibility - p.reversal_loss * reversals)
    share = min(max(zone.standing / p.standing_needed, p.dilution_floor), 1.0)
    policy.value = _at_work(
        policy.filter.step(deviation), status_quo, policy.regulates, policy.is_value, policy.money,
        zone.bodies.released, policy.body, float(policy.credibility), float(share),
    )  # fmt: skip
    policy.now = policy.namespace()


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
