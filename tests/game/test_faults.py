"""Disks, files and rows that fail: the game goes on, the page is told the truth, and nothing is lost in the end."""

from __future__ import annotations

import json
import os
import shutil
import sqlite3
import subprocess
import sys
import time
from collections.abc import Callable, Iterator
from contextlib import closing
from pathlib import Path

import pytest

from ccepz_sim.content.loading import Content
from ccepz_sim.game import saving, tables
from ccepz_sim.game.database import FILE, GameDatabase
from ccepz_sim.game.problems import GameError
from ccepz_sim.game.session import Game
from ccepz_sim.game.store import Store
from ccepz_sim.text.errors import UserError
from tests.game.idle import idle_store

LEVER = "audit-share"
ENDS = ("", "-wal", "-shm")


@pytest.fixture(autouse=True)
def quick(monkeypatch: pytest.MonkeyPatch) -> None:
    """Look after games more often than a server does."""
    monkeypatch.setattr(saving, "RETRY_SECONDS", 0.05)
    monkeypatch.setattr("ccepz_sim.game.database.BUSY_SECONDS", 0.1)


@pytest.fixture
def path(tmp_path: Path) -> Path:
    return tmp_path / "games here" / FILE


@pytest.fixture
def serve(content: Content, path: Path) -> Iterator[Callable[[], Store]]:
    """Start servers on one file; they are stopped at the end."""
    stores: list[Store] = []

    def start() -> Store:
        stores.append(idle_store(content, GameDatabase(path)))
        return stores[-1]

    yield start
    for store in stores:
        store.close()


def until(true: Callable[[], bool]) -> None:
    for _ in range(600):
        if true():
            return
        time.sleep(0.05)
    raise AssertionError("it did not happen within half a minute")


def play(game: Game, count: int = 3) -> None:
    """Decide something new each time, and turn to another year."""
    for number in range(count):
        game.decide(LEVER, 0.1 + 0.05 * (len(game.log()) % 10))
        game.go_to(2017 + number)


def kept(path: Path, token: str) -> list[str]:
    """What the file holds of a game, read by somebody else."""
    with closing(sqlite3.connect(path)) as base:
        rows = base.execute("SELECT entry FROM log WHERE token = ? ORDER BY number", (token,))
        return [json.loads(entry)["do"] for (entry,) in rows]


def whole(path: Path, token: str, game: Game) -> bool:
    """Whether the file holds all of a game, and the page says so."""
    return game.save_status().safe and kept(path, token) == [type(entry).__name__ for entry in game.log()]


def problem(game: Game) -> str:
    fault = game.save_status().fault
    return fault.key if fault is not None else ""


# While a server runs


def test_a_full_disk_is_told_and_made_up_for(serve: Callable[[], Store], path: Path) -> None:
    store = serve()
    token, game, _, _ = store.open(None)
    play(game)
    assert whole(path, token, game)
    base = store._database._base
    assert base is not None
    pages = base.execute("PRAGMA page_count").fetchone()[0]
    base.execute(f"PRAGMA max_page_count = {pages}")
    while not game.save_status().missing:
        game.bookmark("x" * 40)
    assert problem(game) == "disk_full"
    before = len(game.log())
    play(game)
    assert game.save_status().missing >= 3
    assert len(kept(path, token)) == len(game.log()) - game.save_status().missing, "what is told is what is so"
    other, fresh, _, _ = store.open(None)
    assert problem(fresh) == "disk_full", "a new game is told at once"
    base.execute(f"PRAGMA max_page_count = {2**30}")
    until(lambda: whole(path, token, game) and whole(path, other, fresh))
    assert len(game.log()) > before
    assert serve().open(token).game.log() == game.log()


def test_a_locked_file_is_told_and_made_up_for(serve: Callable[[], Store], path: Path) -> None:
    store = serve()
    token, game, _, _ = store.open(None)
    told: list[str] = []
    game.listen(lambda: told.append(problem(game)))
    with closing(sqlite3.connect(path, isolation_level=None)) as strange:
        strange.execute("BEGIN IMMEDIATE")
        play(game)
        assert problem(game) == "disk_locked"
        assert len(game.log()) == 3, "it is played on in memory"
        began = time.monotonic()
        play(game, 30)
        assert time.monotonic() - began < 5, "nobody waits for what has just failed"
        strange.execute("ROLLBACK")
    until(lambda: whole(path, token, game))
    until(lambda: told[-1:] == [""])
    assert "disk_locked" in told, "pages are told both"


