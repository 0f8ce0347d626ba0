"""One SPARQL end point, asked politely: one question at a time, with pauses, waiting when told to and trying again."""

from __future__ import annotations

import json
import time
from collections.abc import Callable
from dataclasses import dataclass
from datetime import UTC, datetime
from email.utils import parsedate_to_datetime
from types import ModuleType, TracebackType
from typing import TYPE_CHECKING, Any, Self

from kg.errors import KgError, quoted

if TYPE_CHECKING:
    import httpx

WIKIDATA = "https://query.wikidata.org/sparql"

#: Seconds. Wikidata stops a query after 60, and asks for a minute's pause where it gives no other.
_TIME_OUT = 90.0
_PAUSE = 1.0
_PAUSE_WHEN_TOLD = 60.0
_FIRST_WAIT = 5.0
#: A wait longer than this is for a person to decide on.
_LONGEST_WAIT = 900.0
_ATTEMPTS = 6
#: As long as it never answered at all, there is likely no way to it.
_FIRST_ATTEMPTS = 3

_TOO_MANY = 429
_MEDIA_TYPE = "application/sparql-results+json"
#: Words by which an end point says that a query took too long, perhaps in the middle of an answer that began well.
_TIMED_OUT = ("TimeoutException", "Query timeout limit reached", "Query deadline is expired")


class TookTooLong(Exception):  # noqa: N818 (it is an answer: ask for less)
    """The end point gave a query up: a smaller page may do."""


@dataclass(frozen=True, slots=True)
class Page:
    """An answer: its variables, and its solutions."""

    variables: list[str]
    bindings: list[dict[str, Any]]


def _httpx() -> ModuleType:
    """Return the library that speaks HTTP, which is not needed for anything else here.

    Raises:
        KgError: It is not installed.
    """
    try:
        import httpx
    except ModuleNotFoundError as error:
        raise KgError("kg fetch needs the package httpx: pip install 'localgov-kg[loaders]'") from error
    return httpx


def user_agent(contact: str | None = None) -> str:
    """Return how we call ourselves: name, version, and whom to write to, as Wikimedia's policy on User-Agents asks.

    >>> user_agent("https://example.org/our-town").partition(" httpx/")[0].partition("/")[2].partition(" ")[2]
    '(https://example.org/our-town)'

    Raises:
        KgError: The contact is nothing that can stand in a header.
    """
    httpx = _httpx()
    from kg import __version__

    said = "loads public data on local governments; run by hand"
    if contact is not None:
        said = contact.strip()
        if not said or not said.isascii() or not said.isprintable() or set(said) & set("()"):
            raise KgError(
                f"--contact {quoted(contact)}: give a web page, an e-mail address or a Wikimedia user name, in ASCII and without "
                "brackets"
            )
    return f"localgov-kg/{__version__} ({said}) httpx/{httpx.__version__}"


