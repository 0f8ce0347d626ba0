"""Public data in: one module per source, and the frame they share."""

from __future__ import annotations
