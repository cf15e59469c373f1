"""What the page says about how much of a game is on disk."""

from __future__ import annotations

from ccepz_sim.game.saving import SaveStatus
from ccepz_sim.web.views.words import Part, words


def mark(save_status: SaveStatus, lang: str) -> Part:
    """Return the short word in the head of the page."""
    t = words("saving", lang)
    if save_status.fault is not None:
        state = "unsaved"
    elif not save_status.on_disk:
        state = "memory"
    else:
        state = "saving" if save_status.behind else "saved"
    return {"state": state, "text": t[state], "help": t[f"{state}_help"]}


def warning(save_status: SaveStatus, lang: str) -> str:
    """Return the sentence while the file of games cannot be written, else nothing."""
    if save_status.fault is None:
        return ""
    t = words("saving", lang)
    text = t["missing"] if save_status.missing else t["behind"] if save_status.behind else t["ahead"]
    joint = "" if lang == "zh" else " "
    return joint.join((save_status.fault.sentence(lang), text.format(count=save_status.missing), t["until"]))
