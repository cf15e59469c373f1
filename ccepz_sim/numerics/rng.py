"""Named random streams: a draw depends on seed, stream name and quarter, and of somebody's on who it is.

Two policies therefore meet the same luck, a copied zone needs no generator state, and the number of
threads or observers cannot change a result. What happens to somebody is drawn as `draws.py` says; generators are for
what is nobody's, such as prices.
"""

from __future__ import annotations

import difflib
import zlib
from enum import StrEnum

import numpy as np
from numpy.random import BitGenerator, Generator, Philox, SeedSequence

LARGEST_SEED = 2**31 - 1  # of every seed; fits the integers of every language and file that carries one


class Stream(StrEnum):
    """All streams, and beside each the one function that draws from it (`scripts/check_rules.py`).

    A stream's luck follows from its name, so a name never changes.
    """

    ANSWERING = "answering"  # firm_life.assign_officials
    BIRTHS = "births"  # vital_events.births
    CHAIN = "chain"  # supply_chain.extend_chain
    COLLUSION = "collusion"  # collusion.meet_officials
    COMING_OF_AGE = "coming of age"  # training.come_of_age
    DEATHS = "deaths"  # vital_events.age_and_die
    DETECTION = "detection"  # inspection.detect
    ENTRY = "entry"  # entry_exit.enter
    EVALUATION = "evaluation"  # officials.change_posts
    EXIT = "exit"  # entry_exit.fail
    FADING = "fading"  # training.train
    FIGURES = "figures"  # officials._audit_figures
    FIRM_TRAITS = "firm traits"  # firm_life.draw_traits
    FORMER = "former"  # officials._pursue_former
    FUND_AUDIT = "fund audit"  # inspection.recover_funds
    IMITATION = "imitation"  # research.imitate
    INSTITUTES = "institutes"  # institutes.run_institutes
    LEAVING = "leaving"  # location_choice.choose
    LINK_FAILURES = "link failures"  # by_products.break_links
    LINKS = "links"  # by_products._luck_of_partners
    MATCHING = "matching"  # matching.match
    MIGRATION = "migration"  # location_choice.choose
    MISUSE = "misuse"  # funds.award
    NEWCOMERS = "newcomers"  # entry_exit.found
    OFFICIAL_PENALTY = "official penalty"  # inspection.punish
    PILOTS = "pilots"  # funds.name_pilots
    POPULATION_START = "population start"  # residents.make_population
    PRICES = "prices"  # prices.move_prices
    PROCESSES = "processes"  # cleaner_production.change_processes
    RESEARCH = "research"  # research.succeed
    RESETTLED = "resettled"  # resettlement.resettle
    RESETTLEMENT = "resettlement"  # resettlement._takers
    SCORES = "scores"  # officials._score
    SEPARATIONS = "separations"  # posts.separate
    SUCCESSORS = "successors"  # officials.replace_officials
    TRAINING = "training"  # training.train


_registered: set[str] = set()


def register_stream(name: str) -> str:
    """Declare a stream from outside the package and give its name back.

    Raises:
        ValueError: the package itself has a stream of that name.
    """
    if name in set(Stream):
        raise ValueError(f"the stream {name} is one of the package")
    _registered.add(name)
    return name


class Streams:
    """Hand out a generator per (stream name, quarter, block), positioned by counter.

    Source: counter-based generators, Salmon et al. 2011 (Philox), as in NumPy.
    """

    def __init__(self, seed: int) -> None:
        self.seed = int(seed)
        self._entries: dict[str, tuple[Generator, BitGenerator, dict[str, object], list[int]]] = {}

    def at(self, stream: Stream, quarter: int = 0, block: int = 0) -> Generator:
        """Return the generator of a stream, set to the start of one quarter and block.

        Raises:
            ValueError: nobody declared the stream; the nearest that there is is named.
        """
        entry = self._entries.get(stream)
        if entry is None:
            entry = self._entries[stream] = self._entry(stream)
        generator, philox, state, counter = entry
        counter[2], counter[3] = quarter, block
        philox.state = state
        return generator

    def at_registered(self, name: str, quarter: int = 0, block: int = 0) -> Generator:
        """Return the generator of a stream that `register_stream` declared."""
        return self.at(name, quarter, block)  # type: ignore[arg-type]

    def key(self, name: str) -> list[int]:
        """Return the key of a stream, two words: the generator's place in its sequence is all that changes.

        Raises:
            ValueError: nobody declared the stream; the nearest that there is is named.
        """
        if name not in _registered and name not in set(Stream):
            near = difflib.get_close_matches(str(name), [*Stream, *_registered], n=1)
            raise ValueError(f"there is no stream {name}{f'; did you mean {near[0]}?' if near else ''}")
        name = str(name)
        words: list[int] = SeedSequence([self.seed, zlib.crc32(name.encode())]).generate_state(2, np.uint64).tolist()
        return words

    def copy(self) -> Streams:
        """Return streams of the same seed; generators are not shared between zones."""
        return Streams(self.seed)

    def __reduce__(self) -> tuple[type[Streams], tuple[int]]:
        """Travel as the seed: a generator that was sent would no longer be the one whose place is set."""
        return Streams, (self.seed,)

    def _entry(self, name: str) -> tuple[Generator, BitGenerator, dict[str, object], list[int]]:
        key = self.key(name)
        philox = Philox(key=key)
        counter = [0, 0, 0, 0]
        state: dict[str, object] = {
            "bit_generator": "Philox",
            "state": {"counter": counter, "key": key},  # lists: NumPy reads them number by number
            "buffer": [0, 0, 0, 0],
            "buffer_pos": 4,
            "has_uint32": 0,
            "uinteger": 0,
        }
        return Generator(philox), philox, state, counter
