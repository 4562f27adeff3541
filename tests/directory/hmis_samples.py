"""Builders of synthetic HMIS CSV exports. Every name, address and number is invented."""

import csv
import io
import zipfile
from collections.abc import Callable

from hmislead.directory.hmis_csv.spec import FILES, load_spec

Rows = list[dict[str, str]]
Export = dict[str, Rows]

STAMPS = {
    "DateCreated": "2024-01-05 09:00:00",
    "DateUpdated": "2026-02-03 10:30:00",
    "UserID": "u-nobody-knows",
    "ExportID": "E1",
}


def columns(file: str) -> list[str]:
    """Return the columns of one file in HUD's order."""
    return [column.name for column in load_spec().files[file]]


def row(file: str, **values: str) -> dict[str, str]:
    """Return a row of one file: the given values, the usual stamps, blanks elsewhere."""
    known = STAMPS | values
    return {name: known.get(name, "") for name in columns(file)}


def export_row(**values: str) -> dict[str, str]:
    """Return the row of Export.csv."""
    usual = {
        "ExportID": "E1",
        "SourceType": "1",
        "SourceID": "OH-504",
        "ExportDate": "2026-03-01 06:00:00",
        "ExportStartDate": "2025-10-01",
        "ExportEndDate": "2026-02-28",
        "SoftwareName": "Invented HMIS",
        "CSVVersion": "2026 v1.0",
        "ExportPeriodType": "3",
        "ExportDirective": "2",
        "HashStatus": "1",
        "ImplementationID": "invented",
    }
    return row("Export", **(usual | values))


def participation_rows(number: int, project: str, start: str) -> Export:
    """Return a project's HMIS and Coordinated Entry participation from a day on."""
    return {
        "HMISParticipation": [
            row(
                "HMISParticipation",
                HMISParticipationID=f"H{number}",
                ProjectID=project,
                HMISParticipationType="1",
                HMISParticipationStatusStartDate=start,
            )
        ],
        "CEParticipation": [
            row(
                "CEParticipation",
                CEParticipationID=f"X{number}",
                ProjectID=project,
                AccessPoint="0",
                ReceivesReferrals="1",
                CEParticipationStatusStartDate=start,
            )
        ],
    }


def project_rows(number: int, organization: str = "O1") -> Export:
    """Return one emergency shelter with everything that hangs on it."""
    project = f"P{number}"
    start = "2020-07-01"
    return participation_rows(number, project, start) | {
        "Project": [
            row(
                "Project",
                ProjectID=project,
                OrganizationID=organization,
                ProjectName=f"Shelter {number}",
                OperatingStartDate=start,
                ContinuumProject="1",
                ProjectType="0",
                HousingType="1",
            )
        ],
        "ProjectCoC": [
            row(
                "ProjectCoC",
                ProjectCoCID=f"C{number}",
                ProjectID=project,
                CoCCode="OH-504",
                Geocode="390001",
                ZIP="44503",
            )
        ],
        "Funder": [row("Funder", FunderID=f"F{number}", ProjectID=project, Funder="8", GrantID="G-1", StartDate=start)],
        "Inventory": [
            row(
                "Inventory",
                InventoryID=f"I{number}",
                ProjectID=project,
                CoCCode="OH-504",
                HouseholdType="1",
                Availability="1",
                ESBedType="1",
                UnitInventory="10",
                BedInventory="24",
                InventoryStartDate=start,
            )
        ],
    }


def export(projects: int = 2) -> Export:
    """Return a whole clean export with one organization: nothing in it is a problem."""
    made: Export = {name: [] for name in FILES}
    made["Export"] = [export_row()]
    made["Organization"] = [
        row(
            "Organization", OrganizationID="O1", OrganizationName='Harbor "Light" Home, Inc.', VictimServiceProvider="0"
        )
    ]
    made["User"] = [row("User", UserID="U1", UserFirstName="Zoë", UserLastName="Müller", UserEmail="zoe@example.org")]
    for number in range(1, projects + 1):
        for name, rows in project_rows(number).items():
            made[name].extend(rows)
    return made


def csv_bytes(
    rows: Rows, header: list[str], encoding: str = "utf-8", newline: str = "\n", spell: Callable[[str], str] = str
) -> bytes:
    """Return a CSV with these columns in this order. `spell` changes how a column name is written."""
    out = io.StringIO(newline="")
    writer = csv.writer(out, lineterminator=newline)
    writer.writerow([spell(name) for name in header])
    writer.writerows([values.get(name, "") for name in header] for values in rows)
    return out.getvalue().encode(encoding)


def members(made: Export, encoding: str = "utf-8", newline: str = "\n") -> dict[str, bytes]:
    """Return the CSV files of an export, by their name in the zip."""
    return {f"{name}.csv": csv_bytes(rows, columns(name), encoding, newline) for name, rows in made.items()}


def zip_of(files: dict[str, bytes], compression: int = zipfile.ZIP_DEFLATED) -> io.BytesIO:
    """Return a zip of these files."""
    out = io.BytesIO()
    with zipfile.ZipFile(out, "w", compression) as made:
        for name, data in files.items():
            made.writestr(name, data)
    out.seek(0)
    return out


def export_zip(made: Export | None = None) -> io.BytesIO:
    """Return an export as the zip an HMIS makes."""
    return zip_of(members(made or export()))
