"""Transactions that are too large for the server: everything is stored all the same, each thing with what belongs to it."""

from __future__ import annotations

import json
from collections.abc import Mapping, Sequence
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from kg.database.driver_errors import MemoryLimitError
from kg.database.operations import Operations
from kg.database.shrinking import Store
from kg.database.stored import fact_row
from kg.schema.cypher import new_fact
from kg.schema.grouping import StoredFact, StoredNode
from kg.schema.provenance import Assertion

Rows = list[tuple[str, str]]


def assertion(id_: str, *more: str) -> Assertion:
    ids = json.dumps([id_, *more], separators=(",", ":"))
    return Assertion("s", "r", "s@2019#1", f'{{"e":"2019","i":{ids},"v":{{"name":"N"}}}}')


def of_a_fact(start: str) -> Assertion:
    return Assertion("s", "r", "s@2019#1", f'{{"e":"2019","f":"City/{start}","t":"Organisation/own:x","v":{{}}}}')


def operations(nodes: int, facts: int) -> Operations:
    """So many new nodes, each with an identifier of its own and something remembered, and so many new facts."""
    made = Operations({"s": "network"})
    for number in range(nodes):
        node = StoredNode("City", f"own:{number}", 0, (assertion(f"own:{number}", f"own:also{number}"),))
        made.put_node(None, node)
        made.remember_node("load", node, assertion(f"own:{number}"))
    for number in range(facts):
        fact = StoredFact("MEMBER_OF", f"own:{number}", "own:x", "", "", (of_a_fact(f"own:{number}"),))
        if number % 3:
            made.make_facts([new_fact("MEMBER_OF", fact_row(fact, {"s": "network"}))])
        else:
            made.put_fact(None, fact)
    return made


def rows_of(statements: Sequence[tuple[str, Mapping[str, Any]]]) -> Rows:
    rows = [(cypher, repr(row)) for cypher, given in statements for row in given.get("rows", ())]
    for cypher, parameters in statements:
        for kind in parameters.get("kinds", ()):
            shared = {name: value for name, value in kind.items() if name != "starts"}
            rows += [(cypher, repr((shared, start, row))) for start, some in kind["starts"] for row in some]
    return sorted(rows)


class Small:
    """A connection to a server that has the memory for so many nodes and facts in one transaction."""

    def __init__(self, most: int) -> None:
        self.stored: Rows = []
        self.refused: list[int] = []
        self._most = most

    def write_many(self, statements: Sequence[tuple[str, Mapping[str, Any]]]) -> None:
        rows = rows_of(statements)
        things = sum("identifie" not in cypher.lower() and ":Change" not in cypher for cypher, _ in rows)
        if things > self._most:
            self.refused.append(things)
            raise MemoryLimitError("too much")
        self.stored += rows


@given(st.integers(0, 30), st.integers(0, 30), st.integers(1, 20))
def test_what_is_too_much_for_one_transaction_is_stored_in_several(nodes: int, facts: int, most: int) -> None:
    whole = operations(nodes, facts)
    small = Small(most)
    Store(small).store(whole)  # type: ignore[arg-type]
    assert sorted(small.stored) == rows_of(whole.statements())


def test_a_node_its_identifiers_and_what_it_was_are_stored_together() -> None:
    halves = operations(4, 0).halves()
    assert halves is not None
    for half in halves:
        rows = rows_of(half.statements())
        assert len(half) == 2
        assert len([cypher for cypher, _ in rows if "IDENTIFIES" in cypher]) == 2
        assert len([cypher for cypher, _ in rows if ":Change" in cypher]) == 2


def test_what_follows_is_smaller_from_the_start() -> None:
    small = Small(5)
    store = Store(small)  # type: ignore[arg-type]
    store.store(operations(0, 16))
    assert (small.refused, store.most) == ([16, 8], 4)
    store.store(operations(0, 16))
    assert small.refused == [16, 8]


def test_what_must_be_one_transaction_is_not_cut() -> None:
    joined = operations(3, 0)
    joined.delete_fact(StoredFact("MEMBER_OF", "own:0", "own:x", "", "", ()))
    assert joined.halves() is None
    with pytest.raises(MemoryLimitError):
        Store(Small(1)).store(joined)  # type: ignore[arg-type]


def test_a_single_fact_that_is_too_much_is_an_error() -> None:
    with pytest.raises(MemoryLimitError):
        Store(Small(0)).store(operations(0, 3))  # type: ignore[arg-type]
