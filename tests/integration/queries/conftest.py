"""A small graph, written by hand in plain Cypher after the graph contract, whose answers can be counted on paper."""

from __future__ import annotations

import json
from typing import Any

import pytest

from kg.database.connection import Connection
from kg.database.schema import apply_schema, check_schema
from kg.places.names import search_names

#: The date as of which the tests ask, so that they mean the same in later years.
TODAY = "2026-11-22"

Properties = dict[str, Any]

CITIES: dict[str, Properties] = {
    "geonames:456172": {
        "name": "Riga",
        "names": ["Rīga", "Рига"],
        "country": "LV",
        "population": 600_000,
        "wikidata_id": "Q1773",
    },
    "geonames:660129": {"name": "Espoo", "names": ["Esbo"], "country": "FI", "population": 300_000},
    "geonames:588409": {"name": "Tallinn", "country": "EE", "population": 450_000},
    "geonames:3247449": {"name": "Aachen", "country": "DE", "population": 250_000},
    "geonames:2844588": {"name": "Rostock", "country": "DE", "population": 210_000},
    "geonames:3176959": {"name": "Florence", "names": ["Firenze"], "country": "IT", "population": 360_000},
    "geonames:2984114": {"name": "Reims", "country": "FR", "population": 180_000},
    "geonames:2735943": {"name": "Porto", "country": "PT", "population": 230_000},
    "geonames:703448": {"name": "Kyiv", "names": ["Київ"], "country": "UA", "population": 2_900_000},
    "own:gozo": {"name": "Gozo", "country": "MT"},
    "own:altstadt": {"name": "Altstadt", "country": "DE", "population": 20_000, "dissolved": "2011-06"},
    "geonames:2886242": {"name": "Köln", "names": ["Cologne"], "country": "DE", "population": 1_000_000},
    "geonames:3178388": {"name": "Cologne", "country": "IT", "population": 7_000},
    "geonames:2511032": {"name": "San Fernando", "country": "ES", "population": 95_000},
    "geonames:2511033": {"name": "San Fernando", "country": "ES", "population": 40_000},
    "own:lonely": {"name": "Lonely", "country": "CH", "population": 9_000},
    "own:evil": {"name": "=cmd|' /C calc'!A0<b>", "country": "XK", "population": 100},
} | {
    f"own:town-{number}": {"name": f"Town {number}", "country": "PL", "population": 10_000 + number}
    for number in range(60)
}

REGIONS: dict[str, Properties] = {
    "wikidata:Q12270": {"name": "Vidzeme", "country": "LV", "population": 200_000},
    "wikidata:Q5692": {"name": "Uusimaa", "country": "FI", "population": 1_700_000},
}

OTHERS: dict[str, dict[str, Properties]] = {
    "Country": {
        "iso:LV": {"name": "Latvia"},
        "iso:FI": {"name": "Finland"},
        "iso:DE": {"name": "Germany", "names": ["Deutschland"]},
    },
    "Organisation": {
        "own:eurocities": {"name": "EUROCITIES", "kind": "network"},
        "own:emta": {"name": "European Metropolitan Transport Authorities", "acronym": "EMTA", "kind": "network"},
        "own:covenant": {"name": "Covenant of Mayors", "kind": "network"},
        "own:culture": {"name": "Culture Forum"},
        "own:rigas-satiksme": {"name": "Rīgas satiksme"},
        "own:hsl": {"name": "Helsinki Region Transport", "acronym": "HSL"},
        "own:baltic-bus": {"name": "Baltic Bus"},
    },
    "Project": {
        "own:now": {"name": "NOW", "start": "2025", "end": "2028-04"},
        "own:then": {"name": "THEN", "start": "2015-05", "end": "2019"},
        "own:undated": {"name": "UNDATED"},
        "own:later": {"name": "LATER", "start": "2027-01"},
        "own:heat-one": {"name": "HEAT ONE", "start": "2020", "end": "2022"},
        "own:heat-two": {"name": "HEAT TWO", "start": "2021"},
        "own:pair": {"name": "SUN4Ukraine: Kyiv and Riga", "kind": "pairing", "start": "2024", "end": "2025"},
    },
    "Programme": {"own:horizon": {"name": "Horizon Europe"}},
    "Event": {
        "own:congress": {"name": "Smart City Congress", "start": "2025-11-04", "end": "2025-11-06"},
        "own:future-event": {"name": "Congress to come", "start": "2027-11"},
    },
    "Theme": {
        "own:heat": {"name": "Heat planning"},
        "own:housing": {"name": "Housing"},
        "own:youth": {"name": "Youth"},
    },
    "Person": {"own:anna": {"name": "Anna Ozola"}, "own:bert": {"name": "Bert Virtanen"}},
}

