"""Phases and named rules, replaced without editing the package; what would have no effect is refused."""

from __future__ import annotations

import importlib
import pickle
from typing import Any

import numpy as np
import pytest

from ccepz_sim import PHASES, Indicator, Label, Phase, Phases, PilotZone, named_rules
from ccepz_sim.quarter.named_rules import rules_of_phases
from ccepz_sim.quarter.variants import history_key, mark_of
from ccepz_sim.rules import collusion
from ccepz_sim.rules.collusion import nash_bribe
from ccepz_sim.studies.fingerprint import engine_hash
from ccepz_sim.text.errors import ContentError
from tests.engine.extend.own import FEW, Hard, Whole, fade, hard_bargain

LABEL = Label("x", "x")


def seen(zone: PilotZone) -> bytes:
    """All values recorded of a zone's own quarters."""
    return zone.recorder.values[zone.first_quarter :].tobytes()


@pytest.fixture(scope="module")
def plain() -> PilotZone:
    return PilotZone(scale=FEW, seed=3).run(1)


def test_phases_give_another_order_and_never_change() -> None:
    phase = Phase("fading", fade)
    assert PHASES.insert(phase, before="labour").names.index("fading") == PHASES.names.index("labour")
    assert PHASES.insert(phase, after="labour").names.index("fading") == PHASES.names.index("labour") + 1
    assert "credit" not in PHASES.remove("credit").names
    assert PHASES.replace("credit", fade)[7].run is fade
    assert PHASES.replace("credit", fade)[7].label == PHASES[7].label
    assert pickle.loads(pickle.dumps(PHASES)) == PHASES
    assert len(PHASES) == len(set(PHASES.names) - {"fading"})


@pytest.mark.parametrize(
    ("ask", "words"),
    [
        (lambda: PHASES.remove("colusion"), "Did you mean “collusion”?"),
        (lambda: PHASES.remove("record"), "without it nothing is measured"),
        (lambda: PHASES.replace("nothing", fade), "no phase “nothing”"),
        (lambda: PHASES.insert(Phase("x", fade)), "Say where"),
        (lambda: PHASES.insert(Phase("x", fade), before="labour", after="credit"), "Say where"),
        (lambda: PHASES.insert(Phase("x", fade), after="record"), "The last phase"),
        (lambda: PHASES.insert(Phase("labour", fade), before="labour"), "stands twice"),
        (lambda: PHASES.insert(fade, before="labour"), "made of Phase"),
        (lambda: PHASES.insert(Phase("x", fade, takes="all"), before="labour"), "made of Phase"),
        (lambda: Phases(PHASES[:3]), "The last phase"),
        (lambda: type("Own", (PilotZone,), {"phases": list(PHASES)}), "made from PHASES"),
        (lambda: type("Own", (PilotZone,), {"rules": {"collusion.nash_bribes": hard_bargain}}), "nash_bribe”?"),
        (lambda: type("Own", (PilotZone,), {"rules": {"nash_bribe": hard_bargain}}), "collusion.nash_bribe”?"),
        (lambda: type("Own", (PilotZone,), {"rules": {"collusion.nash_bribe": fade}}), "same arguments"),
        (lambda: type("Own", (PilotZone,), {"rules": {"collusion.nash_bribe": 0.5}}), "same arguments"),
        (lambda: type("Own", (PilotZone,), {"rules": [hard_bargain]}), "given by name"),
        (lambda: type("Own", (PilotZone,), {"own_indicators": [Indicator("gdp", LABEL, of=fade)]}), "does not use"),
        (lambda: type("Own", (PilotZone,), {"own_indicators": [Indicator("new", LABEL)]}), "of=function"),
        (lambda: type("Own", (PilotZone,), {"own_channels": ["audit_share"]}), "does not use"),
        (lambda: type("Own", (PilotZone,), {"own_observers": [3]}), "makes an observer"),
    ],
)
def test_what_cannot_be_is_refused_when_it_is_written(ask: Any, words: str) -> None:
    with pytest.raises(ContentError) as caught:
        ask()
    assert words in caught.value.sentence("en")
    assert caught.value.sentence("zh") != caught.value.sentence("en")


