"""Parses the bytes of one TOML file, whatever was typed into it or however it was saved."""

from __future__ import annotations

import codecs
import re
import tomllib
import unicodedata
from collections.abc import Iterator, Mapping
from typing import Any

LARGEST = 8 * 2**20  # bytes; ours have up to 100 kB
DEEPEST = 64  # tables and lists in one another; ours have 6
POSITION = re.compile(r"\s*\(at (?:line (\d+), column (\d+)|end of document)\)$")
OTHER_TEXT = {  # by the bytes a file begins with, the longer ones first
    codecs.BOM_UTF32_LE: "UTF-32",
    codecs.BOM_UTF32_BE: "UTF-32",
    codecs.BOM_UTF16_LE: "UTF-16",
    codecs.BOM_UTF16_BE: "UTF-16",
}
MANY_NULS = 0.2  # share of zero bytes from which a file is UTF-16 rather than damaged
LONG_NUMBER = re.compile(r"\d[\d_]{4299,}")  # more digits than Python turns into a number
# What input methods and word processors type; full-width signs follow from Unicode.
SIGNS = {
    "“": '"', "”": '"', "„": '"', "«": '"', "»": '"', "‘": "'", "’": "'", "、": ",", "。": ".", "【": "[", "】": "]",
    "−": "-", "–": "-", "—": "-",
}  # fmt: skip


class BrokenTextError(Exception):
    """A file that cannot be read as TOML: the rule that says why, where, and the fields of its sentence."""

    def __init__(self, rule: str, line: int, column: int = 0, **fields: object) -> None:
        """Keep the rule, the place (line and column from 1, 0 where it is none), and the fields."""
        super().__init__(rule)
        self.rule = rule
        self.line = line
        self.column = column
        self.fields = fields


def parse(data: bytes) -> dict[str, Any]:
    """Parse the bytes of one file: UTF-8 with or without a byte order mark, lines ended in any of the three ways.

    Raises:
        BrokenTextError: it is other text, no TOML, or holds what nobody writes (endless numbers, endless nesting).
    """
    if len(data) > LARGEST:
        raise BrokenTextError("too_large", 0, most=f"{LARGEST / 2**20:.0f}")
    text = _decoded(data).replace("\r\n", "\n").replace("\r", "\n")
    try:
        document = tomllib.loads(text)
    except tomllib.TOMLDecodeError as error:
        raise _explained(text, str(error)) from None
    except RecursionError:
        raise BrokenTextError("too_deep", _deep_line(text), most=DEEPEST) from None
    except ValueError as error:  # of numbers, which tomllib hands on to Python
        raise _explained(text, str(error)) from None
    if _depth(document) > DEEPEST:
        raise BrokenTextError("too_deep", _deep_line(text), most=DEEPEST)
    return document


def _decoded(data: bytes) -> str:
    other = next((name for mark, name in OTHER_TEXT.items() if data.startswith(mark)), "")
    nuls = data.count(0)
    if other or nuls > MANY_NULS * len(data):
        raise BrokenTextError("not_utf8", 1, 1, looks=other or "UTF-16")
    if nuls:
        raise BrokenTextError("nul_byte", *_place(data, data.index(0)))
    try:
        return data.removeprefix(codecs.BOM_UTF8).decode("utf-8")
    except UnicodeDecodeError as error:
        start = error.start + (len(codecs.BOM_UTF8) if data.startswith(codecs.BOM_UTF8) else 0)
        raise BrokenTextError("not_utf8", *_place(data, start), looks=_looks_like(data)) from None


def _place(data: bytes, position: int) -> tuple[int, int]:
    """Return line and column of a byte; what cannot be decoded before it counts as one letter."""
    before = data[:position].replace(b"\r\n", b"\n").replace(b"\r", b"\n")
    last = before.rpartition(b"\n")[2].removeprefix(codecs.BOM_UTF8)
    return before.count(b"\n") + 1, len(last.decode("utf-8", errors="replace")) + 1


def _looks_like(data: bytes) -> str:
    """Guess in which form a file was saved: Chinese words in GBK, else the Western form of Windows."""
    try:
        text = data.decode("gbk")
    except UnicodeDecodeError:
        return "Windows-1252"
    # Two accented letters in a row make a rare Chinese character; words make common ones.
    common = sum("\u4e00" <= letter <= "\u9fff" for letter in text)
    return "GBK" if common >= 2 else "Windows-1252"


def _explained(text: str, message: str) -> BrokenTextError:
    """Say what is wrong with a text that tomllib refuses."""
    lines = text.split("\n")
    if found := LONG_NUMBER.search(text):
        line, column = _line_of(text, found.start())
        return BrokenTextError("long_number", line, column, digits=len(found[0]))
    place = POSITION.search(message)
    if place and place[1]:
        line, column = int(place[1]), int(place[2])
    else:
        # The reader gives no position for a mistake at the very end.
        line, column = len(lines), len(lines[-1]) + 1
    here = lines[line - 1] if line <= len(lines) else ""
    if wrong := _foreign(here, column - 1):
        at, sign, right = wrong
        rule = "foreign_sign" if right.strip() else "foreign_space"
        return BrokenTextError(rule, line, at + 1, sign=sign, code=f"U+{ord(sign):04X}", right=right)
    if "nested more than" in message:
        return BrokenTextError("too_deep", _deep_line(text), most=DEEPEST)
    return BrokenTextError("broken_toml", line, column, detail=POSITION.sub("", message))


def _foreign(line: str, at: int) -> tuple[int, str, str] | None:
    """Find the sign of another script that a reader stumbled over: where, the sign, and the one to type."""
    # A quotation mark of another script that should close a text is noticed only where the line ends.
    places = [at] if at < len(line) else [place for place, sign in enumerate(line) if sign in SIGNS]
    for place in places:
        right = ascii_sign(line[place])
        if right:
            return place, line[place], right
    return None


def ascii_sign(sign: str) -> str:
    """Return the ASCII sign that a sign of another script stands for, empty where it is none of those."""
    right = SIGNS.get(sign) or unicodedata.normalize("NFKC", sign)
    return right if not sign.isascii() and right.isascii() and len(right) == 1 else ""


def _line_of(text: str, position: int) -> tuple[int, int]:
    before = text[:position]
    return before.count("\n") + 1, position - before.rfind("\n")


def _depth(document: Mapping[str, Any]) -> int:
    """Count how deep tables and lists lie in one another, without recursion."""
    level: list[Any] = [document]
    depth = 0
    while level:
        depth += 1
        level = [inner for item in level for inner in _holders(item)]
    return depth


def _holders(item: Any) -> Iterator[Any]:
    for inner in item.values() if isinstance(item, dict) else item:
        if isinstance(inner, (dict, list)):
            yield inner


def _deep_line(text: str) -> int:
    """Return the line where brackets, or the dots of one key, go deeper than they may."""
    depth = 0
    for number, line in enumerate(text.split("\n"), 1):
        if line.partition("=")[0].count(".") >= DEEPEST:
            return number
        for sign in line:
            depth += (sign in "[{") - (sign in "]}")
            if depth > DEEPEST:
                return number
    return 1