RIGA, ESPOO, TALLINN, AACHEN = "geonames:456172", "geonames:660129", "geonames:588409", "geonames:3247449"
ROSTOCK, FLORENCE, REIMS, PORTO, KYIV = (
    "geonames:2844588",
    "geonames:3176959",
    "geonames:2984114",
    "geonames:2735943",
    "geonames:703448",
)

#: (key, type, start, end, values)
FACTS: list[tuple[str, str, str, str, Properties]] = [
    ("m-riga-eurocities", "MEMBER_OF", RIGA, "own:eurocities", {"since": "1999", "as_of": "2025-05"}),
    ("m-espoo-eurocities", "MEMBER_OF", ESPOO, "own:eurocities", {"since": "2005-03", "as_of": "2025-05"}),
    ("m-tallinn-eurocities", "MEMBER_OF", TALLINN, "own:eurocities", {"as_of": "2025-05"}),
    ("m-reims-eurocities", "MEMBER_OF", REIMS, "own:eurocities", {"since": "1990", "until": "2010"}),
    ("m-porto-eurocities", "MEMBER_OF", PORTO, "own:eurocities", {"since": "1990", "ended": "2024-01"}),
    ("m-aachen-eurocities", "MEMBER_OF", AACHEN, "own:eurocities", {"since": "2027"}),
    ("m-vidzeme-eurocities", "MEMBER_OF", "wikidata:Q12270", "own:eurocities", {"since": "2001", "as_of": "2025-05"}),
    ("m-riga-culture", "MEMBER_OF", RIGA, "own:culture", {"as_of": "2025"}),
    ("m-altstadt-culture", "MEMBER_OF", "own:altstadt", "own:culture", {}),
    ("m-evil-culture", "MEMBER_OF", "own:evil", "own:culture", {}),
    ("m-rs-emta", "MEMBER_OF", "own:rigas-satiksme", "own:emta", {"as_of": "2019-06-17"}),
    ("m-hsl-emta", "MEMBER_OF", "own:hsl", "own:emta", {"as_of": "2019-06-17"}),
    ("m-bus-emta", "MEMBER_OF", "own:baltic-bus", "own:emta", {"as_of": "2019-06-17"}),
    ("m-kyiv-emta", "MEMBER_OF", KYIV, "own:emta", {"as_of": "2026"}),
    ("s-rs-riga", "SERVES", "own:rigas-satiksme", RIGA, {}),
    ("s-hsl-espoo", "SERVES", "own:hsl", ESPOO, {}),
    ("s-bus-riga", "SERVES", "own:baltic-bus", RIGA, {}),
    ("s-bus-vidzeme", "SERVES", "own:baltic-bus", "wikidata:Q12270", {}),
    ("m-riga-covenant", "MEMBER_OF", RIGA, "own:covenant", {"since": "2008"}),
    ("m-espoo-covenant", "MEMBER_OF", ESPOO, "own:covenant", {"since": "2010"}),
    ("p-riga-now", "PARTICIPATES_IN", RIGA, "own:now", {"role": "lead partner"}),
    ("p-aachen-now", "PARTICIPATES_IN", AACHEN, "own:now", {}),
    ("p-riga-then", "PARTICIPATES_IN", RIGA, "own:then", {}),
    ("p-espoo-then", "PARTICIPATES_IN", ESPOO, "own:then", {"role": "partner"}),
    ("p-florence-then", "PARTICIPATES_IN", FLORENCE, "own:then", {}),
    ("p-riga-undated", "PARTICIPATES_IN", RIGA, "own:undated", {}),
    ("p-porto-undated", "PARTICIPATES_IN", PORTO, "own:undated", {}),
    ("p-riga-later", "PARTICIPATES_IN", RIGA, "own:later", {}),
    ("p-lonely-later", "PARTICIPATES_IN", "own:lonely", "own:later", {}),
    ("p-riga-heat", "PARTICIPATES_IN", RIGA, "own:heat-one", {}),
    ("p-reims-heat", "PARTICIPATES_IN", REIMS, "own:heat-one", {}),
    ("p-tallinn-heat", "PARTICIPATES_IN", TALLINN, "own:heat-two", {}),
    ("p-hsl-heat", "PARTICIPATES_IN", "own:hsl", "own:heat-two", {}),
    ("p-riga-pair", "PARTICIPATES_IN", RIGA, "own:pair", {"role": "mission city"}),
    ("p-kyiv-pair", "PARTICIPATES_IN", KYIV, "own:pair", {"role": "flagship municipality"}),
    ("a-one-heat", "ABOUT", "own:heat-one", "own:heat", {}),
    ("a-two-heat", "ABOUT", "own:heat-two", "own:heat", {}),
    ("f-one-horizon", "FUNDED_BY", "own:heat-one", "own:horizon", {}),
    ("f-then-horizon", "FUNDED_BY", "own:then", "own:horizon", {}),
    ("t-riga-rostock", "TWINNED_WITH", ROSTOCK, RIGA, {"since": "1961"}),
    ("t-riga-florence", "TWINNED_WITH", FLORENCE, RIGA, {"as_of": "2017"}),
    ("t-reims-florence", "TWINNED_WITH", REIMS, FLORENCE, {"since": "1954"}),
    ("t-kyiv-florence", "TWINNED_WITH", FLORENCE, KYIV, {"since": "1967", "until": "2014"}),
    ("t-riga-tallinn-2", "TWINNED_WITH", RIGA, TALLINN, {"since": "1990", "until": "2012"}),
    ("e-riga", "TOOK_PART_IN", RIGA, "own:congress", {}),
    ("e-tallinn", "TOOK_PART_IN", TALLINN, "own:congress", {}),
    ("e-anna", "TOOK_PART_IN", "own:anna", "own:congress", {"role": "speaker"}),
    ("e-riga-future", "TOOK_PART_IN", RIGA, "own:future-event", {}),
    ("e-lonely-future", "TOOK_PART_IN", "own:lonely", "own:future-event", {}),
    ("w-riga-housing", "SEEKS", RIGA, "own:housing", {"request": "1"}),
    ("w-aachen-housing", "OFFERS", AACHEN, "own:housing", {"request": "1", "until": "2027"}),
    ("w-reims-housing", "SEEKS", REIMS, "own:housing", {"request": "1"}),
    ("w-porto-housing", "OFFERS", PORTO, "own:housing", {"request": "1", "until": "2020"}),
    ("w-kyiv-heat", "SEEKS", KYIV, "own:heat", {"request": "1"}),
    ("h-anna-riga", "HOLDS_POST", "own:anna", RIGA, {"post": "deputy mayor", "since": "2021"}),
    ("h-bert-espoo", "HOLDS_POST", "own:bert", ESPOO, {"post": "mayor", "since": "2019"}),
    ("e-bert", "TOOK_PART_IN", "own:bert", "own:congress", {}),
    ("o-culture", "PART_OF", "own:culture", "own:eurocities", {}),
    ("l-vidzeme", "LOCATED_IN", "wikidata:Q12270", "iso:LV", {}),
    ("l-uusimaa", "LOCATED_IN", "wikidata:Q5692", "iso:FI", {}),
    ("l-riga", "LOCATED_IN", RIGA, "iso:LV", {}),
    ("l-espoo", "LOCATED_IN", ESPOO, "wikidata:Q5692", {}),
    ("l-rostock", "LOCATED_IN", ROSTOCK, "iso:DE", {}),
    ("l-koeln", "LOCATED_IN", "geonames:2886242", "iso:DE", {}),
] + [(f"m-town-{number}", "MEMBER_OF", f"own:town-{number}", "own:covenant", {"since": "2012"}) for number in range(60)]