@pytest.mark.parametrize(
    ("module", "name"),
    [
        ("ccepz_sim.rules.collusion", "nash_bribe"),
        ("ccepz_sim.rules.collusion", "meet_officials"),
        ("ccepz_sim.rules.collusion", "_deal"),
        ("ccepz_sim.rules.markets.labour", "run_labour_market"),
        ("ccepz_sim.rules.policy", "announce"),
        ("ccepz_sim.state.ledger", "pay"),
        ("ccepz_sim.measures.derived", "derive"),
        ("ccepz_sim.building.zone", "build_zone"),
        ("ccepz_sim.quarter.phases", "PHASES"),
        ("ccepz_sim.model", "PHASES"),
    ],
)
def test_an_assignment_that_would_have_no_effect_is_refused(module: str, name: str) -> None:
    held = importlib.import_module(module)
    before = getattr(held, name)
    with pytest.raises(ContentError, match=r"subclass of PilotZone"):
        setattr(held, name, lambda *_: None)
    assert getattr(held, name) is before
    setattr(held, name, before)
    held.of_ones_own = 3  # type: ignore[attr-defined]
    del held.of_ones_own  # type: ignore[attr-defined]


def test_what_a_stranger_put_in_the_place_of_a_class_may_be_taken_away(monkeypatch: pytest.MonkeyPatch) -> None:
    with monkeypatch.context() as patch:
        patch.setattr("ccepz_sim.model.PilotZone", lambda: None)
    assert importlib.import_module("ccepz_sim.model").PilotZone is PilotZone


@pytest.mark.parametrize("name", ["phases", "rules", "own_indicators", "own_channels", "own_observers"])
def test_what_belongs_to_the_class_is_not_set_on_a_zone(plain: PilotZone, name: str) -> None:
    with pytest.raises(ContentError, match="belongs to the class"):
        setattr(plain, name, ())


def test_another_rule_works_within_the_compiled_phase_and_nowhere_else(plain: PilotZone) -> None:
    hard = Hard(scale=FEW, seed=3).run(1)
    bribes = [zone.recorder.series("bribes_paid") for zone in (plain, hard)]
    assert not np.array_equal(*bribes)
    assert bribes[1].max() > 0.0
    assert seen(PilotZone(scale=FEW, seed=3).run(1)) == seen(plain), "the package keeps its own rule"
    assert collusion.meet_officials is PHASES[5].run


def test_the_same_rule_under_another_name_changes_nothing(plain: PilotZone) -> None:
    def same(surplus, chance, official_fine, official_moral, power):
        return chance * official_fine + official_moral + power * np.maximum(0.0, surplus)

    class Same(PilotZone):
        rules = {"collusion.nash_bribe": same}

    assert seen(Same(scale=FEW, seed=3).run(1)) == seen(plain)


def test_a_rule_may_call_the_one_it_replaces_and_others_that_are_replaced(plain: PilotZone) -> None:
    def twice(surplus, chance, official_fine, official_moral, power):
        return 2.0 * nash_bribe(surplus, chance, official_fine, official_moral, power)

    class Twice(PilotZone):
        rules = {"collusion.nash_bribe": twice}

    first = next(quarter for quarter, paid in enumerate(plain.recorder.series("bribes_paid")) if paid > 0.0)
    paid = [zone.recorder.series("bribes_paid")[first] for zone in (plain, Twice(scale=FEW, seed=3))]
    assert 1.5 * paid[0] < paid[1] < 2.5 * paid[0]


def test_a_constant_changed_in_a_notebook_is_seen() -> None:
    """The kept phase and the kept history belong to the values that a rule takes from around it."""
    cell = {"__name__": "__main__", "LEVEL": 0.0}
    code = "def rule(surplus, chance, official_fine, official_moral, power):\n    return LEVEL + 0.0 * surplus\n"
    exec(code, cell)
    own = type("Own", (PilotZone,), {"rules": {"collusion.nash_bribe": cell["rule"]}})
    first = own(scale=FEW, seed=3).run(0.25).recorder.series("bribes_paid")
    cell["LEVEL"] = 1.0
    second = own(scale=FEW, seed=3).run(0.25).recorder.series("bribes_paid")
    assert second[-1] > first[-1]
    assert second[10] > first[10], "the history too"


def test_a_rule_that_cannot_be_compiled_is_one_sentence() -> None:
    def wild(surplus, chance, official_fine, official_moral, power):
        return sorted({"a": surplus})[0].upper()

    class Wild(PilotZone):
        rules = {"collusion.nash_bribe": wild}

    with pytest.raises(ContentError, match=r"collusion\.nash_bribe.*cannot be compiled"):
        Wild(scale=FEW, start=2010).run(0.25)


