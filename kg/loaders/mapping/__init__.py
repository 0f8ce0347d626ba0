"""Mappings: files in YAML that say which column of a table feeds which field of which node or relationship."""
