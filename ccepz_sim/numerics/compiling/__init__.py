"""Compiles all rules of a machine at once, in all its cores; a run begins when that is done.

Numba compiles a rule when it is first called, one after the other. Which rules there are, what they are called with
and about how long each takes is recorded (`rules.json`), so that several processes can share the work.
"""

from ccepz_sim.numerics import rule_store
from ccepz_sim.numerics.compiling.driver import compile_all, first_miss, is_worth_it, leave_alone
from ccepz_sim.numerics.compiling.progress import Progress
from ccepz_sim.numerics.compiling.recorded import missing

rule_store.on_miss = first_miss

__all__ = ["Progress", "compile_all", "first_miss", "is_worth_it", "leave_alone", "missing"]
