"""From a result to what is drawn: nodes and lines, the most specific first, and never more than can be looked at."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass
from typing import Literal

from kg.queries.display import clean
from kg.queries.members import Member, NetworkMembers
from kg.queries.neighbourhood import Neighbourhood
from kg.queries.path_results import Explanation, Path, PathRelationship, Paths
from kg.queries.results import Partner, Recommendation, Recommendations, Term

#: More than this cannot be looked at.
MOST_NODES = 300
#: Of these, partners of a recommendation: the rest is for their reasons.
MOST_PARTNERS = 100
#: Up to this many stand in a column in the order of their ranks, with their reasons before them.
MOST_IN_COLUMN = 15
#: Letters of a reason's sentence that its box takes whole; of a longer one it has only what it is called and its value.
LONGEST_SENTENCE = 120
#: Letters of a line in a box, and in a reason's where reasons have a column of their own.
LETTERS_IN_BOX, LETTERS_OF_REASON = 34, 52
#: Of the reasons for each of them, the weightiest; one that is drawn is drawn for every partner that has it.
REASONS_PER_PARTNER = 3
#: What the legend calls the heading of a group: of one network, of several; and so many countries with one member each share one.
HEADINGS = ("Members of a country", "Members of the same networks")
FEWEST_SINGLE = 3
#: Facts that have no direction.
UNDIRECTED = {"TWINNED_WITH"}
#: Reasons about the two places alone: a line between them, where the others are a thing that both have.
DIRECT_TERMS = {"distance", "size", "population"}
#: Kinds of nodes whose text stands in a box; others have a shape each, with the text below.
BOXED = {"Theme", "Event", "Call"}

Drawable = Recommendations | Explanation | Paths | Neighbourhood | NetworkMembers


@dataclass(frozen=True, slots=True)
class Node:
    """A node of the picture. ``kind`` is its label or, for a reason, the reason's; it has a colour and stands in the legend."""

    id: str
    kind: str
    text: str
    note: str
    shape: Literal["dot", "box"] = "dot"
    #: Where it stands, between -1 and 1 each; None where the layout decides.
    place: tuple[float, float] | None = None
    #: Letters of a line of its text, where that is in a box.
    letters: int = LETTERS_IN_BOX
    #: Its column from the left, where the drawing has columns.
    column: int = 0
    #: The node that is the heading of its group, where the drawing has groups.
    group: str | None = None


@dataclass(frozen=True, slots=True)
class Edge:
    """A line of the picture. ``text`` is short, ``note`` the whole sentence."""

    start: str
    end: str
    text: str
    note: str
    directed: bool = False
    dashed: bool = False


@dataclass(frozen=True, slots=True)
class Drawing:
    """What is drawn, how many nodes would not fit, and how it is laid out.

    ``free``: tied nodes near each other; ``columns``: by the nodes' column; ``groups``: each group in a frame under its heading.
    """

    nodes: tuple[Node, ...]
    edges: tuple[Edge, ...]
    left_out: int
    layout: Literal["free", "columns", "groups"] = "free"
    #: Columns whose nodes stand in the order in which they are given; the others in the order that crosses fewest lines.
    kept: frozenset[int] = frozenset()
    #: What is said of it below its title, and what its dashed lines are.
    note: str = ""
    dashes: str = ""


def draw(result: Drawable) -> Drawing:
    """Return what is drawn of a result, at most :data:`MOST_NODES` nodes, the most specific kept."""
    if isinstance(result, Recommendations):
        return draw_partners(result.query.partner, result.recommendations)
    if isinstance(result, Neighbourhood):
        return draw_neighbourhood(result)
    if isinstance(result, NetworkMembers):
        return draw_members(result)
    return draw_paths(result.query.start, result.query.end, result.paths)


