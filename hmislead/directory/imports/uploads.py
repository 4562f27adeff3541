"""Files on their way in: checked, cut down to what may be kept, stored."""

from __future__ import annotations

import tempfile
import zipfile
from typing import IO, Any, BinaryIO

from django.core.files import File

from hmislead.directory.hmis_csv.archive import open_archive
from hmislead.directory.hmis_csv.spec import EXPORT
from hmislead.directory.tabular.tables import MAX_BYTES, Table, read_table
from hmislead.errors import RefusedFile
from hmislead.files.checks import check_upload
from hmislead.files.models import StoredFile
from hmislead.files.operations import store_file

MAX_EXPORT_BYTES = 1_000_000_000
IN_MEMORY = 10_000_000
NO_EXPORT = (
    "This zip has no Export.csv, so it is not an HMIS CSV export. Upload the zip your HMIS made. Nothing was kept."
)


def keep_export(file: File[bytes], *, name: str, by: Any) -> StoredFile:
    """Store the project-level files of an HMIS CSV zip, and nothing else of it.

    Files about clients are never unpacked and never kept. Raises RefusedFile for a zip that is hostile or no export.
    """
    stream: Any = file.file
    checked = check_upload(stream, name=name, allowed={"zip"}, max_bytes=MAX_EXPORT_BYTES)
    with tempfile.SpooledTemporaryFile(max_size=IN_MEMORY) as cut:
        _copy_project_level(stream, cut)
        return store_file(
            file=File(cut, name=checked.name),
            permission="import_data",
            by=by,
            name=checked.name,
            allowed={"zip"},
            max_bytes=MAX_EXPORT_BYTES,
            own_readable=False,
        )


def _copy_project_level(source: BinaryIO, target: IO[bytes]) -> None:
    source.seek(0)
    with open_archive(source) as archive, zipfile.ZipFile(target, "w", zipfile.ZIP_DEFLATED) as made:
        if EXPORT not in archive.names:
            raise RefusedFile(NO_EXPORT)
        for name in archive.names:
            made.writestr(f"{name}.csv", archive.read(name))
    target.seek(0)


def keep_roster(file: File[bytes], *, name: str, by: Any) -> tuple[StoredFile, Table]:
    """Store a roster (CSV or .xlsx) that can be read as a table, and return both. Raises RefusedFile."""
    kinds = {"csv", "xlsx", "txt"}
    stream: Any = file.file
    checked = check_upload(stream, name=name, allowed=kinds, max_bytes=MAX_BYTES)
    file.seek(0)
    table = read_table(stream, checked.name)
    if not table.rows:
        raise RefusedFile("This list has no rows below the names of its columns. Upload a list with people in it.")
    stored = store_file(
        file=file,
        permission="import_data",
        by=by,
        name=checked.name,
        allowed=kinds,
        max_bytes=MAX_BYTES,
        own_readable=False,
    )
    return stored, table


def open_table(stored: StoredFile) -> Table:
    """The table of a stored roster. Raises RefusedFile."""
    stream: Any
    with stored.content.open("rb") as stream:
        return read_table(stream, stored.name)
