"""The engine that asks Neo4j: the part of the graph around one place, always as it is now."""
