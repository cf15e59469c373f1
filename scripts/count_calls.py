"""What a checkout's engine does while it runs or compiles; started by `count_engine.py` in that checkout."""

from __future__ import annotations

import json
import sys
import time
from collections import Counter
from types import FrameType
from typing import Any

YEARS = 20
ROUNDS = 5
FIRST_QUARTERS = 5  # a year and the quarter after it meet every kernel that a usual run compiles
SLOWEST = 6


class Crossings:
    """Counts how often Python calls kernels: stands in for each, and compiled code sees what it stands for."""

    count = 0

    def __init__(self, kernel: Any) -> None:
        self.kernel = kernel

    @property
    def _numba_type_(self) -> Any:
        return self.kernel._numba_type_

    def __getattr__(self, name: str) -> Any:
        return getattr(self.kernel, name)

    def __call__(self, *values: Any, **named: Any) -> Any:
        """Count and pass on."""
        Crossings.count += 1
        return self.kernel(*values, **named)


def running() -> dict[str, object]:
    """Time a 20-year run of the game's scale, then count its Python calls, payments and kernel calls a quarter."""
    from ccepz_sim import PilotZone

    opening = PilotZone()
    opening.copy().run(YEARS)
    least = float("inf")
    for _ in range(ROUNDS):
        zone = opening.copy()
        began = time.process_time()
        zone.run(YEARS)
        least = min(least, time.process_time() - began)
    calls: Counter[str] = Counter()

    def seen(frame: FrameType, event: str, _: object) -> None:
        if event == "call":
            calls["all"] += 1
            if frame.f_code.co_name == "pay" and frame.f_code.co_filename.endswith("ledger.py"):
                calls["pay"] += 1

    zone = opening.copy()
    quarter = zone.quarter
    sys.setprofile(seen)
    zone.run(YEARS)
    sys.setprofile(None)
    quarters = zone.quarter - quarter
    return {
        "seconds of 20 years": least,
        "Python calls a quarter": calls["all"] / quarters,
        "ledger.pay a quarter": calls["pay"] / quarters,
        **_crossings(),
    }


def _crossings() -> dict[str, object]:
    """Count kernel calls from Python in a fresh process state: modules are loaded anew with counting kernels."""
    import numba

    for name in [name for name in sys.modules if name.split(".")[0] == "ccepz_sim"]:
        del sys.modules[name]
    real = numba.njit
    try:
        _count_calls_of_kernels()
    except ModuleNotFoundError:  # an older state of the package, whose kernels are Numba's own
        numba.njit = lambda **options: lambda rule: Crossings(real(**options)(rule))
    from ccepz_sim import PilotZone

    zone = PilotZone()
    Crossings.count = 0
    quarter = zone.quarter
    zone.run(YEARS)
    return {"kernel calls a quarter": Crossings.count / (zone.quarter - quarter)}


def _count_calls_of_kernels() -> None:
    """Count at the class by which Python calls kernels: it calls machine code past Numba's own objects."""
    from ccepz_sim.numerics.kernel import Kernel

    call = Kernel.__call__

    def counted(kernel: Any, *values: Any, **named: Any) -> Any:
        Crossings.count += 1
        return call(kernel, *values, **named)

    Kernel.__call__ = counted  # type: ignore[method-assign]


def compiling() -> dict[str, object]:
    """Compile what a first year needs; give the whole time and the slowest kernels."""
    from numba.core import event

    from ccepz_sim import PilotZone

    spent: Counter[str] = Counter()
    open_: list[list[Any]] = []

    class Watch(event.Listener):
        def on_start(self, event: Any) -> None:
            rule = event.data["dispatcher"].py_func
            open_.append([f"{rule.__module__.removeprefix('ccepz_sim.')}.{rule.__name__}", time.perf_counter(), 0.0])

        def on_end(self, event: Any) -> None:  # noqa: ARG002
            name, began, inner = open_.pop()
            whole = time.perf_counter() - began
            spent[name] += whole - inner
            if open_:
                open_[-1][2] += whole

    began = time.perf_counter()
    with event.install_listener("numba:compile", Watch()):
        zone = PilotZone(start=2010)
        for _ in range(FIRST_QUARTERS):
            zone.step()
    whole = time.perf_counter() - began
    slowest = {f"  {name}": seconds for name, seconds in spent.most_common(SLOWEST)}
    return {
        "seconds of compiling and a first year": whole,
        "kernels compiled": len(spent),
        "kernels over 1 s": sum(seconds > 1.0 for seconds in spent.values()),
        "slowest": json.dumps({name.strip(): round(value, 2) for name, value in slowest.items()}),
    }


if __name__ == "__main__":
    print(json.dumps({"running": running, "compiling": compiling}[sys.argv[1]]()))