SOURCES = [
    {"id": "list", "title": "A list of members", "publisher": "The network", "licence": "CC BY 4.0", "url": "example.org/list", "authority": "network", "edition": "2025-05"},
    {"id": "wiki", "title": "Another list", "publisher": "Volunteers", "licence": "CC0", "url": "example.org/wiki", "authority": "aggregator", "edition": "2017"},
]  # fmt: skip

#: Two sources that disagree about the year, and a row that one of them no longer lists.
DISAGREEMENT = {
    "sources": ["list", "wiki", "wiki"],
    "rows": ["12", "Q1773", "Q1773b"],
    "loads": ["list@2025-05#0", "wiki@2017#0", "wiki@2017#0"],
    "given": [
        json.dumps({"v": {"since": "1999", "as_of": "2025-05"}, "e": "2025-05"}),
        json.dumps({"v": {"since": "2001"}, "e": "2017"}),
        json.dumps({"v": {"since": "1888"}, "e": "2017"}),
    ],
    "missing": ["", "", "2020"],
}

_NODES = "UNWIND $rows AS row CREATE (n:Entity:{label}) SET n = row"
_FACTS = (
    "UNWIND $rows AS row MATCH (a:Entity {{id: row.start}}), (b:Entity {{id: row.end}})"
    " CREATE (a)-[f:{type}]->(b) SET f = row.values"
)
_IDENTIFIER = "MATCH (n:Entity {id: $id}) CREATE (:Identifier {value: $value})-[:IDENTIFIES]->(n)"
_PROVENANCE = "MATCH ()-[f:MEMBER_OF {key: $key}]->() SET f += $values"
_EMPTY = "MATCH (n) CALL (n) { DETACH DELETE n } IN TRANSACTIONS OF 10000 ROWS"


