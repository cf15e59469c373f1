"""Hands rules out to processes, the longest chains first, and says how far they are."""

from __future__ import annotations

import json
import logging
import os
import subprocess
import sys
import threading
import time
from collections.abc import Iterator, Sequence
from contextlib import contextmanager, suppress
from dataclasses import dataclass

from ccepz_sim.numerics.compiling.progress import OnProgress, Progress
from ccepz_sim.numerics.compiling.recorded import Rule, missing
from ccepz_sim.numerics.rule_store import stores

logger = logging.getLogger(__name__)
LOCK = "compiling.lock"
WORTH = 6.0  # seconds of compiling from which on several processes pay for their own start
MOST_WORKERS = 8  # more would wait for the longest chain of rules
MEMORY = 700 << 20  # bytes of a process at its largest
START = 3.0  # seconds until a process compiles its first rule
TRUSTED = 0.1  # the share that has to be done before the pace alone says how long the rest takes
PATIENCE = 5.0  # seconds to wait for a process that was told to end
PATIENT, PROMPT = "patient", "prompt"
# A process looks for modules where this one does: it must compile the same source, from a notebook as well.
WORKER = (
    "import sys; sys.path[:] = sys.argv[2:]; from ccepz_sim.numerics.compiling.worker import main; main(sys.argv[1])"
)


@dataclass(frozen=True, slots=True)
class Report:
    """What came of it: wall seconds, seconds of a processor by rule, and what was wrong with a rule."""

    seconds: float
    workers: int
    by_rule: dict[str, float]
    problems: dict[str, str]


_alone = threading.Event()  # this process has looked for what is missing, or is not to look


def leave_alone() -> None:
    """Let this process compile each rule by itself, at its first call."""
    _alone.set()


def first_miss() -> bool:
    """Compile all rules where this process has not looked yet and many are missing; say whether it did."""
    if _alone.is_set():
        return False
    _alone.set()
    if not is_worth_it(missing()):
        return False
    from ccepz_sim.numerics.compiling.progress_bar import on_stderr

    with on_stderr() as on_progress:
        compile_all(on_progress)
    return True


def is_worth_it(rules: Sequence[Rule]) -> bool:
    """Say whether it takes so long to compile some rules that it should be done in all cores, and said."""
    return sum(rule.seconds for rule in rules) > WORTH


def compile_all(on_progress: OnProgress = lambda _: None, workers: int | None = None, patient: bool = False) -> Report:
    """Compile every recorded rule that is not kept yet; a second process waits for the first.

    Args:
        on_progress: told after each rule, from any thread.
        workers: number of processes; None for one a core, as far as memory reaches.
        patient: let whatever else runs on this machine go first, where the system has a say in it.
    """
    began = time.monotonic()
    leave_alone()
    with _one_at_a_time():
        left = missing()
        if not left:
            return Report(time.monotonic() - began, 0, {}, {})
        work = _Work(left, workers or usual_workers(), on_progress, patient)
        work.run()
    for name, problem in work.problems.items():
        logger.info("%s was not compiled in advance: %s", name, problem)
    return Report(time.monotonic() - began, work.workers, work.by_rule, work.problems)


