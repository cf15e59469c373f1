"""A game as the text of an address."""

from __future__ import annotations

import re

import pytest
from hypothesis import given
from hypothesis import strategies as st

from ccepz_sim.content import load_content
from ccepz_sim.game import address
from ccepz_sim.game.futures import World
from ccepz_sim.game.log import ChoosePackage, SetLever
from ccepz_sim.game.problems import GameError

CONTENT = load_content()
ACTIONS = st.one_of(
    st.builds(SetLever, st.just("audit-share"), st.floats(0, 1).map(lambda x: round(x, 6)), st.integers(2016, 2035)),
    st.builds(ChoosePackage, st.sampled_from(sorted(CONTENT.packages)), st.integers(2016, 2035)),
)


@given(st.integers(0, address.LARGEST_SEED), st.integers(2016, 2035), st.lists(ACTIONS, max_size=6))
def test_what_is_written_is_read_back(seed: int, year: int, actions: list[SetLever | ChoosePackage]) -> None:
    text = address.write(CONTENT, World(seed, "calm"), year, actions)
    assert re.fullmatch(r"[a-z0-9.~e-]+", text), "the text must need no escaping in an address"
    assert address.read(CONTENT, text) == address.Shared(World(seed, "calm"), year, tuple(actions), True)


def test_other_content_is_noticed() -> None:
    text = address.write(CONTENT, World(1, "calm"), 2016, [])
    other = text.replace(CONTENT.hash[: address.SHORT], "0" * address.SHORT)
    assert not address.read(CONTENT, other).same_content


@pytest.mark.parametrize(
    "text",
    [
        "",
        "2~abc~1~calm~2016",
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
