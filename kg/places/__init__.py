"""Names to places: pure, used by loaders and queries alike."""

from __future__ import annotations