@pytest.mark.parametrize("gone", ["file", "folder", "log only", "emptied"])
def test_a_file_that_is_removed_is_written_again(serve: Callable[[], Store], path: Path, gone: str) -> None:
    store = serve()
    token, game, _, _ = store.open(None)
    asleep = store.open(None)
    play(game)
    play(asleep.game, 1)
    if gone == "folder":
        shutil.rmtree(path.parent)
    elif gone == "emptied":
        path.write_bytes(b"")
    else:
        for end in ENDS[1:2] if gone == "log only" else ENDS:
            path.with_name(path.name + end).unlink(missing_ok=True)
    play(game, 1)
    until(lambda: path.exists() and whole(path, token, game) and whole(path, asleep.token, asleep.game))
    play(game, 1)
    assert whole(path, token, game)
    again = serve()
    assert again.open(token).game.log() == game.log()
    assert again.open(asleep.token).game.log() == asleep.game.log()


def test_games_that_nobody_plays_survive_the_removal_too(serve: Callable[[], Store], path: Path) -> None:
    token = _some_game(serve(), path)
    store = serve()
    _, game, _, _ = store.open(None)
    for end in ENDS:
        path.with_name(path.name + end).unlink(missing_ok=True)
    play(game)
    until(lambda: path.exists() and len(kept(path, token)) == 3)
    assert len(store.open(token).game.log()) == 3


def test_an_older_copy_put_in_place_of_the_file_is_brought_up_to_date(serve: Callable[[], Store], path: Path) -> None:
    store = serve()
    token, game, _, _ = store.open(None)
    play(game, 2)
    copy = path.with_name("copy.sqlite")
    with closing(sqlite3.connect(path)) as base, closing(sqlite3.connect(copy)) as target:
        base.backup(target)
    play(game, 3)
    copy.replace(path)
    until(lambda: whole(path, token, game))
    play(game, 1)
    assert whole(path, token, game)


def test_two_servers_share_a_file_and_a_game(serve: Callable[[], Store], path: Path) -> None:
    first, second = serve(), serve()
    token, one, _, _ = first.open(None)
    play(one, 2)
    other = second.open(token).game
    play(other, 2)
    assert len(one.log()) == 2
    one.decide(LEVER, 0.9)
    assert len(one.log()) == 5, "what the other wrote comes first"
    assert first.open(token).game is one
    assert second.open(token).game.log() == one.log(), "who opens the page sees both"
    one.undo(2)
    other.undo(3)
    one.look_at_disk()
    assert one.log() == other.log()
    assert whole(path, token, one)


def test_what_two_servers_could_not_write_is_put_one_after_the_other(serve: Callable[[], Store], path: Path) -> None:
    first, second = serve(), serve()
    token, one, _, _ = first.open(None)
    play(one, 1)
    other = second.open(token).game
    with closing(sqlite3.connect(path, isolation_level=None)) as strange:
        strange.execute("BEGIN IMMEDIATE")
        play(one, 2)
        one.undo(1)
        play(other, 2)
        other.undo(1)
        strange.execute("ROLLBACK")
    until(lambda: one.save_status().safe and other.save_status().safe)
    one.look_at_disk()
    other.look_at_disk()
    assert one.log() == other.log()
    assert len(one.log()) == 7
    assert len(one.state().position.items) == 2
    undone = {getattr(entry, "target", None) for entry in one.log()} - {None}
    assert undone == {1, 4}, "each undo points to its own action"


# When a server starts


def _some_game(store: Store, path: Path) -> str:
    token, game, _, _ = store.open(None)
    play(game)
    assert whole(path, token, game)
    store.close()
    return token


def _change(path: Path, statement: str, *values: object) -> None:
    with closing(sqlite3.connect(path)) as base:
        assert base.execute(statement, values).rowcount == 1
        base.commit()


