"""Results as pictures: one HTML file each, which opens without a network connection. Nothing but leaves imports this."""

from __future__ import annotations

from kg.pictures.page import write_picture

__all__ = ["write_picture"]
