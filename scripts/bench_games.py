"""What keeping a game costs: opening long games, deciding in them, and the disk.

    python scripts/bench_games.py [--entries 2000] [--rounds 5]

Milliseconds, the median of some rounds: a log of settings, packages, undo and redo, bookmarks, ways back and branches
is added up, read from a file, taken over into a new game with its rows, written as a link and read again, opened from
the database as a restarted server does it; then one further decision with the disk, and one save alone.
"""

from __future__ import annotations

import argparse
import random
import statistics
import tempfile
import time
from collections.abc import Callable
from pathlib import Path

from ccepz_sim.content.loading import Content, load_content
from ccepz_sim.game import address, game_file
from ccepz_sim.game.database import GameDatabase, Head
from ccepz_sim.game.log import Bookmark, Branch, ChoosePackage, Entry, GoBack, Redo, SetLever, Switch, Undo
from ccepz_sim.game.position import Tally
from ccepz_sim.game.store import Store
from ccepz_sim.game.world import World
from tests.game.idle import IdlePool

WORLD = World(1, "slow-recovery")


def some_log(content: Content, length: int, luck: random.Random) -> list[Entry]:
    """Return a log as a tireless player would leave it."""
    levers, packages = list(content.levers.values()), list(content.packages)
    log: list[Entry] = []
    while len(log) < length:
        lever, back = luck.choice(levers), luck.randrange(len(log) + 1)
        entries: list[Entry] = [
            SetLever(lever.id, luck.choice(lever.bounds), luck.randint(2016, 2035)),
            ChoosePackage(luck.choice(packages), 2035),
            Undo(back), Redo(back), Bookmark("here", 2020), GoBack(back), Branch("more"), Switch(0),
        ]  # fmt: skip
        log += luck.choices(entries, (60, 2, 12, 8, 6, 6, 3, 3))
    return log


def main() -> None:
    """Measure and tell."""
    parser = argparse.ArgumentParser(description=(__doc__ or "").splitlines()[0])
    parser.add_argument("--entries", type=int, default=2000)
    parser.add_argument("--rounds", type=int, default=5)
    options = parser.parse_args()
    content = load_content()
    log = some_log(content, options.entries, random.Random(1))
    text = game_file.write(content, WORLD, 2020, log)
    times: dict[str, list[float]] = {}

    def measured(name: str, act: Callable[[], object]) -> None:
        began = time.perf_counter()
        act()
        times.setdefault(name, []).append(1000 * (time.perf_counter() - began))

    with tempfile.TemporaryDirectory() as folder:
        path = Path(folder) / "games.sqlite"
        for number in range(options.rounds):
            first = Store(content, IdlePool(), GameDatabase(path))
            token, game, _, _ = first.open(None)
            measured("added up", lambda: Tally(content, log).standings())
            measured("read from a file", lambda: game_file.read(content, text))
            measured("taken over and saved", lambda game=game: game.take_over(log, WORLD, 2020))
            measured("written as a link", lambda game=game: address.read(content, game.address()))
            first.close()
            second = Store(content, IdlePool(), GameDatabase(path))
            measured("opened from the database", lambda second=second, token=token: second.open(token))
            again = second.open(token).game
            value = 0.31 + number / 100
            measured("a further decision, saved", lambda again=again, value=value: again.decide("audit-share", value))
            database, head = GameDatabase(path), Head(WORLD, 2020)
            measured(
                "a save of one head", lambda database=database, head=head: database.save("x" * 12, "", head, 0, [])
            )
            database.close()
            second.close()
        size = path.stat().st_size / options.rounds
    print(f"{options.entries} entries; {size / 1000:.0f} kB in the database, {len(text) / 1000:.0f} kB as a file")
    for name, values in times.items():
        print(f"{name:28s} {statistics.median(values):8.1f} ms")


if __name__ == "__main__":
    main()
