"""A game as the text of an address."""

from __future__ import annotations

import re

import pytest
from hypothesis import given
from hypothesis import strategies as st

from ccepz_sim.content import load_content
from ccepz_sim.game import address, forms
from ccepz_sim.game.log import ChoosePackage, SetLever
from ccepz_sim.game.position import fold, standings
from ccepz_sim.game.problems import GameError
from ccepz_sim.game.world import World

CONTENT = load_content()
ACTIONS = st.one_of(
    st.builds(SetLever, st.just("audit-share"), st.floats(0, 1).map(lambda x: round(x, 6)), st.integers(2016, 2035)),
    st.builds(ChoosePackage, st.sampled_from(sorted(CONTENT.packages)), st.integers(2016, 2035)),
)


@given(
    st.integers(0, address.LARGEST_SEED),
    st.integers(2016, 2035),
    st.lists(st.lists(ACTIONS, max_size=5), min_size=1, max_size=4),
)
def test_what_is_written_is_read_back(seed: int, year: int, branches: list[list[SetLever | ChoosePackage]]) -> None:
    text = address.write(CONTENT, World(seed, "calm"), year, branches)
    assert re.fullmatch(r"[a-z0-9.~e!-]+", text), "the text must need no escaping in an address"
    shared = address.read(CONTENT, text)
    assert shared == address.Shared(World(seed, "calm"), year, tuple(map(tuple, branches)), True, True)
    found = standings(CONTENT, shared.log)
    wanted = [fold(CONTENT, branch).decisions for branch in branches]
    assert [position.decisions for position in found.branches.values()] == wanted
    assert found.position.decisions == wanted[0]


def test_an_address_of_the_first_form_still_opens() -> None:
    old = f"1~{CONTENT.hash[: forms.SHORT]}~7~calm~2020~2016.tax-only~2018.audit-share.0.4"
    shared = address.read(CONTENT, old)
    assert (shared.world, shared.year, shared.same_content) == (World(7, "calm"), 2020, True)
    assert shared.branches == ((ChoosePackage("tax-only", 2016), SetLever("audit-share", 0.4, 2018)),)


def test_a_name_that_was_changed_still_opens(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setitem(forms.RENAMED["lever"], "audits", "audit-share")
    shared = address.read(CONTENT, "1~abc~7~calm~2020~2018.audits.0.4")
    assert shared.branches == ((SetLever("audit-share", 0.4, 2018),),)


@pytest.mark.parametrize("part", ["2017.no-lever.0.5", "2017.no-package"])
def test_a_name_that_is_unknown_names_the_version_to_use(part: str) -> None:
    with pytest.raises(GameError) as caught:
        address.read(CONTENT, f"2~9.7.1~abc~1~calm~2016~{part}")
    assert "9.7.1" in caught.value.sentence("en")
    assert "9.7.1" in caught.value.sentence("zh")


def test_other_content_is_noticed() -> None:
    text = address.write(CONTENT, World(1, "calm"), 2016, [[]])
    other = text.replace(CONTENT.hash[: forms.SHORT], "0" * forms.SHORT)
    assert not address.read(CONTENT, other).same_content


@pytest.mark.parametrize(
    "text",
    [
        "",
        "2~abc~1~calm~2016",
        "9~0.1~abc~1~calm~2016",
        "1~abc~x~calm~2016",
        "1~abc~-1~calm~2016",
        "1~abc~1~no-such~2016",
        "1~abc~1~calm~1999",
        "1~abc~1~calm~2016~2017.no-lever.0.5",
        "1~abc~1~calm~2016~2017.audit-share.7",
        "1~abc~1~calm~2016~2017.audit-share.nan",
        "1~abc~1~calm~2016~2050.audit-share.0.5",
        "1~abc~1~calm~2016~2017",
        "<script>",
    ],
)
def test_a_damaged_address_is_one_sentence(text: str) -> None:
    with pytest.raises(GameError) as caught:
        address.read(CONTENT, text)
    assert caught.value.sentence("zh") != caught.value.sentence("en")
