"""What the page says about how much of a game is on disk."""

from __future__ import annotations

from ccepz_sim.game.saving import Keeping
from ccepz_sim.web.views.words import Part, words


def mark(keeping: Keeping, lang: str) -> Part:
    """Return the short word in the head of the page."""
    t = words("saving", lang)
    if keeping.fault is not None:
        state = "unsaved"
    elif not keeping.on_disk:
        state = "memory"
    else:
        state = "saving" if keeping.behind else "saved"
    return {"state": state, "text": t[state], "help": t[f"{state}_help"]}


def warning(keeping: Keeping, lang: str) -> str:
    """Return the sentence while the file of games cannot be written, else nothing."""
    if keeping.fault is None:
        return ""
    t = words("saving", lang)
    text = t["missing"] if keeping.missing else t["behind"] if keeping.behind else t["ahead"]
    joint = "" if lang == "zh" else " "
    return joint.join((keeping.fault.sentence(lang), text.format(count=keeping.missing), t["until"]))
