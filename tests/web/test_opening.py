"""How a page is opened: any address ends in the game it names, in a sentence with a way on, or in a new game."""

from __future__ import annotations

from collections.abc import Iterator
from urllib.parse import quote, urlencode

import pytest

from ccepz_sim.content.loading import load_content
from ccepz_sim.game import address
from ccepz_sim.game.database import GameDatabase
from ccepz_sim.game.log import SetLever
from ccepz_sim.game.world import World
from ccepz_sim.web import server

server.prepare()

from ccepz_sim.web import app_state, opening  # noqa: E402 - settings come first
from ccepz_sim.web.opening import Closed, Opened  # noqa: E402
from ccepz_sim.web.views import charts  # noqa: E402
from tests.game.idle import idle_store  # noqa: E402

CONTENT = load_content()
LINK = address.write(CONTENT, World(7, "calm"), 2020, [[SetLever("audit-share", 0.35, 2018)]])


@pytest.fixture
def token(monkeypatch: pytest.MonkeyPatch) -> Iterator[str]:
    """A server with one game."""
    store = idle_store(CONTENT)
    monkeypatch.setattr(app_state, "_open", [app_state.AppState(store, "en")])
    found = store.open(None)
    found.game.decide("audit-share", 0.4)
    yield found.token
    store.close()


def decided(opened: Opened | Closed) -> list[float]:
    assert isinstance(opened, Opened), opened
    return [decision.value for decision in opened.game.state().position.decisions]


@pytest.mark.parametrize(
    "search",
    [
        "?game={}&lang=zh", "game={}&lang=zh", "?lang=zh&game={}", "?lang=zh&amp;game={}", "?lang=zh&amp;amp;game={}",
        "?lang=zh&game={}。", "?lang=zh&game={}%E3%80%82", "?lang=zh&game={})", "?lang=zh&game={}%29",
        "?lang=zh&game={}%20", "?lang=zh&game={}+", "?lang=zh&game={}.", "?lang=zh&game={},",
        "?lang=zh&game={}%22", "?lang=zh&game={}%0A",
        "?lang=zh&game=%20{}", "?lang=zh&game=({})", "?lang=zh&game={}（第三组）", "?lang=zh&game={}%EF%BC%89",
        "?lang=zh%26game%3D{}", "?lang%3Dzh%26game%3D{}", "?lang%253Dzh%2526game%253D{}", "?game={}&lang=zh。",
        "?game={}&lang=zh)", "?game={}&lang=zh-CN", "?GAME={}&LANG=ZH", "?lang=zh&game={}&game=other",
        "?lang=zh&game={}_", "?lang=zh&game={}is-the-game-of-group-3", "?lang=zh&game={}&utm_source=chat",
        "?lang=zh&#38;game={}",
    ],
)  # fmt: skip
def test_a_game_is_found_whatever_is_glued_to_its_address(token: str, search: str) -> None:
    opened = opening.open_page(search.format(token))
    assert decided(opened) == [0.4]
    assert isinstance(opened, Opened)
    assert (opened.token, opened.lang, opened.fresh, opened.notices) == (token, "zh", False, ())


def test_a_token_broken_in_the_middle_is_put_together(token: str) -> None:
    for joint in (" ", "%20", "+", "%0D%0A", "\n", "%E2%80%8B", "%C2%AD"):
        assert decided(opening.open_page(f"?game={token[:5]}{joint}{token[5:]}")) == [0.4]


def test_a_cut_or_changed_token_says_so_and_begins_nothing(token: str) -> None:
    before = len(app_state.app_state().store._games)
    cut = [token[:length] for length in range(len(token))] + [token[length:] for length in range(1, len(token))]
    changed = [token[:at] + ("a" if token[at] != "a" else "b") + token[at + 1 :] for at in range(len(token))]
    for text in (*cut, *changed, "。", "%00", "../../etc/passwd", "<script>", "x" * 5000):
        for lang in ("en", "zh"):
            closed = opening.open_page(f"?game={text}&lang={lang}")
            assert isinstance(closed, Closed), text
            assert closed.lang == lang
            assert closed.why.sentence(lang)
    assert len(app_state.app_state().store._games) == before


def test_an_address_without_a_game_begins_a_new_one(token: str) -> None:
    for search in ("", "?", "?lang=zh", "?utm_source=chat", "?x", "?lang=zh%"):
        opened = opening.open_page(search)
        assert decided(opened) == []
        assert isinstance(opened, Opened)
        assert opened.fresh
        assert opened.token != token