def test_a_rule_that_no_phase_of_the_model_calls_is_refused() -> None:
    class Without(PilotZone):
        phases = PHASES.remove("collusion")
        rules = {"collusion.nash_bribe": hard_bargain}

    with pytest.raises(ContentError, match=r"No phase of this model calls"):
        Without(scale=FEW, start=2010)


def test_every_named_rule_belongs_to_a_phase_that_is_built_anew_around_it() -> None:
    from ccepz_sim.quarter.named_rules import with_rules

    assert len(named_rules()) > 60
    runs = {phase.name: phase.run for phase in PHASES}
    for phase, rules in rules_of_phases().items():
        for name, rule in rules.items():
            assert with_rules(runs[phase], {name: rule}) is not runs[phase], name
            assert rule.__doc__, name


def test_replaced_and_inserted_phases_run(plain: PilotZone) -> None:
    still = type("Still", (PilotZone,), {"phases": PHASES.replace("migration", lambda zone: None)})
    assert still(scale=FEW, seed=3).run(0.25).recorder.series("net_migration")[-1] == 0.0
    whole = Whole(scale=FEW, seed=3).run(1)
    assert whole.recorder.series("brand")[-1] < 0.9 * plain.recorder.series("brand")[-1]
    honest = type("Honest", (PilotZone,), {"phases": PHASES.remove("collusion")})
    assert honest(scale=FEW, start=2010).run(0.25).recorder.series("bribes_paid")[-1] == 0.0
    with pytest.raises(ContentError, match="no phase “collusion”"):
        honest(without=["collusion"])
    whole_without = Whole(scale=FEW, seed=3, without=["fading"], start=2010).run(0.25)
    assert whole_without.recorder.series("brand")[-1] > 0.0


def test_own_indicators_are_recorded_by_place(plain: PilotZone) -> None:
    zone = Whole(scale=FEW, seed=3).run(0.5)
    posts, firms = zone.recorder.series("open_posts"), zone.state.firms
    assert posts[-1] == float((firms.posts - firms.staff).clip(0.0).sum()) > 0.0
    persons = zone.recorder.series("persons_here", "golmud")
    assert persons[-1] == zone.state.population.persons[zone.state.world.place_index["golmud"]]
    table = zone.indicators
    assert set(table.loc[table["indicator"] == "open_posts", "place"]) == {"zone"}
    towns = set(table.loc[table["indicator"] == "persons_here", "place"])
    assert towns == {"zone", *zone.state.world.places}
    assert "open_posts" not in plain.recorder.index


@pytest.mark.parametrize("given", [float("nan"), None, {"zone": 1.0, "golmud": 2.0}, "3"])
def test_an_indicator_that_gives_no_number_is_one_sentence(given: Any) -> None:
    own = Indicator("odd", LABEL, of=lambda zone: given)
    kind = type("Odd", (PilotZone,), {"own_indicators": (own,)})
    with pytest.raises(ContentError, match="must give a finite number for each of: zone"):
        kind(scale=FEW, start=2010).run(0.25)


def test_models_have_hashes_and_histories_of_their_own() -> None:
    class Renamed(PilotZone):
        """Nothing else."""

    hashes = {engine_hash(kind) for kind in (PilotZone, Hard, Whole)}
    assert len(hashes) == 3
    assert engine_hash(PilotZone) == engine_hash()
    assert engine_hash(Hard) == engine_hash(Hard)
    assert len({history_key(kind) for kind in (PilotZone, Hard, Whole)}) == 3
    assert history_key(Renamed) == history_key(PilotZone) == ()
    assert mark_of(PilotZone) == ""
    assert mark_of(Hard) not in ("", None, mark_of(Whole))


def test_an_object_of_ones_own_as_a_phase_has_no_lasting_description() -> None:
    class Shock:
        def __call__(self, zone: Any) -> None:
            """Nothing."""

    own = type("Own", (PilotZone,), {"phases": PHASES.insert(Phase("shock", Shock()), before="labour")})
    assert mark_of(own) is None
    assert seen(own(scale=FEW, seed=3).run(0.25)) == seen(PilotZone(scale=FEW, seed=3).run(0.25))
