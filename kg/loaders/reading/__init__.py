"""Files as publishers give them: tables, workbooks, JSON, zips; dates and numbers in them. Knows nothing of what they mean."""

from __future__ import annotations
