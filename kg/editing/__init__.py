"""The few deliberate writes of a user."""

from __future__ import annotations
