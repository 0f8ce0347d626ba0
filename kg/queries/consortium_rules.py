"""What calls ask of a consortium: the rules of ``kg/data/rules.toml``, checked.

A rule has conditions on single members (what they are, where they are) and on all together (how many, from how many countries);
:mod:`kg.queries.consortium_problem` says what each means for given candidates.
"""

from __future__ import annotations

from collections.abc import Mapping
from datetime import date
from functools import cache
from importlib import resources
from typing import Any, Literal, Self

from pydantic import Field, model_validator

from kg.errors import KgError, quoted
from kg.places.countries import in_european_union
from kg.queries.display import Block, Cell, Line, Table
from kg.queries.results import Model, Result
from kg.small_files import load_toml

Body = Literal["City", "Region"]

BODIES: Mapping[Body, tuple[str, str]] = {"City": ("city", "cities"), "Region": ("region", "regions")}


class Checked(Model):
    """What every entry of the file has: where it is stated, when that was last looked up, and with what result."""

    id: str
    title: str
    source: str = Field(pattern=r"^https://\S+$")
    checked_on: date
    note: str


class Area(Checked):
    """The member states of the European Union and some countries more."""

    beyond_eu: tuple[str, ...]

    def has(self, country: str | None, day: date) -> bool:
        """Return whether a country (ISO code) belongs to it on a day."""
        return country in self.beyond_eu or in_european_union(country, day)


class Rule(Checked):
    """What one kind of call asks of a consortium; members are counted with the lead."""

    area: Area
    min_members: int = Field(ge=2)
    max_members: int | None = None
    min_countries: int = Field(default=1, ge=1)
    min_in_eu: int = Field(default=0, ge=0)
    only_area: bool = False
    lead_area: Area | None = None
    bodies: tuple[Body, ...] = ("City", "Region")
    other_country_than_lead: bool = False
    not_paired: bool = False

    @model_validator(mode="after")
    def _check_numbers(self) -> Self:
        if self.max_members is not None and self.max_members < self.min_members:
            raise ValueError(f"{self.id}: max_members is less than min_members")
        if max(self.min_countries, self.min_in_eu) > self.min_members:
            raise ValueError(f"{self.id}: a consortium of min_members could not satisfy it")
        return self

    @property
    def sizes(self) -> str:
        """How many members there may be, in words."""
        if self.max_members is None:
            return f"at least {self.min_members} members"
        return f"{self.min_members} to {self.max_members} members"

    @property
    def conditions(self) -> tuple[str, ...]:
        """All that it asks, each in a few words."""
        asked = {
            self.sizes: True,
            f"at least {self.min_countries} countries of {self.area.title}": self.min_countries > 1,
            f"at least {self.min_in_eu} in the European Union": self.min_in_eu > 0,
            f"all in {self.area.title}": self.only_area,
            "the others in another country than the lead": self.other_country_than_lead,
            f"the lead in {self.lead_area.title if self.lead_area else ''}": self.lead_area is not None,
            f"{' or '.join(BODIES[body][1] for body in self.bodies)} only": set(self.bodies) != set(BODIES),
            "no two of them paired already": self.not_paired,
        }
        return tuple(words for words, is_asked in asked.items() if is_asked)

    def check_size(self, size: int) -> None:
        """Raise :class:`KgError` when a consortium of ``size`` members is outside the rule."""
        if size < self.min_members:
            raise KgError(f"size (--size) {size} is below what {self.id} wants: {self.sizes}, counted with the lead.")
        if self.max_members is not None and size > self.max_members:
            raise KgError(f"size (--size) {size} is above what {self.id} allows: {self.sizes}, counted with the lead.")


class Rules(Result):
    """All rules."""

    rules: tuple[Rule, ...]

    def blocks(self) -> list[Block]:
        """Return one row for each rule, with where it is stated and when that was checked."""
        rows = tuple(
            (
                rule.id,
                "\n".join((rule.title, *(f"- {condition}" for condition in rule.conditions))),
                rule.checked_on.isoformat(),
                f"{rule.source}\n{rule.note}",
            )
            for rule in self.rules
        )
        hint = "The text of a call comes before these. They are in kg/data/rules.toml."
        return [Table(("Rule", "Asks for", "Checked on", "Source, and what was found there"), rows), Line(hint, "dim")]

    def records(self) -> list[dict[str, Cell]]:
        """Return one row for each rule."""
        return [
            {
                "id": rule.id,
                "title": rule.title,
                "conditions": "; ".join(rule.conditions),
                "checked_on": rule.checked_on.isoformat(),
                "source": rule.source,
                "note": rule.note,
            }
            for rule in self.rules
        ]


def parse_rules(text: str) -> Rules:
    """Return the rules of a file.

    Args:
        text: TOML with the tables ``areas`` and ``rules``, as ``kg/data/rules.toml`` describes them.

    Raises:
        ValueError: If it is not TOML, an entry lacks its source or date, or a rule names an area that is not there.
    """
    tables = load_toml(text)
    areas = {id_: Area(**{**table, "id": id_}) for id_, table in _entries(tables, "areas")}

    def area(rule: str, name: str) -> Area:
        if name not in areas:
            raise ValueError(f"{rule} names the area {name!r}, which is not there")
        return areas[name]

    rules = []
    for id_, table in _entries(tables, "rules"):
        named: dict[str, Any] = {key: area(id_, str(table[key])) for key in ("area", "lead_area") if key in table}
        rules.append(Rule(**{**table, **named, "id": id_}))
    return Rules(rules=tuple(rules))


def _entries(tables: Mapping[str, Any], name: str) -> list[tuple[str, dict[str, Any]]]:
    found = tables.get(name)
    if not isinstance(found, dict) or not all(isinstance(table, dict) for table in found.values()):
        raise ValueError(f"there are no tables {name}.NAME")
    return list(found.items())


@cache
def all_rules() -> Rules:
    """Return the rules that ship with kg."""
    return parse_rules(resources.files("kg").joinpath("data", "rules.toml").read_text(encoding="utf-8"))


def find_rule(name: str) -> Rule:
    """Return the rule with an id.

    Raises:
        KgError: If there is none; the message lists them.
    """
    for rule in all_rules().rules:
        if rule.id == name:
            return rule
    known = ", ".join(rule.id for rule in all_rules().rules)
    raise KgError(f"There is no rule {quoted(name)}: choose one of {known}. `kg rules` says what each asks for.")
