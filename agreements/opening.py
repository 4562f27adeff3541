"""Agreements from a spreadsheet: read against what is on record, written in few statements."""

from __future__ import annotations

from collections import defaultdict
from dataclasses import dataclass
from typing import Any
from uuid import UUID

from agreements import policy
from agreements.models import Agreement, AgreementParty
from agreements.operations import recheck_parties
from agreements.parties import LEAD_NEEDED, SUBJECT, PartyData, Role, Type, rows_of, subject_of, the_lead
from hmislead.directory.models import CoC, Organization, OrganizationRole, Person
from hmislead.errors import DomainError
from hmislead.jobs import progress
from hmislead.opening.loaders import ColumnGuide, Loader, Plan, Row, Rows
from hmislead.tenancy import settings

COLUMNS = (
    ColumnGuide("type", "participation, end_user, coc_lead, vendor or data_use.", "participation", required=True),
    ColumnGuide("coc", "The CoC's number, for CoC-Lead agreements."),
    ColumnGuide("agency", "The agency's name as it stands in the list of agencies.", "Harbor House"),
    ColumnGuide("person_email", "The person's e-mail address, for end-user agreements; with the agency."),
    ColumnGuide("signed_on", "Day of the last signature. May be empty for old papers.", "2025-06-20", is_date=True),
    ColumnGuide("effective_on", "First day.", "2025-07-01", required=True, is_date=True),
    ColumnGuide("ends_on", "Last day. Empty: until further notice.", "2027-06-30", is_date=True),
    ColumnGuide("signed_by", "Name and title of who signed for them.", "Dana Whitfield, director"),
    ColumnGuide("title", "Only if the paper has a name of its own."),
)
TYPES = {value.casefold(): value for value in Type.values} | {label.casefold(): value for value, label in Type.choices}


@dataclass(frozen=True)
class Item:
    """One agreement to be written."""

    type: str
    title: str
    dates: tuple[Any, Any, Any]  # signed, effective, last day
    parties: tuple[PartyData, ...]


class Known:
    """What the rows are compared with, read in a handful of queries however many rows there are."""

    def __init__(self, by: Any) -> None:
        self.cocs = dict(CoC.objects.visible_to(by).values_list("number", "pk"))
        people = Person.objects.visible_to(by).current().exclude(email="")
        self.people = {email.casefold(): key for email, key in people.values_list("email", "pk")}
        self.agencies: dict[str, set[UUID]] = defaultdict(set)
        for key, *names in Organization.objects.visible_to(by).current().values_list("pk", "name", "common_name"):
            for name in filter(None, names):
                self.agencies[" ".join(name.casefold().split())].add(key)
        self.roles = set(OrganizationRole.objects.values_list("organization_id", "role"))
        self.keys = {
            (row.agreement.type, row.coc_id, row.organization_id, row.person_id, row.agreement.effective_on)
            for row in AgreementParty.objects.exclude(role=Role.LEAD)
            .filter(agreement__terminated_on=None)
            .select_related("agreement")
        }
        try:
            self.lead: UUID | None = the_lead().pk
        except DomainError as error:
            self.lead, self.no_lead = None, error.message


def plan(rows: Rows, by: Any) -> Plan:
    """What would be added. The same agreement (type, party, first day) is never added twice."""
    known, found = Known(by), Plan(problems=rows.problems)
    for row in progress.counted(rows.rows):
        item = _item(rows, row, known)
        if item is None:
            continue
        subject = subject_of(item.type, item.parties)
        key = (item.type, subject.coc_id, subject.organization_id, subject.person_id, item.dates[1])
        if key in known.keys:
            found.same += 1
        else:
            known.keys.add(key)
            found.add.append(item)
    return found