class Endpoint:
    """A SPARQL end point that answers in JSON.

    Args:
        address: Its URL.
        contact: Whom its keepers may write to: a web page, an e-mail address or a Wikimedia user name.
        sleep: Waits some seconds.
        tell: Hears of each wait.
    """

    def __init__(
        self,
        address: str = WIKIDATA,
        *,
        contact: str | None = None,
        sleep: Callable[[float], None] = time.sleep,
        tell: Callable[[str], None] = lambda _: None,
    ) -> None:
        httpx = _httpx()
        self.address = address
        self._sleep = sleep
        self._tell = tell
        self._asked = False
        self._answered = False
        self._client = httpx.Client(
            headers={"User-Agent": user_agent(contact), "Accept": _MEDIA_TYPE},
            timeout=httpx.Timeout(_TIME_OUT, connect=20.0),
            follow_redirects=False,
        )

    def __enter__(self) -> Self:
        return self

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        self._client.close()

    def ask(self, query: str) -> Page:
        """Return the answer to a query, after as many attempts as it takes.

        Raises:
            TookTooLong: The end point gave up.
            KgError: There is no answer to be had, for the reason said.
        """
        if self._asked:
            self._sleep(_PAUSE)
        self._asked = True
        wait, reason, attempt = 0.0, "", 0
        while attempt < (_ATTEMPTS if self._answered else _FIRST_ATTEMPTS):
            if attempt:
                self._tell(f"{reason}; waiting {wait:,.0f} seconds")
                self._sleep(wait)
            outcome = self._try(query)
            if isinstance(outcome, Page):
                return outcome
            reason, told = outcome
            wait = told if told is not None else _FIRST_WAIT * 2**attempt
            attempt += 1
            if wait > _LONGEST_WAIT:
                raise KgError(f"{self.address} asks to wait {wait:,.0f} seconds ({reason}): go on after that")
        raise KgError(
            f"{self.address} gave no answer in {attempt} attempts, the last time: {reason}. Is there a connection to the "
            "internet? If so, the service may be down: go on later"
        )

    def _try(self, query: str) -> Page | tuple[str, float | None]:
        """Return the answer, or why there was none and how long to wait where we were told."""
        import httpx

        try:
            response = self._client.post(self.address, data={"query": query})
        except httpx.UnsupportedProtocol as error:
            raise KgError(f"--endpoint {quoted(self.address)} is no http:// or https:// address") from error
        except (httpx.InvalidURL, httpx.LocalProtocolError) as error:
            raise KgError(f"--endpoint {quoted(self.address)} is no address: {error}") from error
        except httpx.TimeoutException:
            return f"no answer within {_TIME_OUT:,.0f} seconds", None
        except httpx.TransportError as error:
            return f"the connection failed or broke ({str(error) or type(error).__name__})", None
        self._answered = True
        return self._read(response)

    def _read(self, response: httpx.Response) -> Page | tuple[str, float | None]:
        status, text = response.status_code, response.text
        if status == _TOO_MANY:
            told = _retry_after(response.headers.get("Retry-After"))
            return "it asks to slow down (status 429)", _PAUSE_WHEN_TOLD if told is None else told
        if any(words in text for words in _TIMED_OUT):
            raise TookTooLong
        if status >= 500:
            return f"it has a fault (status {status})", _retry_after(response.headers.get("Retry-After"))
        if 300 <= status < 400:
            raise KgError(
                f"{self.address} redirects to {quoted(response.headers.get('Location', 'nowhere'))}, which is not followed: "
                "if that is the right address now, give it with --endpoint"
            )
        if status != 200:
            raise KgError(f"{self.address} refused (status {status}): {quoted(_first_line(text), 200)}")
        kind = response.headers.get("Content-Type", "")
        if "html" in kind or text.lstrip()[:1] == "<":
            raise KgError(
                f"{self.address} answered with a web page and not with data: is it a SPARQL end point, and does the network here "
                "ask for a login first?"
            )
        return _parse(text)


def _parse(text: str) -> Page | tuple[str, float | None]:
    """Return the answer in the text, or that it broke off."""
    try:
        document = json.loads(text)
        if "\\u" in text:  # half a letter, which no file can hold
            json.dumps(document, ensure_ascii=False).encode()
    except (ValueError, RecursionError):
        return "its answer is broken or incomplete JSON", None
    try:
        page = Page(list(document["head"]["vars"]), list(document["results"]["bindings"]))
    except (KeyError, TypeError) as error:
        raise KgError(
            "the answer is JSON but no result of a SPARQL query (head.vars, results.bindings): is it a SPARQL end point?"
        ) from error
    if not all(isinstance(name, str) for name in page.variables):
        raise KgError("the answer's variables are no texts: is it a SPARQL end point?")
    if not all(isinstance(binding, dict) for binding in page.bindings):
        raise KgError("the answer's bindings are no objects: is it a SPARQL end point?")
    return page


def _retry_after(value: str | None) -> float | None:
    """Return the seconds of a header Retry-After, which may be a number or a date."""
    if value is None:
        return None
    if value.strip().isdecimal():
        return float(value)
    try:
        until = parsedate_to_datetime(value)
    except ValueError:
        return None
    return max(0.0, (until - datetime.now(UTC)).total_seconds()) if until.tzinfo else None


def _first_line(text: str) -> str:
    return next((line.strip() for line in text.splitlines() if line.strip()), "nothing said")