def provenance(values: Properties, source: str = "list", row: str = "1") -> Properties:
    return {
        "sources": [source],
        "rows": [row],
        "loads": ["list@2025-05#0"],
        "given": [json.dumps({"v": values, "e": "2025-05"})],
        "missing": [""],
    }


def write_graph(connection: Connection) -> None:
    connection.run_schema(_EMPTY)
    if check_schema(connection):
        apply_schema(connection)
    statements = []
    for label, nodes in {"City": CITIES, "Region": REGIONS, **OTHERS}.items():
        rows = [
            {
                "id": id_,
                **values,
                **provenance(values),
                "search_names": search_names([values["name"], values.get("acronym", ""), *values.get("names", [])]),
            }
            for id_, values in nodes.items()
        ]
        statements.append((_NODES.format(label=label), {"rows": rows}))
    for type_ in sorted({fact[1] for fact in FACTS}):
        rows = [
            {"start": start, "end": end, "values": {"key": key, **values, **provenance(values)}}
            for key, kind, start, end, values in FACTS
            if kind == type_
        ]
        statements.append((_FACTS.format(type=type_), {"rows": rows}))
    statements.append(("UNWIND $rows AS row CREATE (s:Source) SET s = row", {"rows": SOURCES}))
    statements.append((_IDENTIFIER, {"id": RIGA, "value": "geonames:999456172"}))
    statements.append((_PROVENANCE, {"key": "m-riga-eurocities", "values": DISAGREEMENT}))
    statements.append((_PROVENANCE, {"key": "m-evil-culture", "values": provenance({}, source="wiki")}))
    connection.write_many(statements)


@pytest.fixture(scope="module")
def graph(connection: Connection) -> Connection:
    """The small graph; the tests of a module only read it."""
    write_graph(connection)
    return connection
