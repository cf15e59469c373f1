"""Makes a folder with everything a machine without internet needs: wheels, content, compiled rules, start scripts."""

from ccepz_sim.output.packing.folder import Made, make_pack
from ccepz_sim.output.packing.problems import PackError

__all__ = ["Made", "PackError", "make_pack"]
