"""The graph without a database: straight from files to the tables that recommendations are made from."""

from __future__ import annotations

from collections.abc import Iterable
from typing import TYPE_CHECKING

from kg.database.claimed import Claimed
from kg.home import judgements_file
from kg.places.judgements import read_judgements

if TYPE_CHECKING:
    from kg.loaders.base import Loader
    from kg.queries.snapshot.tables import Tables


def tables_of_loaders(loaders: Iterable[Loader]) -> Tables:
    """Return the tables of the graph that these loads would make of an empty database, one after the other.

    Rows are rejected, joined, followed by later editions and ended as by :func:`kg.loaders.loading.load`. Nodes are called by the
    best of their ids, which in a database may be another, since there a node keeps its first. One thing a database remembers and
    this does not: a fact whose end is called by an id that a later edition withdrew, and nobody else gives, is left out.

    Args:
        loaders: What to read, in the order in which it would be loaded.

    Returns:
        The tables; empty without loaders.

    Raises:
        KgError: An input cannot be read, comes after a newer edition of its scope, or lacks too much of what was in that.
    """
    from kg.loaders.fates import header_of, read_rows
    from kg.loaders.screening import edition_of, screen
    from kg.queries.snapshot.tables import tables_of_claims

    judgements = read_judgements(judgements_file())
    claimed = Claimed()
    for loader in loaders:
        header = header_of(loader)
        claimed.check_order(header)
        fates = read_rows(loader, header)
        screen(fates, claimed.find, judgements)
        claimed.add(edition_of(fates, header, loader.sources), max_ended_share=loader.max_ended_share)
    return tables_of_claims(claimed.nodes, claimed.facts, claimed.sources)
