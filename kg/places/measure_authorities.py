"""How well authorities are recognised by name: precision and recall on names that were labelled by hand, with intervals."""

from __future__ import annotations

import csv
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from math import sqrt
from pathlib import Path

from kg.errors import KgError
from kg.places.authorities import recognise
from kg.places.country_names import country_code

KINDS = ("municipality", "region", "other")

#: Of the normal distribution, for an interval of 95 %.
_Z = 1.959964


@dataclass(frozen=True, slots=True)
class Share:
    """A share with its Wilson interval of 95 %: what could be expected of other names drawn alike."""

    part: int
    whole: int

    @property
    def value(self) -> float | None:
        """The share, None of nothing."""
        return self.part / self.whole if self.whole else None

    @property
    def interval(self) -> tuple[float, float]:
        """Return the Wilson score interval, from 0 to 1 of nothing."""
        if not self.whole:
            return 0.0, 1.0
        n, p = self.whole, self.part / self.whole
        middle, width = p + _Z**2 / (2 * n), _Z * sqrt(p * (1 - p) / n + _Z**2 / (4 * n**2))
        return max(0.0, (middle - width) / (1 + _Z**2 / n)), min(1.0, (middle + width) / (1 + _Z**2 / n))

    def __str__(self) -> str:
        if self.value is None:
            return "none"
        low, high = self.interval
        return f"{self.value:.3f} [{low:.3f}, {high:.3f}] ({self.part}/{self.whole})"


@dataclass(frozen=True, slots=True)
class Wrong:
    """A name that was not recognised as a person labelled it."""

    number: int
    name: str
    country: str
    labelled: str
    recognised: str
    rule: str


@dataclass(frozen=True, slots=True)
class Measured:
    """Precision and recall of each kind, and every name that went wrong; ``authority`` takes municipality and region as one."""

    names: int
    precision: Mapping[str, Share]
    recall: Mapping[str, Share]
    right: Share
    wrong: tuple[Wrong, ...]

    def lines(self) -> Iterator[str]:
        """Yield the report as lines of text."""
        yield f"{self.names} names, {self.right} recognised as labelled"
        for kind in (*KINDS, "authority"):
            yield f"{kind}: precision {self.precision[kind]}, recall {self.recall[kind]}"
        for one in self.wrong:
            yield f"  {one.number} {one.name} ({one.country}): labelled {one.labelled}, recognised {one.recognised} ({one.rule})"


@dataclass(frozen=True, slots=True)
class Agreement:
    """How far two people labelled alike: share, and Cohen's kappa, which takes away what chance alone would give."""

    share: Share
    kappa: float
    differing: tuple[tuple[int, str, str], ...]


def measure(labels: Path, *, adjudicated: bool = False) -> Measured:
    """Return how well the names of a labelled file are recognised.

    Args:
        labels: CSV with the columns number, name, country, label and perhaps ``adjudicated``.
        adjudicated: Take the adjudicated label where there is one.

    Raises:
        KgError: The file cannot be read, or a label is none of the three kinds.
    """
    rows = _read(labels)
    pairs: list[tuple[str, str]] = []
    wrong = []
    for row in rows:
        label = (adjudicated and row.get("adjudicated")) or row["label"]
        found = recognise(row["name"], country_code(row["country"]))
        pairs.append((label, found.kind))
        if found.kind != label:
            wrong.append(Wrong(int(row["number"]), row["name"], row["country"], label, found.kind, found.rule))
    groups = {**{kind: frozenset((kind,)) for kind in KINDS}, "authority": frozenset(KINDS[:2])}
    precision, recall = {}, {}
    for name, kinds in groups.items():
        both = sum(label in kinds and kind in kinds for label, kind in pairs)
        precision[name] = Share(both, sum(kind in kinds for _, kind in pairs))
        recall[name] = Share(both, sum(label in kinds for label, _ in pairs))
    return Measured(len(pairs), precision, recall, Share(len(pairs) - len(wrong), len(pairs)), tuple(wrong))


def agreement(first: Path, second: Path) -> Agreement:
    """Return how far the labels of two people agree, on the names that both labelled.

    Raises:
        KgError: A file cannot be read, or they have no name in common.
    """
    ours, theirs = ({int(row["number"]): row["label"] for row in _read(path)} for path in (first, second))
    both = sorted(ours.keys() & theirs.keys())
    if not both:
        raise KgError(f"{first} and {second} have no number in common: there is nothing to compare")
    differing = tuple((number, ours[number], theirs[number]) for number in both if ours[number] != theirs[number])
    same = Share(len(both) - len(differing), len(both))
    chance = (
        sum(
            sum(ours[number] == kind for number in both) * sum(theirs[number] == kind for number in both)
            for kind in KINDS
        )
        / len(both) ** 2
    )
    kappa = 1.0 if chance == 1 else (same.part / same.whole - chance) / (1 - chance)
    return Agreement(same, kappa, differing)


def _read(path: Path) -> Sequence[Mapping[str, str]]:
    try:
        with path.open(encoding="utf-8-sig", newline="") as file:
            rows = list(csv.DictReader(file))
    except (OSError, UnicodeDecodeError, csv.Error) as error:
        raise KgError(f"cannot read the labels in {path}: {error}") from error
    for row in rows:
        if row.get("label") not in KINDS or (row.get("adjudicated") or row["label"]) not in KINDS:
            raise KgError(f"{path}, number {row.get('number')}: a label is one of {', '.join(KINDS)}")
    return rows
