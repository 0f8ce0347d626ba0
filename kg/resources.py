"""Files that come with the package but are not Python."""

from __future__ import annotations

from pathlib import Path

from kg.errors import KgError

PACKAGE = Path(__file__).resolve().parent


def cypher_directory() -> Path:
    """The folder with ``reports/`` and ``schema/``: beside the package in a checkout, inside it when installed.

    The checkout comes first, so that an edited report is the one that runs, whatever a build may have left behind.

    Raises:
        KgError: neither is there; the installation is incomplete.
    """
    checkout = PACKAGE.parent
    # pyproject.toml is asked for too: in site-packages a folder `cypher` could be anybody's.
    if (checkout / "pyproject.toml").is_file() and (checkout / "cypher").is_dir():
        return checkout / "cypher"
    packaged = PACKAGE / "cypher"
    if packaged.is_dir():
        return packaged
    raise KgError(
        f"The folder with the reports is missing: neither {checkout / 'cypher'} nor {packaged} is there. "
        "Install the package again."
    )