@pytest.mark.parametrize(
    "entry",
    ['{"do": "SetLever"', "[1, 2]", "null", "7", '"x"', '{"do": "SetLever", "lever": "audit-share", "value": "0.3", '
     '"year": 2016}', '{"do": "SetLever", "lever": "audit-share", "value": 0.31, "year": 2017}', "[" * 5000],
)  # fmt: skip
def test_a_damaged_row_costs_what_follows_it_and_no_more(serve: Callable[[], Store], path: Path, entry: str) -> None:
    token = _some_game(serve(), path)
    _change(path, "UPDATE log SET entry = ? WHERE token = ? AND number = 1", entry, token)
    found = serve().open(token)
    assert found.token != token
    assert found.notice is not None
    assert found.notice.key == "game_damaged"
    assert "1" in found.notice.sentence("en")
    assert len([row for row in found.game.log() if type(row).__name__ == "SetLever"]) == 1
    assert len(kept(path, found.token)) == 2, "the copy is kept"
    with closing(sqlite3.connect(path)) as base:
        left = base.execute("SELECT count(*) FROM log WHERE token = ?", (token,)).fetchone()[0]
    assert left == 3, "the damaged one is left as it is"


def test_a_missing_row_is_damage_too(serve: Callable[[], Store], path: Path) -> None:
    token = _some_game(serve(), path)
    _change(path, "DELETE FROM log WHERE token = ? AND number = 0", token)
    found = serve().open(token)
    assert found.notice is not None
    assert found.notice.key == "game_damaged"


@pytest.mark.parametrize("panels", ["{}", "null", "[1, null, {}]", "[", '["no-such", "gdp"]', "[" * 5000])
def test_panels_of_any_kind_open(serve: Callable[[], Store], path: Path, panels: str) -> None:
    token = _some_game(serve(), path)
    _change(path, "UPDATE games SET panels = ? WHERE token = ?", panels, token)
    found = serve().open(token)
    assert found.token == token
    assert all(isinstance(name, str) for name in found.game.panels)


@pytest.mark.parametrize(("column", "value"), [("year", 1066), ("year", 99999)])
def test_a_year_out_of_bounds_is_brought_into_them(
    serve: Callable[[], Store], path: Path, column: str, value: int
) -> None:
    token = _some_game(serve(), path)
    _change(path, f"UPDATE games SET {column} = ? WHERE token = ?", value, token)
    found = serve().open(token)
    assert 2016 <= found.game.state().year <= 2035


@pytest.mark.parametrize(("column", "value"), [("seed", -5), ("scenario", "gone")])
def test_a_game_whose_world_nobody_knows_is_damaged(
    serve: Callable[[], Store], path: Path, column: str, value: object
) -> None:
    token = _some_game(serve(), path)
    _change(path, f"UPDATE games SET {column} = ? WHERE token = ?", value, token)
    notice = serve().open(token).notice
    assert notice is not None
    assert notice.key == "game_damaged"


def test_a_game_of_another_version_is_refused_and_left(serve: Callable[[], Store], path: Path) -> None:
    token = _some_game(serve(), path)
    entry = '{"do": "SetTide", "height": 3}'
    _change(path, "UPDATE log SET entry = ?, seal = ? WHERE token = ? AND number = 1", entry,
            tables.seal(token, 1, entry), token)  # fmt: skip
    _change(path, "UPDATE games SET version = '9.7.1' WHERE token = ?", token)
    with pytest.raises(GameError, match=r"9\.7\.1"):
        serve().open(token)


def test_a_game_without_its_head_is_damaged(serve: Callable[[], Store], path: Path) -> None:
    token = _some_game(serve(), path)
    _change(path, "DELETE FROM games WHERE token = ?", token)
    notice = serve().open(token).notice
    assert notice is not None
    assert "steps: 3" in notice.sentence("en")


def test_lines_missing_at_the_end_are_damage_too(serve: Callable[[], Store], path: Path) -> None:
    token = _some_game(serve(), path)
    _change(path, "DELETE FROM log WHERE token = ? AND number = 2", token)
    notice = serve().open(token).notice
    assert notice is not None
    assert notice.key == "game_damaged"


def test_an_unknown_token_is_no_new_game(serve: Callable[[], Store]) -> None:
    store = serve()
    for text in ("AAAAbbbbCCCC", "x", "", "。", "AAAA bbbb"):
        with pytest.raises(UserError) as caught:
            store.open(text)
        assert caught.value.sentence("en") != caught.value.sentence("zh")


