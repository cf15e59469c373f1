"""What can go wrong in a game, as sentences."""

from __future__ import annotations

from ccepz_sim.text.errors import UserError
from ccepz_sim.text.label import Label


class GameError(UserError):
    """A problem of a game; its sentence is in `text/game.toml`."""

    texts = "game"

    def label(self) -> Label:
        """Return the sentence in both languages, as a part of another one."""
        return Label(self.sentence("en"), self.sentence("zh"))
