"""Under which licences an export stands and how it is cited: what goes beside the data wherever they go."""

from __future__ import annotations

import json
import textwrap
from collections import Counter
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from datetime import date

from kg import __version__
from kg.queries.export.columns import Row
from kg.queries.reports.behind import Behind, SourceBehind
from kg.queries.structure.sentences import counted

_TERMS = """\
The data come from several publishers, and no one licence holds for all of them: what a source says stands under the licence
of that source. Each node and each fact names its sources, by their ids below, in its column or attribute "sources". Who passes
the data on passes on what each licence asks for, as a rule the name of the publisher, the licence and what was changed. Here
names were matched, values of several sources united, and facts that a source no longer lists marked as ended.

Persons stand in the data for public roles alone that a source states, without contacts. Use them for nothing else."""


#: How the citation file of every export begins.
CITATION_BEGINS = """\
cff-version: 1.2.0
message: If you use these data, cite them and the sources below, each of which has a licence of its own.
"""


@dataclass
class Credits:
    """What the nodes and facts of an export rest on, as far as they were seen. ``behind`` knows the sources."""

    title: str
    behind: Behind
    nodes: Counter[str] = field(default_factory=Counter)
    facts: Counter[str] = field(default_factory=Counter)
    _nodes_of: Counter[str] = field(default_factory=Counter)
    _facts_of: Counter[str] = field(default_factory=Counter)

    def node(self, row: Row, number: int = 1) -> None:
        """Take a node into account, or so many that rest on the same."""
        self.nodes[row["label"]] += number
        self._nodes_of.update(dict.fromkeys(row["sources"], number))
        self.behind.add(row, number)

    def fact(self, row: Row, number: int = 1) -> None:
        """Take a fact into account, or so many that rest on the same."""
        self.facts[row["type"]] += number
        self._facts_of.update(dict.fromkeys(row["sources"], number))
        self.behind.add(row, number)

    @property
    def extent(self) -> str:
        """How much it is."""
        return f"{counted(self.nodes.total(), 'node')} and {counted(self.facts.total(), 'fact')}"

    def licence(self, today: date) -> str:
        """Return the text of the licence file; ``today`` is the day that it says the export was made on."""
        sources = self.behind.sources()
        parts = [
            f"{self.title}: {self.extent}.",
            textwrap.fill(f"Made on {today.isoformat()} by kg {__version__}. {self.behind.age}", 120),
            _TERMS,
        ]
        if self.behind.completeness:
            parts.append("What is known to be missing\n\n" + "\n".join(self.behind.completeness))
        parts.append(
            "Sources\n\n" + ("\n\n".join(self._source(source) for source in sources) or "None of it names a source.")
        )
        return "\n\n".join(parts) + "\n"

    def _source(self, source: SourceBehind) -> str:
        lines = {
            "Title": source.title,
            "Publisher": source.publisher or "not stated",
            "Licence": source.licence or "not stated",
            "Address": source.url or "none",
            "As of": source.as_of or ("no date" if source.undated else "see the dates of its facts"),
            "Behind": f"{counted(self._nodes_of[source.id], 'node')}, {counted(self._facts_of[source.id], 'fact')}",
        }
        return "\n".join([source.id, *(f"  {name}: {text}" for name, text in lines.items())])

    def citation(self, today: date) -> str:
        """Return the text of the citation file, in the Citation File Format 1.2.0."""
        sources = self.behind.sources()
        # What single persons stated by kg is among the sources; they published nothing.
        publishers = sorted(
            {source.publisher for source in sources if source.publisher and not source.id.startswith("own:")}
        )
        lines = [
            "type: dataset",
            _entry("title", f"European local-government networks. {self.title}"),
            _entry("abstract", f"{self.extent}. {self.behind.age}"),
            "authors:",
            *(f"  - {_entry('name', name)}" for name in publishers or ["not stated"]),
            _entry("date-released", today.isoformat()),
            "references:",
            *_reference("software", "localgov-kg", "The localgov-kg developers", version=__version__, license="MIT"),
        ]
        for source in sources:
            licence = f"Licence: {source.licence or 'not stated'}."
            lines += _reference(
                "data",
                source.title,
                source.publisher or "not stated",
                version=source.edition,
                url=source.url if (source.url or "").startswith(("https://", "http://")) else None,
                notes=" ".join(filter(None, [licence, source.as_of and f"As of {source.as_of}.", f"Id: {source.id}."])),
            )
        return CITATION_BEGINS + "\n".join(lines) + "\n"


def _reference(kind: str, title: str, author: str, **others: str | None) -> Sequence[str]:
    given: Mapping[str, str] = {name: text for name, text in others.items() if text}
    return [
        f"  - type: {kind}",
        f"    {_entry('title', title)}",
        "    authors:",
        f"      - {_entry('name', author)}",
        *(f"    {_entry(name, text)}" for name, text in given.items()),
    ]


def _entry(name: str, text: str) -> str:
    # A text of JSON is one of YAML as well, whatever is in it.
    return f"{name}: {json.dumps(text, ensure_ascii=False)}"
