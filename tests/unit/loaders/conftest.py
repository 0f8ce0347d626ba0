"""What tests of loaders share."""

from __future__ import annotations

from pathlib import Path

import pytest

_SHARED = Path(__file__).parents[3].parent / "shared" / "data"


@pytest.fixture(scope="session")
def shared_data() -> Path:
    """The folder of real editions, which the repository does not contain."""
    if not _SHARED.is_dir():
        pytest.skip("the real editions are not here: ../shared/data is absent")
    return _SHARED
