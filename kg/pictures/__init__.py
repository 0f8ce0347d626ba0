"""Results as pictures: HTML files that open without a network connection, and PNG. Nothing but leaves imports this."""

from __future__ import annotations

from kg.pictures.write import map_picture, matrix_picture, network_picture, write_map, write_matrix, write_picture

__all__ = ["map_picture", "matrix_picture", "network_picture", "write_map", "write_matrix", "write_picture"]
