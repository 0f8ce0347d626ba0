"""A first edition as files for Neo4j's offline importer, and the way from them into an empty database."""
