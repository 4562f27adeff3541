"""What an export says, as plain objects."""

from collections import Counter
from dataclasses import dataclass, field
from datetime import date, datetime

from hmislead.directory.hmis_csv.cells import Value
from hmislead.directory.hmis_csv.problems import Grade, Problem
from hmislead.directory.hmis_csv.spec import EXPORT


@dataclass(frozen=True, slots=True)
class ExportHeader:
    """The one row of Export.csv, without the contact's name. Times are local to the HMIS, without a zone."""

    export_id: str
    export_date: datetime
    start_date: date
    end_date: date
    source_type: int | None
    source_id: str
    source_name: str
    software_name: str
    software_version: str
    csv_version: str
    period_type: int | None
    directive: int | None
    hash_status: int | None
    implementation_id: str

    @property
    def coc_codes(self) -> tuple[str, ...]:
        """Return the CoC codes of SourceID when the source is a CoC's HMIS (SourceType 1), else nothing."""
        if self.source_type != 1:
            return ()
        return tuple(code.strip().upper() for code in self.source_id.split(";") if code.strip())


@dataclass(slots=True)
class Record:
    """One row. `values` holds only what the row says: a column the file lacks, or whose value could not be used, is
    not in it, while a blank is in it as None. So copying `values` never wipes a fact the export is silent about.
    """

    file: str
    line: int
    external_id: str
    # Not in the repr: rows of User.csv name people, and a repr ends up in logs.
    values: dict[str, Value] = field(repr=False)

    def get(self, column: str) -> Value:
        """Return the value of a column, None when the row does not say."""
        return self.values.get(column)

    def text(self, column: str) -> str:
        """Return a text column, "" when the row does not say."""
        value = self.values.get(column)
        return value if isinstance(value, str) else ""

    @property
    def date_updated(self) -> datetime | None:
        """When the row last changed in the HMIS. None: take the ExportDate."""
        value = self.values.get("DateUpdated")
        return value if isinstance(value, datetime) else None

    @property
    def date_deleted(self) -> datetime | None:
        """When the row was deleted in the HMIS; None for a living row."""
        value = self.values.get("DateDeleted")
        return value if isinstance(value, datetime) else None


@dataclass(frozen=True, slots=True)
class ExportFile:
    """One export as read. `records` has a key for each file that was loaded, in the order in which to save them."""

    header: ExportHeader | None
    records: dict[str, list[Record]]
    problems: list[Problem]
    counts: Counter[Grade]
    notes: list[str] = field(default_factory=list)

    @property
    def usable(self) -> bool:
        """True when Export, Organization and Project were loaded: without them nothing can be placed."""
        return self.header is not None and {"Organization", "Project"} <= self.records.keys()

    def loaded(self, file: str) -> bool:
        """True when this file was in the zip and could be read ("Export" included)."""
        return self.header is not None if file == EXPORT else file in self.records
