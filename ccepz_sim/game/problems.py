"""What can go wrong in a game, as sentences."""

from __future__ import annotations

from ccepz_sim.errors import UserError


class GameError(UserError):
    """A problem of a game; its sentence is in `text/game.toml`."""

    texts = "game"
