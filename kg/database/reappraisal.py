"""What is shown follows from the authority of the sources: where one has another than before, it is derived again."""

from __future__ import annotations

from collections.abc import Collection

from kg.database import stored
from kg.database.connection import Connection
from kg.database.operations import Operations
from kg.database.shrinking import Store
from kg.schema.provenance import Source


def reappraise(connection: Connection, sources: Collection[Source]) -> None:
    """Derive again what is shown from those of some sources whose authority is no longer what it was when it was written.

    The sources themselves are left as they are stored: that is done by the load that names them.

    Raises:
        KgError: As the connection says.
    """
    known = stored.read_authorities(connection)
    given = {source.id: source.authority for source in sources}
    changed = [id_ for id_, authority in given.items() if known.get(id_, authority) != authority]
    if not changed:
        return
    nodes = stored.read_nodes_of_sources(connection, changed)
    facts = stored.read_facts_of_sources(connection, changed)
    store = Store(connection)
    for node_batch in stored.batches(list(nodes.values())):
        operations = Operations(known | given)
        for node in node_batch:
            operations.put_node(node, node)
        store.store(operations)
    for fact_batch in stored.batches(list(facts.values())):
        operations = Operations(known | given)
        for fact in fact_batch:
            operations.put_fact(fact, fact)
        store.store(operations)
