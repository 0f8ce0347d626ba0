"""What would make the answers for a place better: what the graph does not know of it, and how it gets to know."""

from __future__ import annotations

import numpy as np

from kg.queries.snapshot.graph import Snapshot


def improvement(snapshot: Snapshot, place: int, name: str, *, files: bool = False) -> str | None:
    """Return what is not known of a place and what to load, as a sentence; None when there is something of everything.

    Args:
        snapshot: The graph around the place.
        place: Its position.
        name: What it is called.
        files: Whether the graph is read from files, to which others may be added, and not from a database.
    """
    row = snapshot.places.rows[place]
    links = {
        "no network of it (kg load networks FILE, kg load covenant FILE)": snapshot.networks.held.counts[place],
        "no twin town (kg load wikidata FILE)": snapshot.twins.counts[place],
        "no project (kg load keep FILE, kg load cordis FILE)": snapshot.town_projects.held.counts[place],
    }
    values = {
        "no number of inhabitants (kg load geonames)": row.population is not None,
        "no location (kg load geonames)": not np.isnan(snapshot.places.xyz[place, 0]),
        "no country (kg load geonames)": row.country is not None,
    }
    missing = [text for text, known in (links | values).items() if not known]
    if files:
        missing = [text.partition(" (")[0] for text in missing]
    if not missing:
        return None
    alone = ""
    if not any(links.values()):
        alone = (
            f"Nothing in the graph joins {name} to anybody: this rests on distance, size and country, as far as known. "
        )
    also = " Give files that do after --offline." if files else ""
    return f"{alone}What would improve this: the graph knows {', '.join(missing)}.{also}"