def draw_partners(subject: Partner, recommendations: tuple[Recommendation, ...]) -> Drawing:
    """Return a place in the middle, its partners, and between them the reasons, each once however many share it."""
    shown = recommendations[:MOST_PARTNERS]
    columns = len(shown) <= MOST_IN_COLUMN
    nodes = [Node(subject.id, subject.label, clean(subject.title), clean(subject.title), place=(0.0, 0.0))]
    nodes += [
        Node(
            row.partner.id,
            row.partner.label,
            clean(f"{rank}. {row.partner.title}: {row.score:.2f}"),
            clean(f"{rank}. {row.partner.title}: {row.score:.2f}"),
            column=2,
        )
        for rank, row in enumerate(shown, 1)
        if row.partner.id != subject.id
    ]
    edges = []
    reasons: dict[tuple[str, str], list[tuple[Partner, Term]]] = {}
    strongest: set[tuple[str, str]] = set()
    for row in shown:
        things = sorted((term for term in row.terms if term.type not in DIRECT_TERMS), key=lambda term: -term.value)
        strongest |= {(term.label, term.sentence) for term in things[:REASONS_PER_PARTNER]}
        for term in row.terms:
            if term.type in DIRECT_TERMS:
                note = clean(f"{term.sentence} ({term.value:+.2f})")
                edges.append(Edge(subject.id, row.partner.id, "", note, dashed=True))
            else:
                reasons.setdefault((term.label, term.sentence), []).append((row.partner, term))
    # The highest value says most.
    ranked = sorted(
        ((key, reasons[key]) for key in strongest), key=lambda item: (-max(term.value for _, term in item[1]), item[0])
    )
    room = MOST_NODES - len(nodes)
    for number, ((label, sentence), having) in enumerate(ranked[:room]):
        reason = f"reason:{number}"
        text = _reason(label, clean(sentence), [term.value for _, term in having])
        letters = LETTERS_OF_REASON if columns else LETTERS_IN_BOX
        nodes.append(Node(reason, label, text, clean(sentence), "box", letters=letters, column=1))
        edges.append(Edge(subject.id, reason, "", clean(sentence)))
        edges += [Edge(reason, partner.id, "", f"{term.value:+.2f}") for partner, term in having]
    left_out = len(recommendations) - len(shown) + len(reasons) - min(len(ranked), room)
    said = ["Beside a partner its rank and score, beside a reason what it adds to the score."]
    if left_out:
        partners = len(recommendations) - len(shown)
        said.append(
            f"Of each partner's reasons the {REASONS_PER_PARTNER} that add most; "
            + (f"{partners:,} partners and " if partners else "")
            + f"{left_out - partners:,} weaker reasons are left out, but count in the score."
        )
    return Drawing(
        tuple(nodes),
        tuple(edges),
        left_out,
        "columns" if columns else "free",
        frozenset({2}),
        " ".join(said),
        "distance, size or inhabitants (a reason without a box)",
    )


def _reason(label: str, sentence: str, values: list[float]) -> str:
    """Return the text in a reason's box: what it is called and adds, and its sentence where that fits whole."""
    least, most = f"{min(values):+.2f}", f"{max(values):+.2f}"
    heading = f"{label} {most if least == most else f'{least} to {most}'}"
    return f"{heading}: {sentence.rstrip('.')}" if len(sentence) <= LONGEST_SENTENCE else heading


def draw_paths(start: Partner, end: Partner, paths: Iterable[Path]) -> Drawing:
    """Return two entities, left and right, and what joins them; paths as a whole, in their order, as long as there is room."""
    nodes = {
        start.id: Node(start.id, start.label, clean(start.title), clean(start.title), place=(-1.0, 0.0)),
    }
    paths = list(paths)
    columns = _columns(paths)
    last = max(columns.values(), default=0) + 1
    nodes[end.id] = Node(end.id, end.label, clean(end.title), clean(end.title), place=(1.0, 0.0), column=last)
    drawn = 0
    edges: dict[str, Edge] = {}
    left_out: set[str] = set()
    for path in paths:
        new = {node.id: node for node in path.nodes if node.id not in nodes}
        if len(nodes) + len(new) > MOST_NODES:
            left_out |= new.keys()
            continue
        for node in new.values():
            note = clean(f"{node.name} ({node.label}): {node.facts:,} facts")
            shape: Literal["dot", "box"] = "box" if node.label in BOXED else "dot"
            nodes[node.id] = Node(node.id, node.label, clean(node.name), note, shape, column=columns[node.id])
        drawn += 1
        edges |= {relationship.key: _fact(relationship) for relationship in path.relationships}
    note = f"Shown: the {drawn:,} most specific of {len(paths):,} paths." if left_out else ""
    return Drawing(tuple(nodes.values()), tuple(edges.values()), len(left_out - nodes.keys()), "columns", note=note)


def _columns(paths: Iterable[Path]) -> dict[str, int]:
    """Return for the inner nodes of paths how far they are from the start: on the shortest path that has them."""
    columns: dict[str, int] = {}
    for path in paths:
        for number, node in enumerate(path.nodes[1:-1], 1):
            columns[node.id] = min(number, columns.get(node.id, number))
    return columns