def test_a_file_of_the_first_form_is_brought_to_the_present_one(serve: Callable[[], Store], path: Path) -> None:
    path.parent.mkdir()
    with closing(sqlite3.connect(path)) as base:
        base.executescript(tables.FIRST_FORM)
        base.execute("INSERT INTO games VALUES ('old-token-12', 'x', '0.1.0', '', 7, 'calm', 2020, '[\"gdp\"]')")
        entries = ('{"do": "SetLever", "lever": "audit-share", "value": 0.3, "year": 2016}',
                   '{"do": "ChoosePackage", "package": "tax-only", "year": 2018}')  # fmt: skip
        base.executemany("INSERT INTO log VALUES ('old-token-12', ?, '', 'zone', ?)", list(enumerate(entries)))
        base.commit()
    for _ in range(2):
        token, game, _, notice = serve().open("old-token-12")
        assert (token, notice) == ("old-token-12", None)
        assert game.state().world.seed == 7
        assert game.panels == ("gdp",)
        game.undo()
        assert game.save_status().safe
    with closing(sqlite3.connect(path)) as base:
        assert base.execute("PRAGMA user_version").fetchone()[0] == tables.FORM
    assert kept(path, "old-token-12") == ["SetLever", "ChoosePackage", "Undo", "Undo"]


@pytest.mark.parametrize("what", ["newer", "foreign", "text"])
def test_a_file_that_is_not_ours_is_left_alone(content: Content, tmp_path: Path, what: str) -> None:
    path = tmp_path / "chosen by somebody.db"
    if what == "text":
        path.write_text("a diary, " * 500)
    else:
        with closing(sqlite3.connect(path)) as base:
            base.execute("CREATE TABLE bookmarks (x)")
            if what == "newer":
                base.executescript(tables.FIRST_FORM + f"PRAGMA user_version = {tables.FORM + 1}")
    before = path.read_bytes()
    store = idle_store(content, GameDatabase(path))
    token, game, _, _ = store.open(None)
    play(game)
    assert problem(game) == {"newer": "disk_newer", "foreign": "disk_foreign", "text": "disk_damaged"}[what]
    assert path.read_bytes() == before
    assert [file.name for file in tmp_path.iterdir()] == [path.name]
    path.unlink()
    until(lambda: path.exists() and whole(path, token, game))
    store.close()


