"""Whether the rules of the graph hold in a database: :func:`check` looks at everything, and says what breaks them."""

from __future__ import annotations

from kg.database.check.findings import RULES, Checked, Finding
from kg.database.check.whole import check

__all__ = ["RULES", "Checked", "Finding", "check"]