def _item(rows: Rows, row: Row, known: Known) -> Item | None:
    kind = TYPES.get(row.text("type").casefold())
    if kind is None:
        rows.leave_out(row, "type", "This is no type of agreement.", "Write one of: " + ", ".join(Type.values) + ".")
        return None
    subject = _subject(rows, row, kind, known)
    if subject is None or not _dates_are_right(rows, row):
        return None
    parties = [subject]
    if kind in LEAD_NEEDED:
        if known.lead is None:
            rows.leave_out(row, "type", known.no_lead, "Then upload the file again.")
            return None
        parties.append(PartyData(Role.LEAD, organization_id=known.lead))
    dates = (row.values.get("signed_on"), row.values["effective_on"], row.values.get("ends_on"))
    return Item(kind, row.text("title")[:200], dates, tuple(parties))


def _subject(rows: Rows, row: Row, kind: str, known: Known) -> PartyData | None:
    """The party a row is about, or None after saying what is wrong."""
    role, signed_by = SUBJECT[Type(kind)], row.text("signed_by")[:150]
    if kind == Type.COC_LEAD:
        coc = known.cocs.get(row.text("coc").upper())
        if coc is None:
            rows.leave_out(row, "coc", "No CoC here has this number.", "Write it as OH-504, or add the CoC first.")
            return None
        return PartyData(role, coc_id=coc, signed_by=signed_by)
    agency = _agency(rows, row, kind, known)
    if agency is None:
        return None
    if kind != Type.END_USER:
        return PartyData(role, organization_id=agency, signed_by=signed_by)
    person = known.people.get(row.text("person_email").casefold())
    if person is None:
        fix = "Correct the address, or add the person first."
        rows.leave_out(row, "person_email", "Nobody here has this e-mail address.", fix)
        return None
    return PartyData(role, organization_id=agency, person_id=person, signed_by=signed_by)


def _agency(rows: Rows, row: Row, kind: str, known: Known) -> UUID | None:
    found = known.agencies.get(row.text("agency").casefold(), set())
    if len(found) != 1:
        message = "Several agencies have this name." if found else "No agency here has this name."
        rows.leave_out(row, "agency", message, "Write the name as it stands in the list of agencies.")
        return None
    agency = next(iter(found))
    wanted = {Type.PARTICIPATION: "cho", Type.VENDOR: "vendor"}.get(Type(kind))
    if wanted and (agency, wanted) not in known.roles:
        label = OrganizationRole.Role(wanted).label
        rows.leave_out(row, "agency", f"This agency does not have the role {label}.", "Give it that role first.")
        return None
    return agency


def _dates_are_right(rows: Rows, row: Row) -> bool:
    signed, effective, ends = (row.values.get(name) for name in ("signed_on", "effective_on", "ends_on"))
    wrong = {
        "ends_on": ends is not None and ends < effective,
        "signed_on": signed is not None and (signed > settings.today() or (ends is not None and signed > ends)),
    }
    messages = {
        "ends_on": "The last day comes before the first.",
        "signed_on": "The day of signing lies ahead, or after the last day.",
    }
    for column in (name for name, is_wrong in wrong.items() if is_wrong):
        rows.leave_out(row, column, messages[column], "Check the days in this row.")
    return not any(wrong.values())


def save(items: list[Item], by: Any, carried_over: bool) -> None:
    """Write all agreements and their parties, and check again whoever they are about."""
    user = by if getattr(by, "pk", None) else None
    agreements = [
        Agreement(
            type=item.type,
            title=item.title,
            signed_on=item.dates[0],
            effective_on=item.dates[1],
            ends_on=item.dates[2],
            carried_over=carried_over,
            recorded_by=user,
        )
        for item in items
    ]
    Agreement.objects.bulk_create(agreements, batch_size=1000)
    parties = [
        party for agreement, item in zip(agreements, items, strict=True) for party in rows_of(agreement, item.parties)
    ]
    AgreementParty.objects.bulk_create(parties, batch_size=1000)
    progress.step("Checking whoever they are about")
    recheck_parties(parties)


LOADER = Loader(
    kind="agreements",
    title="Load agreements from a spreadsheet",
    lead="One row for each agreement. Papers can be added to each agreement later.",
    columns=COLUMNS,
    plan=plan,
    save=save,
    may=policy.can_load,
    list_url="agreements:agreement-list",
)
