"""What the driver raises, turned into errors that say what happened where and what to do."""

from __future__ import annotations

import ssl
from collections.abc import Iterator
from contextlib import contextmanager

from neo4j.exceptions import (
    AuthError,
    ClientError,
    ConfigurationError,
    DriverError,
    Neo4jError,
    ServiceUnavailable,
    SessionExpired,
    TransientError,
)

from kg.errors import KgError


@contextmanager
def explain_driver_errors(place: str, timeout: float | None) -> Iterator[None]:
    """Explain what a person can do something about; mistakes in our own Cypher pass through as they are.

    Args:
        place: the address, for the message.
        timeout: the seconds that the query was given.
    """
    try:
        yield
    except AuthError as error:
        raise KgError(
            f"The Neo4j at {place} does not accept this user and password: set NEO4J_USERNAME and NEO4J_PASSWORD, or "
            "give --username and --password-file."
        ) from error
    except (ClientError, TransientError) as error:
        code = error.code or ""
        if "AuthenticationRateLimit" in code:
            raise KgError(
                f"The Neo4j at {place} has refused too many wrong passwords in a row: wait five seconds and try again "
                "with the right one."
            ) from error
        if "TransactionTimedOut" in code:
            given = f"{timeout:g} seconds" if timeout else "the time that the server allows"
            raise KgError(f"A query at {place} took longer than {given} and was ended; nothing was changed.") from error
        if "DatabaseNotFound" in code:
            raise KgError(
                f"The Neo4j at {place} has no such database: correct NEO4J_DATABASE or --database, or leave it out for "
                f"the default one. It says: {error.message}"
            ) from error
        raise
    except (ServiceUnavailable, SessionExpired, ConfigurationError) as error:
        raise _connection_error(place, error) from error
    except OSError as error:
        raise _connection_error(place, error) from error
    except (DriverError, Neo4jError) as error:
        if _is_protocol_trouble(error):
            raise _connection_error(place, error) from error
        raise


def _chain(error: BaseException) -> list[BaseException]:
    chain: list[BaseException] = []
    pending: BaseException | None = error
    while pending is not None and pending not in chain:
        chain.append(pending)
        pending = pending.__cause__ or pending.__context__
    return chain


def _is_protocol_trouble(error: BaseException) -> bool:
    return any(type(link).__name__.startswith("Bolt") for link in _chain(error))


def _connection_error(place: str, error: BaseException) -> KgError:
    chain = _chain(error)
    words = " ".join(str(link) for link in chain)
    if any(isinstance(link, ssl.SSLError) for link in chain):
        return KgError(
            f"No encrypted connection to {place} could be made: leave out +s when the server does not use TLS, or "
            "write +ssc when its certificate is self-signed."
        )
    if "looks like HTTP" in words or _is_protocol_trouble(error):
        return KgError(
            f"What answers at {place} is not a Neo4j that speaks Bolt: give the address of its Bolt port (7687 unless "
            "changed; 7474 is its web page)."
        )
    return KgError(
        f"No Neo4j answers at {place}: see that it runs, that the address is right and that no firewall is between, or "
        f"leave NEO4J_URI unset to use a Neo4j of your own that kg runs. ({str(error).splitlines()[0][:200]})"
    )
