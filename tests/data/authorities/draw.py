"""Draw the sample on which the rules that recognise authorities by name are measured: 500 distinct partner names of keep.eu.

    python tests/data/authorities/draw.py KEEP_WORKBOOK PARTICIPATIONS_CSV > sample.csv

Names are drawn from the workbook (sheet Partners) and from the older table together, each (name, country) once, so that a partner
in many projects has no greater chance. Sorted before drawing: the result depends on the files and the seed alone. The first 100 in
the order of drawing are those labelled twice.
"""

from __future__ import annotations

import csv
import random
import sys
from pathlib import Path

from python_calamine import CalamineWorkbook

SEED = 20261123
SIZE = 500


def names(workbook: Path, table: Path) -> list[tuple[str, str]]:
    """Return the distinct partner names with their countries, sorted."""
    header, *rows = CalamineWorkbook.from_path(workbook).get_sheet_by_name("Partners").to_python()
    name, country = header.index("Project Partner"), header.index("Country")
    found = {(" ".join(str(row[name]).split()), str(row[country]).strip()) for row in rows}
    with table.open(encoding="utf-8-sig", newline="") as file:
        found |= {(" ".join(row["Project.Partner"].split()), row["Country"].strip()) for row in csv.DictReader(file)}
    return sorted(pair for pair in found if pair[0])


def main() -> None:
    """Write the sample as CSV: number in the order of drawing, name, country."""
    population = names(Path(sys.argv[1]), Path(sys.argv[2]))
    sample = random.Random(SEED).sample(population, SIZE)
    table = csv.writer(sys.stdout, lineterminator="\n")
    table.writerow(["number", "name", "country"])
    table.writerows([number, *pair] for number, pair in enumerate(sample, start=1))


if __name__ == "__main__":
    main()
