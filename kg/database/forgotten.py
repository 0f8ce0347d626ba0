"""Who asked to be forgotten: a list in the database from which nobody can be read, and by which loads leave persons out.

It holds a keyed hash of each id of a person (BLAKE2b, 128 bits, a random key for each database), and lies in one node beside the
graph that is no ``Entity``. That is no anonymity: who has the database can try an id that is known from elsewhere.
"""

from __future__ import annotations

import hashlib
import secrets
from collections.abc import Iterable
from dataclasses import dataclass

from kg.database.connection import Connection

_READ = "MATCH (f:Forgotten) RETURN f.salt AS salt, f.hashes AS hashes"

#: The statement that puts a list in place of the one that is stored; ``$salt``, ``$hashes``.
STORE = """\
MERGE (f:Forgotten)
SET f.salt = $salt, f.hashes = $hashes"""


@dataclass(frozen=True, slots=True)
class Forgotten:
    """The list, as stored: the key of the hashes, hexadecimal, and the hashes."""

    salt: str = ""
    hashes: frozenset[str] = frozenset()

    def __bool__(self) -> bool:
        return bool(self.hashes)

    def has(self, id_: str) -> bool:
        """Whether a person with this id (``wikidata:Q5``) asked to be forgotten."""
        return bool(self.hashes) and self.hash_of(id_) in self.hashes

    def with_ids(self, ids: Iterable[str]) -> Forgotten:
        """Return the list with the ids of a person on it."""
        begun = self if self.salt else Forgotten(secrets.token_hex(16))
        return Forgotten(begun.salt, begun.hashes | {begun.hash_of(id_) for id_ in ids})

    def without_ids(self, ids: Iterable[str]) -> Forgotten:
        """Return the list with these ids no longer on it."""
        return Forgotten(self.salt, self.hashes - {self.hash_of(id_) for id_ in ids})

    def hash_of(self, id_: str) -> str:
        """Return the hash by which an id stands on the list."""
        return hashlib.blake2b(id_.encode(), key=bytes.fromhex(self.salt), digest_size=16).hexdigest()

    @property
    def parameters(self) -> dict[str, object]:
        """What :data:`STORE` asks for."""
        return {"salt": self.salt, "hashes": sorted(self.hashes)}


#: The list with nobody on it.
NOBODY = Forgotten()


def read_forgotten(connection: Connection) -> Forgotten:
    """Return the list of a database, an empty one when nobody is on it."""
    rows = connection.run_read(_READ, {})
    return Forgotten(rows[0]["salt"], frozenset(rows[0]["hashes"])) if rows else NOBODY
