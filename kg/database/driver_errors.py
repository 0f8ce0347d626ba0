"""What the driver raises, turned into errors that say what happened where and what to do."""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import contextmanager

from neo4j.exceptions import (
    AuthError,
    ClientError,
    ConfigurationError,
    ConnectionPoolError,
    DatabaseError,
    DriverError,
    Neo4jError,
    ServiceUnavailable,
    SessionExpired,
    TransientError,
    UnsupportedServerProduct,
)

from kg.database.diagnosis import Finding, knock
from kg.errors import KgError


class TimedOutError(KgError):
    """The server ended a query that took longer than it was given."""


class BusyError(KgError):
    """The server could not do it now, as after a deadlock; the same may succeed when it is tried again."""


class MemoryLimitError(BusyError):
    """One transaction needs more memory than the server gives it: a smaller one may not."""


class BrokenDatabaseError(KgError):
    """The database has stopped, as when it could not write to its disk, and must be started anew."""


#: Codes of what a database does not recover from by itself; those of statements are mistakes in Cypher, or in Neo4j.
_BROKEN = ("Neo.DatabaseError.Transaction.", "Neo.DatabaseError.General.")

#: Codes of a transaction that was ended because its time was over, while it worked or while it waited for a lock.
_TIMED_OUT = ("TransactionTimedOut", "LockClientStopped")

#: Code of a transaction that was ended on somebody's word.
_ENDED = ".Transaction.Terminated"


@contextmanager
def explain_driver_errors(place: str, timeout: float | None, *, local: bool = False) -> Iterator[None]:
    """Explain what a person can do something about; mistakes in our own Cypher pass through as they are.

    Args:
        place: the address, for the message.
        timeout: the seconds that the query was given.
        local: whether it is the local server, which kg starts itself.
    """
    try:
        yield
    except AuthError as error:
        raise KgError(
            f"The Neo4j at {place} does not accept this user and password: set NEO4J_USERNAME and NEO4J_PASSWORD, or "
            "give --username and --password-file."
        ) from error
    except (ClientError, TransientError, DatabaseError) as error:
        if (explained := _explain(place, timeout, error, local=local)) is None:
            raise
        raise explained from error
    except UnsupportedServerProduct as error:
        # The driver says so too when the two have no version of the protocol in common, or when it was never Bolt.
        if knock(place) is Finding.BOLT:
            raise not_neo4j(place) from error
        raise _connection_error(place, error, local=local) from error
    except (ServiceUnavailable, SessionExpired, ConfigurationError, ConnectionPoolError, OSError) as error:
        raise _connection_error(place, error, local=local) from error
    except DriverError as error:
        if any(type(link).__name__.startswith("Bolt") for link in _chain(error)):  # the handshake's own, not public
            raise _connection_error(place, error, local=local) from error
        raise


def _explain(
    place: str, timeout: float | None, error: ClientError | TransientError | DatabaseError, *, local: bool
) -> KgError | None:
    """Return what a person can do about what a server answered, if anything."""
    code = error.code or ""
    if "AuthenticationRateLimit" in code:
        return KgError(
            f"The Neo4j at {place} has refused too many wrong passwords in a row: wait five seconds and try again "
            "with the right one."
        )
    if any(ending in code for ending in _TIMED_OUT):
        given = f"{timeout:g} seconds" if timeout else "the time that the server allows"
        return TimedOutError(f"A query at {place} took longer than {given} and was ended; nothing was changed.")
    if code.endswith(_ENDED):
        # Not tried again by itself: whoever ended it may have meant it.
        return BusyError(
            f"Somebody had the Neo4j at {place} end this (TERMINATE TRANSACTIONS), or it was about to stop; what was not finished was "
            "not changed. Run the same command again if it is still wanted; a load goes on where this one was cut off."
        )
    if "DatabaseNotFound" in code:
        return KgError(
            f"The Neo4j at {place} has no such database: correct NEO4J_DATABASE or --database, or leave it out for "
            f"the default one. It says: {error.message}"
        )
    if code.startswith(_BROKEN):
        return _broken(place, error, local=local)
    if isinstance(error, TransientError) or is_memory_limit(error):
        return _busy(place, error)
    return None


