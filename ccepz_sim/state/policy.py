"""Policy as the rules read it: what works this quarter by name, and the levers on their way to it."""

from __future__ import annotations

from typing import Annotated, Final

import numpy as np
import numpy.typing as npt

from ccepz_sim.content.reading import needs
from ccepz_sim.numerics.compiled import compiled
from ccepz_sim.numerics.declare import Dims, Record, Shared, Size, layout_of, put_number
from ccepz_sim.state.lags import LagFilter
from ccepz_sim.text.errors import ContentError

Levers = Annotated[npt.NDArray[np.float64], Dims.of("levers")]
Marks = Annotated[npt.NDArray[np.bool_], Dims.of("levers")]
Numbers = Annotated[npt.NDArray[np.int64], Dims.of("levers")]
Paths = Annotated[npt.NDArray[np.float64], Dims.of("quarters", "levers")]


class Working(Record):
    """The value of each lever that works this quarter, by its channel, in the unit of the lever <- announcements."""

    # green governance of officials
    accountability: float  # 1
    audit_share: float  # 1
    control_points: float  # count
    coordination: float  # 1
    evaluation_green: float  # 1
    evaluation_voice: float  # 1
    # environmental regulation of firms
    clean_reward: float  # yuan/year
    cleaner_production: float  # yuan/year
    communication: float  # 1
    disclosure: float  # 1
    inspectors: float  # persons
    permit_cap: float  # multiple
    standard: float  # multiple
    tax_air: float  # yuan/equivalent
    tax_solid: float  # multiple
    tax_water: float  # yuan/equivalent
    # public participation
    education: float  # yuan/year
    green_demand: float  # yuan/year
    media: float  # 1
    reply_duty: float  # 1
    # industrial transformation
    chain_support: float  # yuan/year
    division: float  # 1
    eliminate: float  # 1
    emerging_support: float  # yuan/year
    infrastructure: float  # yuan/year
    internet: float  # 1
    upgrade: float  # yuan/year
    # science and people
    breakthrough_reward: float  # yuan
    flexible_posts: float  # persons
    fund_strictness: float  # 1
    high_tech_cut: float  # 1
    loss_relief: float  # 1
    platforms: float  # yuan/year
    rd_fund: float  # yuan/year
    resettlement: float  # persons/year
    resettlement_jobs: float  # 1
    talent_allowance: float  # yuan/person/year
    training: float  # persons/year
    # risk, finance and market
    brand_support: float  # yuan/year
    guarantees: float  # 1
    investment_subsidy: float  # yuan/year
    loan_discount: float  # yuan/year
    matching: float  # 1
    park_borrowing: float  # yuan/year
    results_award: float  # yuan/year
    risk_plans: float  # 1
    # access and nature
    approval_time: float  # quarters
    attraction: float  # yuan/year
    deposit: float  # 1
    incubators: float  # count
    land_concession: float  # 1
    resource_price: float  # multiple
    restoration: float  # yuan/year


class Policy(Record):
    """Levers on their way from announcement to effect.

    Attributes:
        ids, channels: of the levers; more: working values of levers from outside the package, by channel.
    """

    levers: Final[Size]  # levers
    quarters: Final[Size]  # quarters
    low: Final[Levers]  # bounds, in the lever's unit
    high: Final[Levers]
    body: Final[Numbers]  # index of the body that carries a lever out
    money: Final[Levers]  # yuan/year for each step of one above the status quo
    is_value: Final[Marks]  # whether the value itself is spent, yuan/year
    standing_cost: Final[Levers]  # points a move over the whole range costs
    regulates: Final[Marks]  # whether low standing dilutes it
    status_quo: Final[Paths]  # value by quarter
    announced: Final[Paths]  # value by quarter; changed by decisions
    value: Final[Levers]  # what works <- announcements
    direction: Final[Levers]  # sign of the last move <- announcements
    credibility: float  # 0-1, falls with reversals <- announcements
    word: Final[Numbers]  # of its channel in `Working`, 0 where that has no name
    filter: Final[LagFilter]  # deviations on their way to work
    now: Final[Working]  # what works by name <- announcements
    usual: Final[Working]  # the status quo of the quarter by name <- announcements
    ids: Shared[tuple[str, ...]]
    channels: Shared[tuple[str, ...]]
    more: dict[str, float]

    def show_more(self) -> None:
        """Give the values of levers from outside the package to their channels."""
        if not self.word.all():
            self.more = dict(zip(self.channels, self.value.tolist(), strict=True))


@compiled
def show(policy: Policy, quarter: int) -> None:
    """Give the values that work, and those of the status quo, to their names."""
    for lever in range(policy.levers):
        if policy.word[lever] > 0:
            put_number(policy.now, policy.word[lever], policy.value[lever])
            put_number(policy.usual, policy.word[lever], policy.status_quo[quarter, lever])


def words_of(channels: tuple[str, ...]) -> list[int]:
    """Give the words of the channels in `Working`, 0 where a channel has no name there."""
    fields = layout_of(Working).fields
    return [fields[channel].word if channel in fields else 0 for channel in channels]


def check_channels(channels: tuple[str, ...]) -> None:
    """Refuse levers that no rule reads, and channels of rules that no lever moves.

    Raises:
        ContentError: naming the channel.
    """
    declared, known = layout_of(Working).fields, needs.channels()
    for channel in channels:
        if channel not in declared and channel not in known:
            raise ContentError("channel_not_read", name=channel)
    for channel in declared:
        if channel not in channels:
            raise ContentError("channel_not_moved", name=channel)
