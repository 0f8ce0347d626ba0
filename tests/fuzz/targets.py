"""All targets, by name."""

from __future__ import annotations

from collections.abc import Mapping

from tests.fuzz import files, loaders
from tests.fuzz.trial import Target

TARGETS: Mapping[str, Target] = {target.name: target for target in (*loaders.TARGETS, *files.TARGETS)}
