"""All parameters as the rules read them: `zone.p.GROUP.NAME`, also in compiled rules.

A name that the rules read and the content does not hold is refused when a zone is built, and so is one that the
content holds and nobody declared. `register_group` declares a further group from outside the package.
"""

from __future__ import annotations

from typing import TypeVar

from ccepz_sim.content.loading import Content
from ccepz_sim.numerics.declare import Table, layout_of
from ccepz_sim.state.parameters.firms import (
    BrandParameters,
    EntryParameters,
    FinanceParameters,
    FirmsParameters,
    InvestmentParameters,
)
from ccepz_sim.state.parameters.group import Group
from ccepz_sim.state.parameters.nature import AbatementParameters, EnvironmentParameters, MaterialsParameters
from ccepz_sim.state.parameters.officials import (
    CollusionParameters,
    InspectionParameters,
    OfficialsParameters,
    VoiceParameters,
)
from ccepz_sim.state.parameters.people import (
    LabourParameters,
    MigrationParameters,
    PopulationParameters,
    SectorsParameters,
    SettlementParameters,
)
from ccepz_sim.state.parameters.public import FiscalParameters, FundsParameters, PolicyParameters
from ccepz_sim.state.parameters.science import InnovationParameters, InstitutesParameters
from ccepz_sim.state.parameters.world import (
    ChronicleParameters,
    GameParameters,
    HistoryParameters,
    PricesParameters,
    ScoresParameters,
)
from ccepz_sim.text.errors import ContentError, unknown

G = TypeVar("G", bound=Group)
_registered: dict[str, type[Group]] = {}


class Parameters(Table, shared=True):
    """The values of all groups; copies of a zone have them in common.

    Attributes:
        more: values of the groups that `register_group` declared, by their class; see `of`.
    """

    abatement: AbatementParameters
    brand: BrandParameters
    chronicle: ChronicleParameters
    collusion: CollusionParameters
    entry: EntryParameters
    environment: EnvironmentParameters
    finance: FinanceParameters
    firms: FirmsParameters
    fiscal: FiscalParameters
    funds: FundsParameters
    game: GameParameters
    history: HistoryParameters
    innovation: InnovationParameters
    inspection: InspectionParameters
    institutes: InstitutesParameters
    investment: InvestmentParameters
    labour: LabourParameters
    materials: MaterialsParameters
    migration: MigrationParameters
    officials: OfficialsParameters
    policy: PolicyParameters
    population: PopulationParameters
    prices: PricesParameters
    scores: ScoresParameters
    sectors: SectorsParameters
    settlement: SettlementParameters
    voice: VoiceParameters
    more: dict[type[Group], Group]

    def of(self, group: type[G]) -> G:
        """Give the values of a registered group, to be handed to the rules that read it.

        Raises:
            ContentError: the content has no such group.
        """
        found = self.more.get(group)
        if found is None:
            names = {kind: name for name, kind in _registered.items()}
            raise unknown("unknown_parameter_group", names.get(group, group.__name__), layout_of(Parameters).fields)
        assert isinstance(found, group)
        return found


def register_group(name: str, group: type[Group]) -> None:
    """Declare a group of parameters from outside the package; its values are then `zone.p.of(group)`.

    Args:
        name: id of the group, the name of its file in `agents/parameters/`.

    Raises:
        ValueError: the package itself has a group of that name.
    """
    if name in layout_of(Parameters).fields:
        raise ValueError(f"the group {name} is one of the package")
    _registered[name] = group


def read_parameters(content: Content) -> Parameters:
    """Give the values of all groups of a content.

    Raises:
        ContentError: a group or a parameter is declared and not in the content, or the other way round.
    """
    values: dict[str, dict[str, float]] = {name: {} for name in content.parameter_groups}
    for name, item in content.parameters.items():
        group, _, own = name.partition(".")
        values[group][own] = item.value
    parts = {name: field.part for name, field in layout_of(Parameters).fields.items()}
    for name in values:
        if name not in parts and name not in _registered:
            raise ContentError("parameter_group_not_read", name=name)
    groups: dict[str, Group] = {}
    for name, part in parts.items():
        if name not in values:
            raise unknown("unknown_parameter_group", name, values)
        assert part is not None
        assert issubclass(part, Group)
        groups[name] = part.holding(name, values[name])
    more = {kind: kind.holding(name, values[name]) for name, kind in _registered.items() if name in values}
    return Parameters.make().fill(**groups, more=more)