def usual_workers() -> int:
    """Return one process for each core that this process may use, as far as memory reaches."""
    cores = len(os.sched_getaffinity(0)) if hasattr(os, "sched_getaffinity") else os.cpu_count() or 1
    with suppress(ValueError, OSError, AttributeError):  # where a system does not say
        cores = min(cores, os.sysconf("SC_PAGE_SIZE") * os.sysconf("SC_AVPHYS_PAGES") // MEMORY)
    return max(1, min(cores, MOST_WORKERS))


@contextmanager
def _one_at_a_time() -> Iterator[None]:
    from filelock import FileLock  # loads more than a command that compiles nothing should wait for

    lock = None
    for store in stores():
        with suppress(OSError, NotImplementedError):  # a disk that takes no files or knows no locks
            store.folder.mkdir(parents=True, exist_ok=True)
            lock = FileLock(store.folder / LOCK)
            lock.acquire()
            break
        lock = None  # better twice than never
    try:
        yield
    finally:
        if lock is not None:
            lock.release()


class _Work:
    """The rules that are left, and the processes that work on them, each served by a thread."""

    def __init__(self, rules: Sequence[Rule], workers: int, on_progress: OnProgress, patient: bool) -> None:
        self.by_rule: dict[str, float] = {}
        self.problems: dict[str, str] = {}
        self.workers = min(workers, len(rules))
        self._on_progress = on_progress
        self._kind = PATIENT if patient else PROMPT
        self._rules = {rule.name: rule for rule in rules}
        self._chain = _chains(self._rules)
        self._waiting = set(self._rules)
        self._ended: set[str] = set()
        self._under_way = 0
        self._changed = threading.Condition()
        self._stopped = False
        self._began = time.monotonic()

    def run(self) -> None:
        """Work until every rule is compiled, or no process is left that could."""
        self._tell()
        threads = [threading.Thread(target=self._serve, name=f"ccepz-compile-{n}") for n in range(self.workers)]
        for thread in threads:
            thread.start()
        try:
            for thread in threads:
                thread.join()
        finally:
            with self._changed:
                self._stopped = True
                self._changed.notify_all()

    def _serve(self) -> None:
        pipe = subprocess.PIPE
        command = [sys.executable, "-c", WORKER, self._kind, *sys.path]
        with subprocess.Popen(command, stdin=pipe, stdout=pipe, encoding="utf-8") as process:
            assert process.stdin is not None
            assert process.stdout is not None
            try:
                while (rule := self._take()) is not None:
                    answer = ""
                    with suppress(OSError):  # it is gone
                        question = {"rule": rule.name, "signatures": rule.signatures}
                        process.stdin.write(json.dumps(question) + "\n")
                        process.stdin.flush()
                        answer = process.stdout.readline()
                    if not answer:
                        self._end(rule, 0.0, "its process ended")
                        return
                    told = json.loads(answer)
                    self._end(rule, told["seconds"], told["problem"])
            finally:
                with suppress(OSError):
                    process.stdin.close()
                try:
                    process.wait(PATIENCE)
                except subprocess.TimeoutExpired:
                    process.kill()

    def _take(self) -> Rule | None:
        """Wait for a rule whose own rules are done; None when nothing is left to begin."""
        with self._changed:
            while self._waiting and not self._stopped:
                ready = [name for name in self._waiting if self._is_ready(self._rules[name])]
                if not ready and self._under_way == 0:
                    ready = list(self._waiting)  # they wait for one another: the record is wrong, the rules are not
                if ready:
                    chosen = max(ready, key=lambda name: (self._chain[name], name))
                    self._waiting.remove(chosen)
                    self._under_way += 1
                    return self._rules[chosen]
                self._changed.wait()
            return None

    def _is_ready(self, rule: Rule) -> bool:
        return all(name in self._ended or name not in self._rules for name in rule.calls)

    def _end(self, rule: Rule, seconds: float, problem: str) -> None:
        with self._changed:
            self._ended.add(rule.name)
            self._under_way -= 1
            if problem:
                self.problems[rule.name] = problem
            else:
                self.by_rule[rule.name] = seconds
            self._changed.notify_all()
        self._tell()

    def _tell(self) -> None:
        whole = sum(rule.seconds for rule in self._rules.values())
        done = sum(self._rules[name].seconds for name in tuple(self._ended))
        share = done / whole if whole else 1.0
        guess = START + (whole - done) / self.workers
        pace = (time.monotonic() - self._began) * (1.0 - share) / share if share else guess
        trust = min(1.0, share / TRUSTED)
        left = (1.0 - trust) * guess + trust * pace
        self._on_progress(Progress(share, left, len(self._ended), len(self._rules)))


def _chains(rules: dict[str, Rule]) -> dict[str, float]:
    """Return for each rule the seconds of the longest chain of rules that ends up waiting for it, itself included."""
    callers: dict[str, list[str]] = {name: [] for name in rules}
    for rule in rules.values():
        for name in rule.calls:
            if name in callers:
                callers[name].append(rule.name)
    found: dict[str, float] = {}

    def chain(name: str) -> float:
        if name not in found:
            found[name] = rules[name].seconds  # a circle ends here
            found[name] += max((chain(caller) for caller in callers[name]), default=0.0)
        return found[name]

    for name in rules:
        chain(name)
    return found
