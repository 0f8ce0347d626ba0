"""keep.eu, the projects of Interreg and who takes part in them: its export workbook and the older table of participations."""

from __future__ import annotations

from kg.loaders.keep.loader import KEEP, PLACES, Keep

__all__ = ["KEEP", "PLACES", "Keep"]
