"""What was found: one line for each fault, and how many comparisons could be made."""

from __future__ import annotations

from dataclasses import dataclass, field
from pathlib import Path


@dataclass(frozen=True, slots=True, order=True)
class Place:
    """A place in a file."""

    file: Path
    line: int
    column: int


@dataclass(slots=True)
class Findings:
    """Faults, and the places where something was held against something.

    Attributes:
        faults: sentences by place.
        compared: whether both sides were known at least once, by place and what was compared.
        told: where a comment tells a unit that does not follow from its parts.
        paid: kinds of payment with the sectors that pay and are paid.
    """

    faults: dict[Place, dict[str, None]] = field(default_factory=dict)
    compared: dict[tuple[Place, str], bool] = field(default_factory=dict)
    told: set[Place] = field(default_factory=set)
    paid: set[tuple[str, str, str]] = field(default_factory=set)

    def fault(self, place: Place, sentence: str) -> None:
        """Note a fault."""
        self.faults.setdefault(place, {})[sentence] = None

    def compare(self, place: Place, what: str, known: bool) -> None:
        """Note that two sides were compared, or could not be."""
        self.compared[place, what] = self.compared.get((place, what), False) or known

    def lines(self, root: Path) -> list[str]:
        """Give a line for each fault: file, line, sentence."""
        return [
            f"{place.file.relative_to(root)}:{place.line}: {sentence}"
            for place, sentences in sorted(self.faults.items())
            for sentence in sentences
        ]

    @property
    def unknown(self) -> list[tuple[Place, str]]:
        """Comparisons that could not be made."""
        return sorted(key for key, known in self.compared.items() if not known)
