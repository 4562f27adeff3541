"""The catalogue's file into its table, after every `migrate`: a new edition of the file is a new edition of the table."""

from __future__ import annotations

import csv
from pathlib import Path
from typing import Any

from django.db import transaction

from hmislead.catalogue.models import Standard

FILE = Path(__file__).with_name("standards.csv")
FIELDS = (
    "section",
    "subsection",
    "level",
    "responsible",
    "kind",
    "cadence",
    "label",
    "line",
    "evidence",
    "auto",
)


def read_file() -> list[Standard]:
    """The statements as unsaved rows, in the order of the document."""
    with FILE.open(encoding="utf-8", newline="") as file:
        return [
            Standard(
                id=row["id"],
                position=position,
                **{name: row[name] for name in FIELDS if name != "line"},
                line=int(row["line"]),
            )
            for position, row in enumerate(csv.DictReader(file), start=1)
        ]


@transaction.atomic
def load_standards(**kwargs: Any) -> None:
    """Make the table say what the file says. Writes nothing when it does already."""
    wanted = read_file()
    names = ["position", *FIELDS]
    stored = {row.pk: [getattr(row, name) for name in names] for row in Standard.objects.all()}
    changed = [row for row in wanted if stored.get(row.pk) != [getattr(row, name) for name in names]]
    if changed:
        Standard.objects.bulk_create(changed, update_conflicts=True, unique_fields=["id"], update_fields=names)
    if set(stored) - {row.pk for row in wanted}:
        Standard.objects.exclude(pk__in=[row.pk for row in wanted]).delete()
