"""Write a CORDIS zip of the size of Horizon 2020, of invented content: python tests/data/cordis/make_large.py FILE.

35,000 projects and 178,000 participations of 40,000 organisations, one in nine of them a public body; objectives of 1,500
characters, so that the packed tables have the size of the real ones.
"""

from __future__ import annotations

import csv
import io
import random
import sys
import zipfile
from pathlib import Path

PROJECTS = 35_000
PARTICIPATIONS = 178_000
ORGANISATIONS = 40_000

HERE = Path(__file__).parent

TOWNS = (
    ("IT", "ITC33", "GENOVA", "44.41,8.93", "COMUNE DI GENOVA"),
    ("EL", "EL303", "ATHINA", "37.98,23.73", "DIMOS ATHINAION"),
    ("UK", "UKE42", "Leeds", "53.80,-1.54", "LEEDS CITY COUNCIL"),
    ("DE", "DE600", "Hamburg", "53.55,9.99", "FREIE UND HANSESTADT HAMBURG"),
    ("ES", "ES511", "Barcelona", "41.39,2.16", "AYUNTAMIENTO DE BARCELONA"),
    ("FR", "FRK26", "Lyon", "45.76,4.83", "COMMUNE DE LYON"),
    ("LV", "LV006", "Rīga", "56.95,24.11", "RIGAS VALSTSPILSETAS PASVALDIBA"),
    ("US", "US", "Boston", "42.36,-71.06", "CITY OF BOSTON"),
)
ACTIVITIES = ("HES", "REC", "PRC", "PRC", "PRC", "PRC", "PUB", "OTH", "HES")


def _header(table: str) -> list[str]:
    with (HERE / table).open(encoding="utf-8", newline="") as file:
        return next(csv.reader(file, delimiter=";"))


def _project(number: int, chance: random.Random) -> dict[str, str]:
    return {
        "id": str(900_000_000 + number),
        "acronym": f"PROJECT{number}",
        "status": "CLOSED",
        "title": f"An invented project on matter {number}",
        "startDate": f"20{chance.randint(14, 20)}-01-01",
        "endDate": "2024-12-31",
        "totalCost": f"{chance.randint(0, 9_000_000)},5",
        "ecMaxContribution": f"{chance.randint(0, 9_000_000)},5",
        "frameworkProgramme": "H2020",
        "masterCall": f"H2020-CALL-{number % 80}",
        "subCall": f"H2020-CALL-{number % 500}-ROUND",
        "objective": "".join(chance.choices('abcdefghij klmnop "', k=1500)),
        "contentUpdateDate": f"2023-0{chance.randint(1, 9)}-11 10:00:00",
    }


def _participation(number: int, chance: random.Random) -> dict[str, str]:
    # The largest organisations are in hundreds of projects, most in one.
    which = int(ORGANISATIONS * chance.random() ** 3)
    country, nuts, town, place, authority = TOWNS[which % len(TOWNS)]
    activity = ACTIVITIES[which % len(ACTIVITIES)]
    return {
        "projectID": str(900_000_000 + number * PROJECTS // PARTICIPATIONS),
        "projectAcronym": f"PROJECT{number * PROJECTS // PARTICIPATIONS}",
        "organisationID": str(800_000_000 + which),
        "vatNumber": f"XX{which:09}",
        "name": authority if activity == "PUB" and which % 2 else f"INVENTED ORGANISATION NUMBER {which}",
        "shortName": f"ION{which}",
        "activityType": activity,
        "street": f"INVENTED STREET {which}",
        "city": town if which % 3 else f"{town} {which % 5000}",
        "country": country,
        "nutsCode": nuts,
        "geolocation": place,
        "contactForm": f"https://forms.example/{which}/{number}",
        "contentUpdateDate": f"2023-0{chance.randint(1, 9)}-11 10:00:00",
        "order": str(number % 9),
        "role": "participant" if number % 5 else "coordinator",
        "ecContribution": f"{chance.randint(0, 900_000)}.25",
        "endOfParticipation": "false",
    }


def main(path: Path) -> None:
    """Write the zip; the same content every time."""
    chance = random.Random(2020)
    with zipfile.ZipFile(path, "w", zipfile.ZIP_DEFLATED) as archive:
        for table, number, make in (
            ("project.csv", PROJECTS, _project),
            ("organization.csv", PARTICIPATIONS, _participation),
        ):
            with archive.open(table, "w") as binary, io.TextIOWrapper(binary, "utf-8", newline="") as text:
                rows = csv.DictWriter(text, _header(table), delimiter=";", quoting=csv.QUOTE_ALL)
                rows.writeheader()
                rows.writerows(make(place, chance) for place in range(number))


if __name__ == "__main__":
    main(Path(sys.argv[1]))
