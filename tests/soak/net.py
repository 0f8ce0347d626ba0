"""A line that is cut or slow, and transactions that the server ends."""

from __future__ import annotations

import time
from random import Random

from tests.soak.ground import Counted, Ground, ended

TRIALS = 40
SAMPLE = (0, 14, 15)

#: What a server may answer a statement with.
_ERRORS = (
    "Neo.ClientError.Transaction.TransactionTimedOut",
    "Neo.ClientError.Transaction.TransactionTimedOutClientConfiguration",
    "Neo.TransientError.Transaction.LockClientStopped",
    "Neo.TransientError.Transaction.DeadlockDetected",
    "Neo.TransientError.Transaction.Terminated",
    "Neo.TransientError.General.MemoryPoolOutOfMemoryError",
)

_RUNNING = "SHOW TRANSACTIONS YIELD transactionId, startTime, currentQuery WHERE NOT currentQuery STARTS WITH 'SHOW' RETURN transactionId AS id ORDER BY startTime"
_END = "TERMINATE TRANSACTIONS $ids"


def run(ground: Ground, number: int, chance: Random) -> dict[str, object]:
    """Make one trial."""
    base, name = ground.link(number)
    expected, statements = ground.undisturbed(*base, name)
    ground.fresh(base)
    what, at = ("cut", "slow", "error", "ended")[number % 4], chance.randint(1, statements)
    code_of, error, delay = chance.random(), chance.choice(_ERRORS), chance.uniform(0, 0.05)

    def then(seen: int) -> str | None:
        if what == "slow":
            time.sleep(delay)
        elif seen == at and what == "error":
            return error
        elif seen == at and what == "ended":
            end_one(ground, code_of)
        return None

    # A statement is some hundreds of bytes, and a load has several connections.
    cuts = [chance.randrange(1_000, 150 * statements) for _ in range(3)] if what == "cut" else None
    with ground.proxy(cut_after=cuts, fail=None if cuts else Counted(then)) as proxy:
        with ground.start(name, proxy) as process:
            code, errors = ended(process)
        cut = proxy.cuts
    assert code in (0, 2), f"ended with {code}: {errors}"
    assert what != "slow" or code == 0, errors
    # Even where it went well: the same once more changes nothing.
    ground.finish(name)
    ground.verify(expected, (*base, name))
    told: dict[str, object] = {"what": what, "source": name, "on": list(base), "code": code, "cuts": cut}
    return told | ({"error": error} if what == "error" else {})


def end_one(ground: Ground, which: float | None = None) -> None:
    """Have the server end a transaction: the one at this share (0 to 1) of all by age; that which is open longest unless given."""
    with ground.connection.driver.session(database=ground.connection.database) as session:
        ids = [row["id"] for row in session.run(_RUNNING)]
        if ids:
            session.run(_END, ids=[ids[int((which or 0) * len(ids))]]).consume()
