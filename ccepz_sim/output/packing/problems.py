"""Why a pack cannot be made."""

from __future__ import annotations

from ccepz_sim.text.errors import UserError


class PackError(UserError):
    """A pack cannot be made; its sentence is in `text/pack.toml`. Nothing was left behind."""

    texts = "pack"
