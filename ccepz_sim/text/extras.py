"""Libraries that only studies and figures need: imported when used, asked for in a sentence where they are missing."""

from __future__ import annotations

from importlib import import_module
from typing import Any

from ccepz_sim.text.errors import UserError


class StudyError(UserError):
    """Something a person can mend about a study or a figure: its folder, its extras, its workers."""

    texts = "studies"


def need(module: str, extra: str) -> Any:
    """Import a module of an extra.

    Raises:
        StudyError: it is not installed; the sentence says what to install.
    """
    try:
        return import_module(module)
    except ModuleNotFoundError as error:
        if error.name and error.name.split(".")[0] == module.split(".")[0]:
            raise StudyError("extra_missing", library=module.split(".")[0], extra=extra) from None
        raise