def _busy(place: str, error: Neo4jError) -> BusyError:
    if is_memory_limit(error):
        return MemoryLimitError(
            f"The Neo4j at {place} does not have the memory for this, or does not give it to one transaction "
            f"(db.memory.transaction.max). It says: {error.message}"
        )
    return BusyError(f"The Neo4j at {place} could not do this now: try again. It says: {error.message}")


def _broken(place: str, error: Neo4jError, *, local: bool) -> BrokenDatabaseError:
    said = (str(error.message or "").splitlines() or [""])[0][:200]
    if local:
        return BrokenDatabaseError(
            f"The local Neo4j at {place} has stopped storing, as when the disk is full: see that there is room (`kg server status` names "
            "its folder), and run the same command again, which starts it anew and goes on where this one was cut off. "
            f"It says: {said}"
        )
    return BrokenDatabaseError(
        f"The database of the Neo4j at {place} has stopped, as when its disk is full: have it started anew once there is room, and "
        f"run the same command again. It says: {said}"
    )


def is_memory_limit(error: BaseException) -> bool:
    """Whether the server says that a transaction would need more memory than there is or than one may have."""
    return isinstance(error, ClientError | TransientError) and "OutOfMemory" in (error.code or "")


def not_neo4j(place: str) -> KgError:
    """The error for another database that speaks Neo4j's protocol."""
    return KgError(f"What answers at {place} speaks Bolt but is not Neo4j: give the address of a Neo4j.")


def _chain(error: BaseException) -> list[BaseException]:
    chain: list[BaseException] = []
    link: BaseException | None = error
    while link is not None and link not in chain:
        chain.append(link)
        link = link.__cause__ or link.__context__
    return chain


_OWN = "or leave NEO4J_URI unset to use a Neo4j of your own that kg runs"


def _connection_error(place: str, error: BaseException, *, local: bool) -> KgError:
    if local:
        return KgError(
            f"The local Neo4j at {place} stopped answering: `kg server logs` shows its last words. Run the same command "
            f"again, which starts it and goes on where this one was cut off. ({_first_line(error)})"
        )
    finding = knock(place) if "://" in place else Finding.NOTHING
    match finding:
        case Finding.NO_TLS:
            suffix = place.partition("://")[0].partition("+")[2]
            return KgError(f"What answers at {place} does not use TLS: leave +{suffix} out of the address.")
        case Finding.BAD_CERTIFICATE:
            return KgError(
                f"The certificate of the server at {place} cannot be verified: correct the host name in the address, "
                "or, when you know that the certificate is self-signed, write +ssc instead of +s."
            )
        case Finding.STRANGER:
            return KgError(
                f"What answers at {place} is not a Neo4j that speaks Bolt: give the address of its Bolt port (7687 "
                "unless changed; 7474 is its web page)."
            )
        case Finding.OLD_BOLT:
            return KgError(
                f"What answers at {place} speaks the Bolt protocol only as it was before the Neo4j 5.26 that kg needs: "
                f"upgrade it, {_OWN}."
            )
        case Finding.NOTHING:
            return KgError(
                f"No Neo4j answers at {place}: see that it runs, that the address is right and that no firewall is "
                f"between, {_OWN}. ({_first_line(error)})"
            )
        case Finding.BOLT:
            return KgError(
                f"The Neo4j at {place} broke off the connection, or cannot serve the request now: try again; if it "
                f"lasts, look at its log, {_OWN}. ({_first_line(error)})"
            )


def _first_line(error: BaseException) -> str:
    return (str(error).splitlines() or [type(error).__name__])[0][:200].rstrip(":")
