"""The graph, or a part of it, for other programs: as GraphML, CSV and Parquet, and in memory."""
