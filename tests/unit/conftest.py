"""What tests without a database share."""

from __future__ import annotations

from pathlib import Path

import pytest

_SHARED = Path(__file__).parents[2].parent / "shared" / "data"


@pytest.fixture(scope="session")
def shared_data() -> Path:
    """The folder of real editions. Their licences keep them out of the repository, so a clone alone does not have them."""
    if not _SHARED.is_dir():
        pytest.skip("the real editions are not here: ../shared/data is absent")
    return _SHARED
