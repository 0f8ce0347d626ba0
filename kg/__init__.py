"""A knowledge base of European local-government networks on Neo4j."""

__version__ = "0.1.0"