@pytest.mark.parametrize(
    "search", ["?play=", "?play", "?pla", "?p", "?game=", "?game", "?ga", "?lang=zh&pl", "?lang=zh&game"]
)
def test_an_address_whose_game_was_cut_off_says_so(token: str, search: str) -> None:
    closed = opening.open_page(search)
    assert isinstance(closed, Closed)
    assert "cut" in closed.why.sentence("en")


def test_a_shared_game_opens_whole_or_says_that_it_is_damaged(token: str) -> None:
    search = "?" + urlencode({"play": LINK, "lang": "zh"})
    assert decided(opening.open_page(search)) == [0.35]
    for length in range(len("?p"), len(search)):
        opened = opening.open_page(search[:length])
        if isinstance(opened, Opened):
            assert decided(opened) == [0.35], length
            assert length >= search.index("&lang")
    for text in (search + "。", search + ")", search.replace("&", "&amp;"), "?" + quote(search[1:]), search + "%0A",
                 search + " https://example.org/?play=3~x", search.replace("~", "%7E"), search.replace("%7E", "%257E"),
                 "?" + search[1:].replace("=", "=3D"), search.replace("&lang", "\n&lang")):  # fmt: skip
        assert decided(opening.open_page(text)) == [0.35], text


def test_a_link_of_an_older_form_lists_its_decisions(token: str) -> None:
    old = f"2~0.1.0~{CONTENT.hash[:8]}~7~calm~2020~2018.audit-share.0.35~2016.tax-only~!~2030.audit-share.0.5"
    opened = opening.open_page("?play=" + old)
    assert isinstance(opened, Opened)
    (notice,) = opened.notices
    english, chinese = notice.sentence("en"), notice.sentence("zh")
    assert "completeness cannot be checked" in english
    for text in (english, chinese):
        assert all(part in text for part in ("2018", "35%", "2016", "2030", "50%")), text
    assert "旧版本" in chinese
    (notice,) = opening.open_page("?play=" + old.split("~2018")[0]).notices  # type: ignore[union-attr]
    assert "without decisions" in notice.sentence("en")


def test_a_failure_while_a_page_is_opened_is_a_sentence(token: str, monkeypatch: pytest.MonkeyPatch) -> None:
    def broken(*_: object) -> None:
        raise ZeroDivisionError("secret detail")

    monkeypatch.setattr(address, "read", broken)
    closed = opening.open_page(f"?lang=zh&play={LINK}")
    assert isinstance(closed, Closed)
    assert closed.lang == "zh"
    assert "secret" not in closed.why.sentence("en")
    assert closed.again
    monkeypatch.setattr(app_state, "app_state", broken)
    assert isinstance(opening.open_page(""), Closed)


def test_a_file_of_games_that_cannot_be_read_offers_to_try_again(
    token: str, monkeypatch: pytest.MonkeyPatch, tmp_path_factory: pytest.TempPathFactory
) -> None:
    folder = tmp_path_factory.mktemp("blocked")
    (folder / "file").write_text("")
    store = idle_store(CONTENT, GameDatabase(folder / "file" / "games.sqlite"))
    monkeypatch.setattr(app_state, "_open", [app_state.AppState(store, "en")])
    closed = opening.open_page(f"?game={token}")
    assert isinstance(closed, Closed)
    assert closed.again
    assert "not lost" in closed.why.sentence("en")
    store.close()


def test_a_view_is_part_of_the_address(token: str) -> None:
    for view in opening.VIEWS:
        opened = opening.open_page(f"?game={token}&view={view}")
        assert isinstance(opened, Opened)
        assert opened.view == view
    opened = opening.open_page(f"?game={token}&view=no-such")
    assert isinstance(opened, Opened)
    assert opened.view == "zone"


def test_charts_that_are_no_more_are_the_usual_ones() -> None:
    assert charts.chosen(()) == charts.PANELS
    assert charts.chosen(("no-such", "so2", *charts.PANELS)) == ("gdp", "so2", *charts.PANELS[:6])
    assert len(charts.chosen(("gdp",) * 20)) == 8


def test_a_full_game_goes_on_in_a_new_one(token: str, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("ccepz_sim.game.session.MOST_ENTRIES", 4)
    game = app_state.app_state().store.open(token).game
    game.decide("audit-share", 0.5)
    game.go_to(2019)
    game.choose_panels(("so2",))
    game.decide("audit-share", 0.9)
    for act in (game.undo, game.reset, lambda: game.decide("audit-share", 0.2), lambda: game.branch("x")):
        with pytest.raises(opening.GameError) as caught:
            act()
        assert caught.value.key == "game_full"
    assert len(game.log()) == 3
    assert game.state().year == 2019
    opened = opening.open_anew(game, "zh")
    assert opened.token != token
    assert opened.game.state().position.decisions == game.state().position.decisions
    assert (opened.game.state().year, opened.game.panels) == (2019, ("so2",))
