"""Wrong names are refused at once, where they are given, and the nearest name that exists is told."""

from __future__ import annotations

import pickle
from collections.abc import Callable
from typing import Any

import numpy as np
import pytest

from ccepz_sim import PilotZone
from ccepz_sim.numerics.rng import Stream, Streams, register_stream
from ccepz_sim.state.decisions import Decision
from ccepz_sim.state.ledger import Flow, Ledger, LedgerError, Sector, lend, make_ledger, pay, write_off
from ccepz_sim.text.errors import ContentError


@pytest.fixture(scope="module")
def model() -> PilotZone:
    return PilotZone(start=2010, scale=0.002)


def set_to(owner: Callable[[PilotZone], Any], name: str) -> Callable[[PilotZone], None]:
    return lambda model: setattr(owner(model), name, 3)


def read(owner: Callable[[PilotZone], Any], name: str) -> Callable[[PilotZone], None]:
    return lambda model: getattr(owner(model), name)


@pytest.mark.parametrize(
    ("wrong", "nearest"),
    [
        (set_to(lambda model: model, "permit_prize"), "state.permits"),
        (set_to(lambda model: model, "desicions"), "decisions"),
        (set_to(lambda model: model.state, "permit_prize"), "permits"),
        (set_to(lambda model: model.state.permits, "prize"), "price"),
        (set_to(lambda model: model.state.firms, "capasity"), "capacity"),
        (read(lambda model: model.state, "govermnent"), "governance"),
        (read(lambda model: model.state.firms, "capasity"), "capacity"),
        (read(lambda model: model.state.p, "inspektion"), "inspection"),
        (read(lambda model: model.state.p.inspection, "fine_lagg"), "fine_lag"),
        (read(lambda model: model.state.policy.now, "tax_airs"), "tax_air"),
        (read(lambda model: model.state.ledger, "housholds"), "households"),
        (lambda model: model.state.governance.fill(mean_thrust=1.0), "mean_trust"),
    ],
)
def test_an_attribute_that_does_not_exist_is_refused(model, wrong: Callable[[PilotZone], None], nearest: str):
    with pytest.raises(AttributeError, match=rf"\b{nearest}\b"):
        wrong(model)
    assert not hasattr(model, "permit_prize")


@pytest.mark.parametrize(
    ("wrong", "nearest"),
    [
        ({"without": ["colusion"]}, "collusion"),
        ({"parameters": {"inspection.fine_lagg": 1.0}}, "inspection.fine_lag"),
        ({"decisions": [Decision("polution-tax-air", 2.0, 2018.0)]}, "pollution-tax-air"),
        ({"package": "green-governence"}, "green-governance"),
        ({"scenario": "slow-recovry"}, "slow-recovery"),
        ({"sede": 1}, "seed"),
    ],
)
def test_an_argument_that_names_nothing_is_refused(wrong: dict[str, Any], nearest: str):
    with pytest.raises(ContentError) as caught:
        PilotZone(start=2010, scale=0.002, **wrong)
    for lang in ("en", "zh"):
        assert f"“{nearest}”" in caught.value.sentence(lang)
    assert caught.value.sentence("zh") != caught.value.sentence("en")


def test_the_sentence_is_in_both_languages(model):
    with pytest.raises(ContentError) as caught:
        model.permit_prize = 3
    assert caught.value.sentence("en").startswith("A zone has no attribute “permit_prize”; the nearest is")
    assert "permit_prize" in caught.value.sentence("zh")
    assert caught.value.sentence("zh") != caught.value.sentence("en")


class Watched(PilotZone):
    """A model of one's own: what it adds is set while it is made, or annotated."""

    told: int

    def __init__(self, **asked: Any) -> None:
        self.before = 1
        super().__init__(**asked)
        self.after = [2]


def test_a_subclass_has_what_it_sets_or_annotates(model):
    mine = Watched(start=2010, scale=0.002)
    mine.told, mine.before = 5, 2
    for twin in (mine.copy(), pickle.loads(pickle.dumps(mine))):
        assert (twin.told, twin.before, twin.after) == (5, 2, [2])
        with pytest.raises(AttributeError, match="“told”"):
            twin.tolld = 1
    mine.datacollector = None  # what Mesa's users set
    for other in (mine, model.copy(), pickle.loads(pickle.dumps(model))):
        with pytest.raises(AttributeError, match="“quarter”"):
            other.quater = 1
        other.decisions = ()


def test_a_stream_that_does_not_exist_is_refused():
    streams = Streams(1)
    with pytest.raises(ValueError, match="no stream migratoin; did you mean migration"):
        streams.at("migratoin")  # type: ignore[arg-type]
    with pytest.raises(ValueError, match="no stream tourism"):
        streams.at_registered("tourism 2")
    register_stream("tourism of a test")
    assert 0.0 <= streams.at_registered("tourism of a test").random() < 1.0
    assert streams.at(Stream.MIGRATION).random() == Streams(1).at(Stream("migration")).random()


@pytest.fixture
def ledger() -> Ledger:
    made = make_ledger({Sector.FIRMS: 2, Sector.HOUSEHOLDS: 2, Sector.OUTSIDE: 1})
    made.deposits[:] = 10.0
    made.open_quarter()
    return made


@pytest.mark.parametrize("payer", [5, -1, slice(4, 6), np.array([1, 7])])
def test_an_account_that_does_not_exist_is_refused(ledger, payer: Any):
    amounts = np.ones(2) if not isinstance(payer, int) else 1.0
    for who in ((payer, 0), (0, payer)):
        with pytest.raises(LedgerError, match="there is no account"):
            ledger.pay(Flow.SALES, *who, amounts)
    assert ledger.deposits.tolist() == [10.0] * 5


@pytest.mark.parametrize("account", [5, -1, 10**9])
def test_compiled_rules_refuse_an_account_that_does_not_exist(ledger, account: int):
    for pays in ((account, 0), (0, account)):
        pay(ledger, Flow.SALES, *pays, 1.0)
        with pytest.raises(LedgerError, match="payment of kind sales with an account that does not exist"):
            ledger.check(1e-9)
    lend(ledger, account, 1.0)
    with pytest.raises(LedgerError, match="loan of an account"):
        ledger.check(1e-9)
    ledger.refused = 0
    write_off(ledger, account, 0, 1.0)
    with pytest.raises(LedgerError, match="loan of an account"):
        ledger.check(1e-9)
    assert ledger.deposits.tolist() == [10.0] * 5


def test_a_kind_of_payment_that_does_not_exist_is_refused(ledger):
    with pytest.raises(LedgerError, match="no kind of payment wagez; did you mean WAGES"):
        ledger.pay("wagez", 0, 1, 1.0)  # type: ignore[arg-type]
