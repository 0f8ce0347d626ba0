"""Two hundred texts that try to become a part of a statement; each has ``MARK`` in it, whatever else becomes of it."""

from __future__ import annotations

#: In no statement, name or file of ours.
MARK = "zqpwn"

#: What might end the place that a value stands in.
_OPENERS = (
    "Riga'",
    'Riga"',
    "Riga`",
    "'})",
    '"})',
    "`)",
    "'] ",
    "\\'",
    '\\"',
    "\\\\'",
    "''",
    "``",
    "\\u0027})",
    "\\u0060",
    "\uff07})",  # full-width apostrophe
    "\u2019})",  # right quotation mark
    "\u02b9",  # a prime that is a letter
    "*/",
    "/*",
    "//",
    "\n",
    "\r",
    "\u2028",
    "\x85",
    ";",
    "$",
    "%27",
    "&#39;",
    "\u202e'",  # from right to left
    "\ufeff'",
)

#: What would then be done.
_BODIES = (
    f" DETACH DELETE n //{MARK}",
    f" CREATE (:{MARK} {{a: 1}}) //",
    f" RETURN 1 AS {MARK} UNION MATCH (n) RETURN n //",
    f" WITH 1 AS {MARK} CALL dbms.listConfig() YIELD name RETURN name //",
    f" LOAD CSV FROM 'file:///{MARK}' AS r RETURN r //",
    f" OR 1 = 1 OR n.{MARK} = ",
)

#: What poses as something that is no text, and texts of a kind of their own.
_POSING = (
    f"${MARK}",
    f"$`{MARK}`",
    f"{{{MARK}}}",
    f"{{id: '{MARK}'}}",
    f'{{"id": "{MARK}"}}',
    f'{{"$ne": "{MARK}"}}',
    f"['{MARK}']",
    f"[{MARK} IN [1] | {MARK}]",
    f"n.{MARK}",
    f"`{MARK}`",
    f":{MARK}",
    f"City:{MARK}",
    f"City|{MARK}",
    f"City) DETACH DELETE (n:{MARK}",
    f"name}}}} DETACH DELETE n //{MARK}",
    f"*{MARK}*",
    f"{MARK}~0.1 OR name:*",
    f"name:{MARK} AND (",
    f"0x{MARK}",
    f"own:{MARK}",
    f"Q1' OR '{MARK}",
    f"geonames:1`{MARK}",
    f"1; CALL db.clearQueryCaches() //{MARK}",
    f"EXPLAIN {MARK}",
    f"USE system {MARK}",
    f"../../{MARK}",
    f"%s%n{MARK}",
    f"{{0.__class__}}{MARK}",
    f"<script>{MARK}</script>",
    f"=cmd|'{MARK}'!A1",
)

PAYLOADS = tuple(opener + body for opener in _OPENERS for body in _BODIES)[: 200 - len(_POSING)] + _POSING

#: All of them as one text.
ALL = " ".join(PAYLOADS)
