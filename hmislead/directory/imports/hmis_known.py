"""What is known here of a source system's records, and which of our rows an unknown record may be."""

from __future__ import annotations

import datetime as dt
from collections import defaultdict
from collections.abc import Iterable, Iterator
from typing import Any, NamedTuple
from uuid import UUID

from django.db import models

from hmislead.directory.hmis_csv.records import ExportHeader, Record
from hmislead.directory.imports.hmis_tables import HmisTable
from hmislead.directory.models import Organization, Project, SourceRecord
from hmislead.tenancy import context

CHUNK = 5_000
Recency = tuple[dt.datetime, dt.datetime]
# Fields by which a row entered by hand is recognized in a record nobody has linked to it yet.
MATCHED_BY: dict[str, tuple[str, ...]] = {
    "Organization": ("name",),
    "Project": ("organization_id", "name"),
    "ProjectCoC": ("project_id", "coc_code"),
    "Funder": ("project_id", "funder", "grant_identifier"),
    "Inventory": ("project_id", "coc_code", "household_type", "starts_on"),
    "HMISParticipation": ("project_id", "kind", "starts_on"),
    "CEParticipation": ("project_id", "starts_on"),
    "Affiliation": ("project_id", "residential_project_id"),
}


class Seen(NamedTuple):
    """What a SourceRecord says."""

    object_id: UUID
    date_updated: dt.datetime | None
    export_date: dt.datetime
    content_hash: str
    deleted_on: dt.date | None

    @property
    def recency(self) -> Recency:
        return (self.date_updated or self.export_date, self.export_date)


def source_system(header: ExportHeader) -> str:
    """The name under which an export's records are kept apart from those of other systems.

    HUD's ImplementationID names the implementation and stays when vendor or version change; with no such id it is the
    software and the source. Capital letters do not matter.
    """
    if header.implementation_id:
        return f"implementation {header.implementation_id}".casefold()[:200]
    source = header.source_id or header.source_name
    return f"software {header.software_name}, source {source}".casefold()[:200]


def in_zone(moment: dt.datetime) -> dt.datetime:
    """A time of the HMIS, which has no zone, in the implementation's zone."""
    return moment.replace(tzinfo=context.current().zone)


def recency_of(record: Record, export_date: dt.datetime) -> Recency:
    """How recent a row is: its DateUpdated, then the ExportDate. Both in the time zone of `export_date`."""
    updated = record.date_updated
    return (updated.replace(tzinfo=export_date.tzinfo) if updated else export_date, export_date)


def seen_records(source: str) -> dict[str, dict[str, Seen]]:
    """Every record of a source system that was ever taken in, by file and id."""
    found: dict[str, dict[str, Seen]] = defaultdict(dict)
    rows = SourceRecord.objects.filter(source_system=source).values_list(
        "file", "external_id", "object_id", "date_updated", "export_date", "content_hash", "deleted_on"
    )
    for file, external_id, object_id, updated, exported, content, deleted in rows.iterator(chunk_size=CHUNK):
        found[file][external_id] = Seen(object_id, updated, exported, content, deleted)
    return found


def rows_by_id(model: type[models.Model], ids: Iterable[UUID], fields: Iterable[str]) -> dict[UUID, dict[str, Any]]:
    """The rows with these keys, as dictionaries."""
    names = list(fields)
    found: dict[UUID, dict[str, Any]] = {}
    for chunk in chunks(list(ids)):
        for row in model._default_manager.filter(pk__in=chunk).values("pk", *names):
            found[row.pop("pk")] = row
    return found


def chunks(items: list[Any]) -> Iterator[list[Any]]:
    for start in range(0, len(items), CHUNK):
        yield items[start : start + CHUNK]


class Matcher:
    """Finds the one row here that a record nobody has linked yet most likely is: same name, or same key facts."""

    def __init__(self, table: HmisTable, parents: set[UUID], linked: set[UUID]) -> None:
        self._names = MATCHED_BY[table.file]
        self._found: dict[tuple[Any, ...], list[UUID]] = defaultdict(list)
        for rows in self._candidates(table, parents):
            for row in rows.values_list("pk", *self._names).iterator(chunk_size=CHUNK):
                if row[0] not in linked:
                    self._found[_key(row[1:])].append(row[0])

    def _candidates(self, table: HmisTable, parents: set[UUID]) -> Iterator[Any]:
        if table.model is Organization:
            yield Organization.objects.filter(merged_into=None)
            return
        parent = "organization_id" if table.model is Project else "project_id"
        for chunk in chunks(list(parents)):
            yield table.model._default_manager.filter(**{f"{parent}__in": chunk})

    def find(self, values: dict[str, Any]) -> tuple[UUID | None, int]:
        """The row with the same key facts, and how many have them. None unless there is exactly one."""
        if not self._found:  # as in a first import, where it would be looked for again and again
            return None, 0
        found = self._found.get(_key([values.get(name) for name in self._names]), [])
        return (found[0] if len(found) == 1 else None), len(found)

    def take(self, object_id: UUID, values: dict[str, Any]) -> None:
        """Two records cannot be the same row."""
        self._found[_key([values.get(name) for name in self._names])].remove(object_id)


def _key(values: Iterable[Any]) -> tuple[Any, ...]:
    return tuple(" ".join(value.split()).casefold() if isinstance(value, str) else value for value in values)
