"""The verbs of the knowledge graph about what cities, regions and organisations seek and offer."""

from __future__ import annotations

from abc import abstractmethod
from contextlib import AbstractContextManager
from datetime import date
from typing import TYPE_CHECKING

from kg.counting import Change
from kg.database.connection import Connection

if TYPE_CHECKING:
    from kg.editing.requests import Requested
    from kg.queries.request_results import Matches, RequestList


class Requests:
    """The part of :class:`kg.graph.KnowledgeGraph` that writes requests down and finds who fits them."""

    connection: Connection

    @abstractmethod
    def _change(self) -> AbstractContextManager[Change]:
        """Return a block in which the graph is changed, after which what is counted over all of it is counted again."""

    def requests(
        self,
        verb: str | None = None,
        place: str | None = None,
        *,
        theme: str | None = None,
        status: str = "open",
        as_of: str | date | None = None,
    ) -> RequestList:
        """Return what is sought and offered; see :func:`kg.queries.requests.requests`."""
        from kg.queries.requests import requests

        return requests(self.connection, verb, place, theme=theme, status=status, as_of=as_of)

    def match(self, place: str, *, theme: str | None = None, top: int = 10, as_of: str | date | None = None) -> Matches:
        """Return who offers what a place seeks, seeks what it offers, or seeks the same; see :func:`kg.queries.requests.match`."""
        from kg.queries.requests import match

        return match(self.connection, place, theme=theme, top=top, as_of=as_of)

    def seek(
        self,
        place: str,
        theme: str,
        *,
        by: str,
        until: str | None = None,
        note: str | None = None,
        role: str | None = None,
        new_theme: bool = False,
    ) -> Requested:
        """Write down what a city, region or organisation seeks on a theme; see :func:`kg.editing.requests.add`."""
        return self._add_request("seek", place, theme, by, until, note, role, new_theme=new_theme)

    def offer(
        self,
        place: str,
        theme: str,
        *,
        by: str,
        until: str | None = None,
        note: str | None = None,
        role: str | None = None,
        new_theme: bool = False,
    ) -> Requested:
        """Write down what a city, region or organisation offers on a theme; see :func:`kg.editing.requests.add`."""
        return self._add_request("offer", place, theme, by, until, note, role, new_theme=new_theme)

    def _add_request(
        self,
        verb: str,
        place: str,
        theme: str,
        by: str,
        until: str | None,
        note: str | None,
        role: str | None,
        *,
        new_theme: bool,
    ) -> Requested:
        from kg.editing import requests
        from kg.queries.entities import UnknownEntityError
        from kg.queries.themes import find_member, find_theme

        wish = requests.check_wish(verb, until=until, note=note, role=role)
        if new_theme:
            requests.check_theme_name(theme)
        who = find_member(self.connection, place)
        topic: requests.Node | str = theme
        try:
            found = find_theme(
                self.connection, theme, hint="new_theme (--new-theme) makes it, if none of them is what you mean"
            )
            topic = requests.Node(found.id, found.label, found.name)
        except UnknownEntityError:
            if not new_theme:
                raise
        with self._change() as change:
            requested = requests.add(self.connection, wish, requests.Node(who.id, who.label, who.name), topic, by=by)
            change.changed_nothing = not requested.changed
        return requested

    def close_request(
        self, verb: str, place: str, number: str, *, status: str, by: str, theme: str | None = None
    ) -> Requested:
        """Write down that what a place seeks or offers was met or withdrawn; see :func:`kg.editing.requests.close`."""
        from kg.editing import requests
        from kg.queries.themes import find_member, find_theme

        who = find_member(self.connection, place)
        found = None if theme is None else find_theme(self.connection, theme)
        topic = None if found is None else requests.Node(found.id, found.label, found.name)
        with self._change() as change:
            requested = requests.close(
                self.connection, verb, requests.Node(who.id, who.label, who.name), number, status, by=by, theme=topic
            )
            change.changed_nothing = not requested.changed
        return requested
