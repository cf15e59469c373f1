"""Opening the ledger: positions of the base year."""

from __future__ import annotations

from ccepz_sim.content.loading import Content
from ccepz_sim.state.firms import Firms
from ccepz_sim.state.ledger import Ledger, Sector, make_ledger
from ccepz_sim.state.parameters import Parameters
from ccepz_sim.state.world import World


def open_ledger(content: Content, world: World, firms: Firms, p: Parameters) -> Ledger:
    """Open all accounts with their positions of the base year; the outside world will balance them."""
    places, bodies, banks = world.place_count, content.table("bodies"), content.table("banks")
    ledger = make_ledger(
        {
            Sector.FIRMS: firms.rows,
            Sector.BODIES: len(bodies),
            Sector.HOUSEHOLDS: places,
            Sector.SERVICES: places,
            Sector.CONSTRUCTION: places,
            Sector.AGRICULTURE: places,
            Sector.INSTITUTES: len(content.table("institutes")),
            Sector.BANKS: len(banks),
            Sector.TRUST: 1,
            Sector.OUTSIDE: 1,
        }
    )
    kinds, reserve = banks.texts("kind"), p.sectors.opening_reserve
    ledger.bank = ledger.banks + (kinds.index("bank") if "bank" in kinds else 0)
    ledger.guarantee = ledger.banks + (kinds.index("guarantee") if "guarantee" in kinds else 0)
    ledger.deposits[ledger.of(Sector.BODIES)] = bodies.numbers("treasury_2010")
    ledger.loans[ledger.of(Sector.BODIES)] = bodies.numbers("debt_2010")
    ledger.deposits[ledger.of(Sector.HOUSEHOLDS)] = world.place.population_2010 * p.settlement.savings_per_head
    ledger.deposits[ledger.of(Sector.SERVICES)] = world.place.services_va_2010 * reserve
    ledger.deposits[ledger.of(Sector.CONSTRUCTION)] = world.place.construction_va_2010 * reserve
    ledger.deposits[ledger.bank] = p.finance.bank_equity
    ledger.deposits[ledger.guarantee] += p.finance.guarantee_fund
    return ledger
