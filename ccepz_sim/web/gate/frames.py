"""One frame of the socket, read with bounds and written anew, so that nothing travels on that was not looked at."""

from __future__ import annotations

import json
import re
from dataclasses import dataclass
from typing import Any

from ccepz_sim.web.gate.values import Refused

OPEN = 32  # brackets of a frame outside its texts; a page sends at most ten
BARE = 2048  # letters of a frame outside its texts; a page sends at most three hundred
TEXTS = re.compile(r'"(?:[^"\\]++|\\.)*+"', re.DOTALL)
ID = re.compile(r"[0-9a-f]{8}-?[0-9a-f]{4}-?[0-9a-f]{4}-?[0-9a-f]{4}-?[0-9a-f]{12}")  # of pages, messages, widgets
DATE = re.compile(r"[0-9TZ:.+-]{0,40}")
VERSION = re.compile(r"[0-9.]{0,8}")
FIELDS = {"header", "parent_header", "metadata", "content", "buffers", "channel"}
HEADER = {"date", "msg_id", "msg_type", "session", "username", "version"}


@dataclass(frozen=True, slots=True)
class Message:
    """A message of the widget protocol: its kind, its content, and what the answer has to name."""

    kind: str
    content: dict[str, Any]
    metadata: dict[str, Any]
    header: dict[str, str]

    def text(self, content: dict[str, Any]) -> str:
        """Return a frame with this message's header and the content that was let through."""
        return json.dumps(
            {
                "header": self.header,
                "parent_header": {},
                "metadata": self.metadata,
                "content": content,
                "buffers": [],
                "channel": "shell",
            }
        )


def read(text: str, page: str) -> Message:
    """Read the frame of a page.

    Raises:
        Refused: it is no message, not of this page, or not of the one channel that a page uses.
    """
    bare = TEXTS.sub("", text)  # many small parts would take twenty times their size in memory
    if len(bare) > BARE or bare.count("[") + bare.count("{") > OPEN:
        raise Refused("a frame of too many parts")
    try:
        found = json.loads(text, parse_constant=_no_constant)
    except ValueError:
        raise Refused("a frame that cannot be read") from None
    if not isinstance(found, dict) or not found.keys() <= FIELDS:
        raise Refused("a frame that is no message")
    header, content, metadata = (found.get(name) for name in ("header", "content", "metadata"))
    if not isinstance(header, dict) or not isinstance(content, dict) or header.keys() != HEADER:
        raise Refused("a message without header or content")
    if found.get("channel") != "shell" or found.get("buffers", []) != [] or found.get("parent_header", {}) != {}:
        raise Refused("a message of another channel, or with buffers")
    if not isinstance(metadata, dict) or not isinstance(header["msg_type"], str):
        raise Refused("a message without a kind")
    for name, form in (("msg_id", ID), ("session", ID), ("date", DATE), ("version", VERSION)):
        if not isinstance(header[name], str) or not form.fullmatch(header[name]):
            raise Refused("a header of another form")
    if header["session"] != page or header["username"] != "":
        raise Refused("a message of another page")
    return Message(header["msg_type"], content, metadata, header)


def _no_constant(_: str) -> float:
    raise ValueError("NaN and infinities are not JSON")