@pytest.mark.parametrize("where", ["header", "middle", "end"])
def test_a_damaged_file_is_set_aside_and_what_can_be_read_comes_back(
    serve: Callable[[], Store], path: Path, where: str
) -> None:
    store = serve()
    tokens = []
    for _ in range(40):
        token, game, _, _ = store.open(None)
        play(game, 4)
        tokens.append(token)
    store.close()
    with path.open("r+b") as file:
        size = path.stat().st_size
        file.seek({"header": 0, "middle": size // 2, "end": size - 4096}[where])
        file.write(b"\xa5" * 3000)
    again = serve()
    found = []
    for token in tokens:
        try:
            opened = again.open(token)
        except UserError:
            continue
        assert len(opened.game.log()) == 4 or opened.notice is not None, "never fewer without a word"
        found.append(opened)
    aside = [file for file in path.parent.iterdir() if "damaged" in file.name]
    if where != "header":
        assert len(found) >= 10
    assert aside or len(found) == 40
    token, game, _, _ = again.open(None)
    play(game)
    assert whole(path, token, game), "new games are kept"


def test_a_path_that_cannot_be_made_is_told_and_tried_again(content: Content, tmp_path: Path) -> None:
    blocker = tmp_path / "file"
    blocker.write_text("")
    path = blocker / "deeper" / FILE
    store = idle_store(content, GameDatabase(path))
    token, game, _, _ = store.open(None)
    play(game)
    assert problem(game) == "disk_missing"
    assert store.open(token).game is game
    with pytest.raises(GameError) as caught:
        store.open("AAAAbbbbCCCC")
    assert caught.value.key == "games_unreadable", "nobody knows whether it is there"
    blocker.unlink()
    until(lambda: path.exists() and whole(path, token, game))
    store.close()


READ_ONLY = """
import os, sys, urllib.parse  # whatever is imported later lies where rights are missing
from pathlib import Path
from ccepz_sim.game.database import GameDatabase, Head
from ccepz_sim.game.problems import GameError
from ccepz_sim.game.world import World
str(GameError("disk_full")), str(GameDatabase())  # all is loaded before the rights are given up
path, token = Path(sys.argv[1]), sys.argv[2]
if os.geteuid() == 0:
    os.setgroups([])
    os.setgid(65534)
    os.setuid(65534)
database = GameDatabase(path)
print(database.fault.key if database.fault else "", end=" ")
row = database.read(token)
print(len(row.lines) if row else None, end=" ")
try:
    database.save("AAAAbbbbCCCC", "", Head(World(1, "calm"), 2016), 0, [])
except GameError as error:
    print(error.key)
else:
    print("written")
"""


@pytest.mark.skipif(os.name == "nt", reason="rights are another matter there")
@pytest.mark.parametrize("what", ["folder", "file"])
def test_what_may_only_be_read_is_read(serve: Callable[[], Store], path: Path, what: str, tmp_path: Path) -> None:
    token = _some_game(serve(), path)
    for folder in (path.parent, *path.parent.parents[:4]):
        if os.access(folder, os.W_OK) and folder.owner() == path.owner() and folder != Path("/tmp"):
            folder.chmod(0o755)
    path.chmod(0o644 if os.geteuid() == 0 else 0o444)
    if what == "folder":
        path.parent.chmod(0o555)
    else:
        path.parent.chmod(0o777)
        path.chmod(0o444)
    program = [sys.executable, "-c", READ_ONLY, str(path), token]
    done = subprocess.run(program, check=False, capture_output=True, text=True, timeout=120)
    path.parent.chmod(0o755)
    assert done.stdout.split() == ["disk_read_only", "3", "disk_read_only"], done.stderr


def test_games_in_memory_alone_say_so(content: Content) -> None:
    store = idle_store(content)
    game = store.open(None).game
    play(game)
    assert not game.save_status().safe
    assert not game.save_status().on_disk
    assert game.save_status().fault is None
    store.close()


def test_a_save_is_on_the_disk_when_it_returns(path: Path) -> None:
    database = GameDatabase(path)
    assert database._base is not None
    assert database._base.execute("PRAGMA synchronous").fetchone()[0] == 2, "FULL: a power cut takes nothing back"
    assert database._base.execute("PRAGMA journal_mode").fetchone()[0] == "wal"
    database.close()


def test_a_request_is_carried_out_once_across_servers(serve: Callable[[], Store], path: Path) -> None:
    store = serve()
    token, game, _, _ = store.open(None)
    game.once("first", lambda: game.decide(LEVER, 0.4))
    game.once("second", lambda: game.decide(LEVER, 0.6))
    game.once("first", lambda: game.decide(LEVER, 0.4))
    assert len(game.log()) == 2
    game.once("undo", game.undo)
    game.once("undo", game.undo)
    store.close()
    again = serve().open(token).game
    for name, value in (("first", 0.4), ("second", 0.6)):
        again.once(name, lambda value=value: again.decide(LEVER, value))
    again.once("undo", again.undo)
    assert len(again.log()) == 3
    assert again.requests()[-3:] == ("first", "second", "undo")
    with pytest.raises(UserError):
        again.once("refused", lambda: again.decide(LEVER, 7.0))
    again.once("refused", lambda: again.decide(LEVER, 0.2))
    assert len(again.log()) == 3, "what was refused stays refused"


def test_a_thousand_games_are_not_dropped_before_they_are_kept(
    serve: Callable[[], Store], path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr("ccepz_sim.game.store.KEPT_GAMES", 5)
    store = serve()
    with closing(sqlite3.connect(path, isolation_level=None)) as strange:
        strange.execute("BEGIN IMMEDIATE")
        games = [store.open(None) for _ in range(12)]
        for found in games:
            play(found.game, 1)
        tokens = [found.token for found in games]
        del games, found
        assert all(token in store._games for token in tokens)
        strange.execute("ROLLBACK")
    until(lambda: all(len(kept(path, token)) == 1 for token in tokens))
    assert [len(store.open(token).game.log()) for token in tokens] == [1] * 12
    assert len(store._games) <= 6
