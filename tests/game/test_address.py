"""A game as the text of an address."""

from __future__ import annotations

import html
import re
import string
from urllib.parse import quote

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from ccepz_sim.content.loading import load_content
from ccepz_sim.game import address, forms
from ccepz_sim.game.log import ChoosePackage, SetLever
from ccepz_sim.game.position import fold, standings
from ccepz_sim.game.problems import GameError
from ccepz_sim.game.world import World

CONTENT = load_content()
LEVER = "audit-share"
ACTIONS = st.one_of(
    st.builds(SetLever, st.just("audit-share"), st.floats(0, 1).map(lambda x: round(x, 6)), st.integers(2016, 2035)),
    st.builds(ChoosePackage, st.sampled_from(sorted(CONTENT.packages)), st.integers(2016, 2035)),
)


@settings(deadline=None)
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


def test_an_address_of_an_older_form_still_opens_and_is_not_trusted() -> None:
    short = CONTENT.hash[: forms.SHORT]
    for old in (f"1~{short}~7~calm~2020", f"2~0.1.0~{short}~7~calm~2020"):
        shared = address.read(CONTENT, f"{old}~2016.tax-only~2018.audit-share.0.4")
        assert (shared.world, shared.year, shared.same_content) == (World(7, "calm"), 2020, True)
        assert shared.branches == ((ChoosePackage("tax-only", 2016), SetLever("audit-share", 0.4, 2018)),)
        assert not shared.checked
        assert address.read(CONTENT, f"({old}~2018.audit-share.0.4).").branches == ((SetLever(LEVER, 0.4, 2018),),)


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


def test_a_later_form_names_the_version_to_use() -> None:
    with pytest.raises(GameError, match=r"9\.7\.1"):
        address.read(CONTENT, "4~9.7.1~new~things")


def test_other_content_is_noticed() -> None:
    text = address.write(CONTENT, World(1, "calm"), 2016, [[]])
    other = text.replace(CONTENT.hash[: forms.SHORT], "0" * forms.SHORT).rpartition("~")[0]
    shared = address.read(CONTENT, f"{other}~{address._check(other)}")
    assert shared.checked
    assert not shared.same_content


# A long enough game: two branches, packages, a great and a small value.
ACTIONS_SHOWN = [
    [SetLever(LEVER, 0.35, 2016), ChoosePackage("tax-only", 2018), SetLever("park-infrastructure", 2.9e9, 2022)],
    [SetLever(LEVER, 0.05, 2020), SetLever("department-coordination", 0.8, 2035)],
]
LINK = address.write(CONTENT, World(2024, "slow-recovery"), 2019, ACTIONS_SHOWN)
SHARED = address.read(CONTENT, LINK)


def opens(text: str) -> bool:
    """Whether a text opens a game; any other than that of the link is the one thing that must not happen."""
    try:
        found = address.read(CONTENT, text)
    except GameError:
        return False
    assert found == SHARED, text
    return True


def test_a_link_is_whole_or_damaged_at_every_cut() -> None:
    assert opens(LINK)
    for length in range(len(LINK)):
        assert not opens(LINK[:length]), length
        assert not opens(LINK[len(LINK) - length :]), length
    for start in range(0, len(LINK), 3):
        for end in range(start + 1, len(LINK), 5):
            assert not opens(LINK[:start] + LINK[end:]), (start, end)


def test_a_link_is_damaged_by_every_changed_sign() -> None:
    for place, sign in enumerate(LINK):
        for other in string.ascii_letters + string.digits + ".~-!":
            if other != sign:
                assert not opens(LINK[:place] + other + LINK[place + 1 :]), (place, other)
        for other in ".~-!aA0" if place else "":
            if other not in (sign, LINK[place - 1]):
                assert not opens(LINK[:place] + other + LINK[place:]), (place, other)


@settings(deadline=None, max_examples=300)
@given(st.integers(0, len(LINK)), st.integers(0, len(LINK)), st.text(max_size=5))
def test_a_link_changed_anyhow_is_the_same_or_damaged(start: int, end: int, put: str) -> None:
    opens(LINK[:start] + put + LINK[max(start, end) :])


DECORATIONS = [
    "{}.", "{}。", "{},", "{}，", "{};", "{})", "({})", "（{}）", "[{}]", "<{}>", "\"{}\"", "“{}”", "'{}'", "《{}》",
    "{}!", "{}！", "{}?", "{}~", "{}…", "{}...", "{} (the game of group 3)", "{}#comment", "{}#", "{}%20",
    "{}%E3%80%82", "{}\r\n", " {}", "\t{}\n", "\ufeff{}", "{}\u200b", "{}/", "{}\\", "{}|", "{}*", "**{}**", "_{}_",
    "`{}`", "{}的游戏", "{}and more words", "{}&lang=zh", "{}&amp;lang=zh", "{}%26lang%3Dzh", "3D{}",
    "{} ~ 2017.audit-share.0.9", "{}~2017.audit-share.0.9",
    "{0} {0}", "{}http://x/?play=3~0.1~abc",
]  # fmt: skip


@pytest.mark.parametrize("decoration", DECORATIONS)
def test_what_is_glued_to_a_link_stays_outside(decoration: str) -> None:
    assert opens(decoration.format(LINK))


def test_a_link_broken_or_escaped_inside_is_put_together() -> None:
    for width in (1, 7, 20, 76):
        for joint in ("\n", "\r\n", " ", "\r\n> ", "\u00ad", "\u200b", "\u3000", "=\r\n", "%0A", "%20"):
            assert opens(joint.join(LINK[at : at + width] for at in range(0, len(LINK), width))), (width, joint)
    escaped = LINK
    for _ in range(3):
        escaped = quote(escaped).replace("~", "%7E").replace("!", "%21").replace("-", "%2D")
        assert opens(escaped)
    assert opens(html.escape(LINK))
    wide = LINK.translate({**{ord(sign): ord(sign) + 0xFEE0 for sign in "0123456789abcdefz~!."}, ord("-"): ord("–")})
    assert opens(wide), "what an input method or a word processor makes of it"


@pytest.mark.parametrize("size", [10_000, 1_000_000])
def test_a_text_of_any_length_is_refused_soon(size: int) -> None:
    for text in ("3~" * size, "~" * size, "3~a" * size, "%25" * size, "x" * size):
        assert not opens(text)


@settings(deadline=None)
@given(st.floats(0, 3e9))
def test_a_value_is_written_so_that_it_is_read_back_as_it_was(value: float) -> None:
    text = address._number(value)
    assert float(text) == value
    assert re.fullmatch("[0-9.e-]+", text)


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
        "1~abc~1~calm~2016~2017.audit-share.00.4",
        "1~abc~1~calm~2016~2017.audit-share.0.4e",
        "1~abc~01~calm~2016",
        "1~abc~1~calm~2016~2050.audit-share.0.5",
        "1~abc~1~calm~2016~2017",
        f"1~abc~{'9' * 5000}~calm~2016",
        "<script>",
    ],
)
def test_a_damaged_address_is_one_sentence(text: str) -> None:
    with pytest.raises(GameError) as caught:
        address.read(CONTENT, text)
    assert caught.value.sentence("zh") != caught.value.sentence("en")
