"""One mistake in content, in words of both languages."""

from __future__ import annotations

from collections.abc import Collection, Iterable
from dataclasses import dataclass
from functools import lru_cache

from ccepz_sim.text.errors import ContentError, brief, nearest, one_line, one_of
from ccepz_sim.text.label import LANGUAGES, Label
from ccepz_sim.text.texts import Texts

NO_TEXT = Label("", "")
WORDS_KEPT = 1024
FATAL = frozenset(
    {
        "broken_toml", "folder_missing", "foreign_sign", "foreign_space", "long_number", "no_content", "not_utf8",
        "nul_byte", "same_name", "too_deep", "too_large", "unreadable",
    }
)  # fmt: skip
# Findings that spoil the documentation of a value, not the value: a run may go on.
MINOR = frozenset(
    {"missing_evidence", "missing_language", "misplaced_file", "off_step", "python_file", "step_not_dividing"}
)
LONGEST_KEY = 80


@dataclass(frozen=True, slots=True)
class Finding:
    """A mistake: where it is, what it is, what is allowed, and the nearest valid name ("" where none is)."""

    file: str
    key: str
    rule: str
    message: Label
    allowed: Label = NO_TEXT
    nearest: str = ""
    line: int = 0

    @property
    def fatal(self) -> bool:
        """Whether the file or folder could not be read at all."""
        return self.rule in FATAL

    @property
    def blocking(self) -> bool:
        """Whether a run with this content must be refused."""
        return self.rule not in MINOR

    def sentence(self, lang: str = "en") -> str:
        """Return the whole finding as one line in one language."""
        texts = Texts.load("errors")
        key = f" [{brief(self.key, LONGEST_KEY)}]" if self.key else ""
        where = self.file + (f":{self.line}" if self.line else "") + key
        parts = [self.message.get(lang)]
        if self.allowed.get(lang):
            parts.append(texts["allowed_is"].format(lang, allowed=self.allowed))
        if self.nearest:
            parts.append(texts["nearest_is"].format(lang, nearest=self.nearest))
        message = ("" if lang == "zh" else " ").join(parts)
        return one_line(texts["mistake"].format(lang, where=where, message=message))

    def as_dict(self, lang: str = "en") -> dict[str, object]:
        """Return the finding as plain data for JSON."""
        return {
            "file": self.file,
            "line": self.line,
            "key": self.key,
            "rule": self.rule,
            "message": self.message.get(lang),
            "allowed": self.allowed.get(lang),
            "nearest": self.nearest,
            "fatal": self.fatal,
        }


def make(
    file: str,
    key: str,
    rule: str,
    *,
    allowed: Label = NO_TEXT,
    options: Iterable[str] | None = None,
    name: str = "",
    line: int = 0,
    **fields: object,
) -> Finding:
    """Return a finding; with `options` what is allowed and the nearest name come from them."""
    message = Texts.load("errors")[f"finding.{rule}"]
    shown = {name: brief(item) if isinstance(item, str) else item for name, item in fields.items()}
    filled = Label(*(message.format(lang, **shown) for lang in LANGUAGES))
    near = ""
    if options is not None:
        known = list(options)
        allowed, near = one_of(known) if known else NO_TEXT, nearest(name, known)
    return Finding(file, key, rule, filled, allowed, near, line)


@lru_cache(maxsize=WORDS_KEPT)
def allowed(key: str, **fields: str) -> Label:
    """Return the words for what is allowed."""
    text = Texts.load("errors")[f"allowed.{key}"]
    return Label(*(text.format(lang, **fields) for lang in LANGUAGES))


def refusal(finding: Finding) -> ContentError:
    """Return a finding as the error that refuses its file."""
    return ContentError("as_found", sentence=Label(*(finding.sentence(lang) for lang in LANGUAGES)))


def refuse(findings: Iterable[Finding]) -> None:
    """Raise the first blocking finding as a `ContentError`; what cannot be read at all goes first."""
    blocking = [finding for finding in findings if finding.blocking]
    if blocking:
        raise refusal(next((finding for finding in blocking if finding.fatal), blocking[0]))


def note_twice(name: str, seen: Collection[str], file: str, findings: list[Finding]) -> None:
    """Note an id that an earlier file of the folder has."""
    if name in seen:
        findings.append(make(file, "id", "duplicate", value=name))