def draw_neighbourhood(result: Neighbourhood) -> Drawing:
    """Return a node in the middle, those around it, and all facts between them."""
    subject = result.query.subject
    shown = result.neighbours[: MOST_NODES - 1]
    nodes = [Node(subject.id, subject.label, clean(subject.title), clean(subject.title), place=(0.0, 0.0))]
    nodes += [
        Node(
            node.id,
            node.label,
            clean(node.name),
            clean(f"{node.name} ({node.label}): {node.facts:,} facts"),
            "box" if node.label in BOXED else "dot",
        )
        for node in shown
    ]
    drawn = {node.id for node in nodes}
    edges = [_fact(tie) for tie in result.ties if tie.start in drawn and tie.end in drawn]
    left_out = result.found - len(shown)
    note = f"Shown: {len(shown):,} of {result.found:,} neighbours, {result.order}." if left_out else ""
    return Drawing(tuple(nodes), tuple(edges), left_out, note=note)


def draw_members(result: NetworkMembers) -> Drawing:
    """Return networks and their members in groups: of one network by country, of several by which of them they are in.

    Groups stand in frames: with lines, most of many would run through other members. Beyond what fits, members of several
    networks are kept before others, and of these the largest.
    """
    networks = result.query.networks
    nodes = [
        Node(network.id, network.label, clean(network.name), clean(network.name), place=(0.0, 0.0))
        for network in networks
    ]
    one = len(networks) == 1
    grouped = _by_country(result) if one else _by_networks(result)
    by_importance = sorted(result.members, key=lambda row: (-len(row.networks), -(row.population or 0), row.id))
    shown = set(by_importance[: max(MOST_NODES - len(nodes) - len(grouped), 0)])
    for heading, rows in grouped:
        drawn = [row for row in rows if row in shown]
        if not drawn:
            continue
        group = f"group:{heading}"
        text = clean(heading if len(drawn) == len(rows) else f"{heading}, {len(drawn):,} shown")
        nodes.append(Node(group, HEADINGS[not one], text, text, "box"))
        alone = len({row.country for row in rows}) > 1
        nodes += [
            Node(row.id, row.label, clean(row.title if alone else row.name), clean(_described(row)), group=group)
            for row in drawn
        ]
    left_out = len(result.members) - len(shown)
    which = "the largest" if one else "those in the most networks and the largest"
    note = f"Shown: {len(shown):,} of {len(result.members):,} members, {which}." if left_out else ""
    return Drawing(tuple(nodes), (), left_out, "groups", note=note)


def _by_country(result: NetworkMembers) -> list[tuple[str, list[Member]]]:
    """Return the members by country, with a heading: the most first, and countries with one member each together at the end."""
    countries: dict[str, list[Member]] = {}
    for row in result.members:
        countries.setdefault(row.country or "", []).append(row)
    single = [rows[0] for country, rows in sorted(countries.items()) if country and len(rows) == 1]
    if len(single) < FEWEST_SINGLE:
        single = []
    groups = [
        (f"{country or 'country unknown'}: {_members(len(rows))}", rows)
        for country, rows in sorted(countries.items(), key=lambda item: (-len(item[1]), item[0]))
        if rows[0] not in single
    ]
    return [*groups, (f"{len(single)} countries with one member each", single)] if single else groups


def _by_networks(result: NetworkMembers) -> list[tuple[str, list[Member]]]:
    """Return the members by which of the networks they are in, with a heading: of the most networks first."""
    names = {network.id: network.name for network in result.query.networks}
    groups: dict[tuple[str, ...], list[Member]] = {}
    for row in result.members:
        groups.setdefault(row.networks, []).append(row)
    ordered = sorted(groups.items(), key=lambda item: (-len(item[0]), -len(item[1]), item[0]))
    return [
        (
            (" and ".join(names[id_] for id_ in ids) if len(ids) > 1 else f"{names[ids[0]]} only")
            + f": {_members(len(rows))}",
            rows,
        )
        for ids, rows in ordered
    ]


def _members(number: int) -> str:
    return f"{number:,} member{'' if number == 1 else 's'}"


def _described(row: Member) -> str:
    inhabitants = f", {row.population:,} inhabitants" if row.population else ""
    return f"{row.title} ({row.label}{inhabitants})"


def _fact(relationship: PathRelationship) -> Edge:
    text = relationship.type.lower().replace("_", " ")
    dates = [
        f"{word} {date}"
        for word, date in (
            ("since", relationship.since),
            ("until", relationship.until),
            ("as of", relationship.as_of),
        )
        if date
    ]
    return Edge(
        relationship.start,
        relationship.end,
        text,
        clean(", ".join([text, *dates])),
        directed=relationship.type not in UNDIRECTED,
    )
