"""Makes the bundled table of offences from the public file that it comes from.

    python -m experiments.twin.sources.bundle RECORDED_CRIME

RECORDED_CRIME is the Home Office's police recorded crime open data table of 2017/18, by force, quarter and offence.
"""

import csv
import gzip
import sys
from collections import Counter
from pathlib import Path

HERE = Path(__file__).parent
# Which process of kinds.csv makes an offence; the rest of a category falls to the category's own kind.
KIND_OF_CODE = {
    "violence-injury": "8N 8P 8S 5D 5E 2 1/4.1/4.10/4.2 4.3 4.4 4.6 4.7 4.8",
    "harassment": "8L 8M 8Q 8R",
    "child": "11A 13 15 17B 19D 19E 19G 19H 20B 21 22B 71 86 88A",
    "burglary-home": "28E 28F 28G 28H 29A",
    "burglary-business": "30C 30D 31A",
    "drugs-supply": "92A",
    "sexual": "17A 19C 19F 20A 22A 23 70 73 88C 88E",
}
KIND_OF_CATEGORY = {
    "Violence and Sexual Offences": "violence-no-injury",
    "Vehicle Crime": "vehicle",
    "Shoplifting": "shoplifting",
    "Theft from the Person": "theft-person",
    "Bicycle Theft": "bicycle",
    "Other Theft": "other-theft",
    "Criminal Damage and Arson": "damage",
    "Public Order": "public-order",
    "Robbery": "robbery",
    "Drugs": "drugs-possession",
    "Possession of Weapons": "weapons",
    "Other crime": "other",
}


def offences(source: Path) -> None:
    """Write offences.csv: what Essex Police recorded in 2017/18, a row an offence that occurred at all."""
    kind_of_code = {code: kind for kind, codes in KIND_OF_CODE.items() for code in codes.split()}
    totals: Counter[tuple[str, str, str]] = Counter()
    with gzip.open(source, "rt", encoding="utf-8", newline="") as handle:
        for row in csv.DictReader(handle):
            if row["police_force"] == "Essex":
                # A comma would need quotes in two million rows.
                name = row["offence"].replace(", etc", " etc").replace(",", ";")
                totals[row["offence_code"], name, row["police_uk_category"]] += int(row["offences"])
    with (HERE / "offences.csv").open("w", newline="", encoding="utf-8") as out:
        write = csv.writer(out, lineterminator="\n").writerow
        write(["offence_code", "offence", "police_uk", "kind", "recorded_2017_18"])
        for (code, name, category), count in sorted(totals.items()):
            if count:
                shown = category.capitalize()
                write([code, name, shown, kind_of_code.get(code) or KIND_OF_CATEGORY[category], count])


if __name__ == "__main__":
    if len(sys.argv) != 2:
        raise SystemExit(__doc__)
    offences(Path(sys.argv[1]))
