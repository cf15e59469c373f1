"""Where content is: in the checkout, in an installed package, or in a folder that was named."""

from __future__ import annotations

from pathlib import Path

from ccepz_sim.content.reading.files import PARTS
from ccepz_sim.text.errors import ContentError

PACKAGE_FOLDER = Path(__file__).resolve().parents[1]


def find_folder(folder: Path | str | None = None) -> Path:
    """Return the content folder: the one given, the one inside an installed package, or the checkout.

    Raises:
        ContentError: the folder is missing or holds none of the three content folders.
    """
    if folder is not None:
        root = Path(folder).expanduser().resolve()
    else:
        # Inside a wheel first: beside an installed package a folder `agents` would be a stranger's.
        inside = PACKAGE_FOLDER / "_content"
        root = inside if inside.is_dir() else PACKAGE_FOLDER.parent
    if not root.is_dir():
        raise ContentError("folder_missing", folder=root)
    if not any((root / part).is_dir() for part in PARTS):
        raise ContentError("folder_not_content", folder=root, expected=", ".join(PARTS))
    return root
