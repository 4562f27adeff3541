"""What the report about one agency says, as plain facts. Nothing in it that `by` may not see.

With `named` false it holds numbers alone: the version for CoC staff.
"""

from __future__ import annotations

import datetime as dt
from collections import defaultdict
from typing import Any
from uuid import UUID

from django.db.models import Q

from agreements.models import Agreement
from hmislead.compliance import grid, registry
from hmislead.compliance.models import FAILING, State
from hmislead.compliance.registry import Requirement
from hmislead.directory.models import Contact, License, Organization, Participation, Person, Signatory
from hmislead.directory.querysets import running
from hmislead.tenancy import settings
from hmislead.web import states
from reporting.facts import shared
from reporting.facts.results import Access, Day, Result, access_of, may_use, results, standing_licenses, state_on
from training.standing import CODES as TRAINING

Facts = dict[str, Any]


def collect(organization: Organization, day: Day, *, by: Any, named: bool) -> Facts:
    """The facts of one agency on a day as `by` may see them."""
    only = Organization.objects.filter(pk=organization.pk)
    cells = grid.cells_on(day.on if day.is_past else None, only)
    lines = [each for each in grid.requirements_of_agencies() if (organization.pk, each.code) in cells]
    mine = {each.code: cells[organization.pk, each.code] for each in lines}
    people = _people(day, only, by, named)
    rows = _results(day, organization, by)
    dates = shared.dates_by_agency(day, only)
    holds, asked = shared.meets(mine.values())
    return {
        "agency": organization.name,
        "cocs": _cocs(organization, day, by),
        "named": named,
        "holds": holds,
        "asked": asked,
        "requirements": _requirements(lines, mine, rows, dates, organization.pk),
        "todo": _todo(lines, mine, rows, dates, organization.pk, named),
        **people,
        "training": _training(lines, mine),
        "training_people": _training_people(lines, rows) if named else [],
        "agreements": _agreements(organization, day, by) if named else None,
        "contacts": _contacts(organization, day, by, named),
        "signatories": _signatories(organization, day, by) if named else None,
        "trend": shared.trend(day, by, Q(organization=organization), organization.name),
        "standards": shared.standards_of(lines),
    }


def _cocs(organization: Organization, day: Day, by: Any) -> list[str]:
    taken = Participation.objects.visible_to(by).filter(running(day.on), organization=organization)
    return sorted({str(row.coc) for row in taken.select_related("coc")})


def _results(day: Day, organization: Organization, by: Any) -> list[Result]:
    """The agency's own results, and those of its people as far as `by` sees them."""
    only = Organization.objects.filter(pk=organization.pk)
    people = standing_licenses(day, only).values("person_id")
    about = Q(organization=organization) | Q(subject_kind="person", person__in=people)
    return results(day, about, by=by)


def _requirements(
    lines: list[Requirement], mine: dict[str, grid.Cell], rows: list[Result], dates: Any, pk: UUID
) -> list[Facts]:
    own = {row.requirement: row for row in rows if row.subject_kind == "organization"}
    return [
        {
            "title": each.title,
            "state": mine[each.code].worst,
            "words": shared.words_of(mine[each.code], each),
            "evidence": _evidence(mine[each.code], own.get(each.code), dates[pk, each.code]),
            "due_on": own[each.code].due_on if each.code in own else dates[pk, each.code].due_on,
            "blocks": each.blocks,
            "standards": list(each.standards),
        }
        for each in lines
    ]


def _evidence(cell: grid.Cell, own: Result | None, dates: shared.Dates) -> str:
    """The note of the agency's own result; for people and licenses how many stand where."""
    if own is not None:
        return own.note
    return _parts(cell) if shared.counted(cell) else dates.not_asked


def _parts(cell: grid.Cell) -> str:
    """The states of a requirement's subjects, the ones that hold left out: "2 overdue, 1 due soon"."""
    told = [state for state in grid.WORST if state != State.MET and cell.counts.get(state)]
    return ", ".join(f"{cell.counts[state]} {states.sign(state).word}" for state in told)


def _todo(
    lines: list[Requirement], mine: dict[str, grid.Cell], rows: list[Result], dates: Any, pk: UUID, named: bool
) -> list[Facts]:
    """What to do next: one row a requirement and state, the earliest date first; what is failing without a date is
    for now."""
    names = _names(rows) if named else {}
    found = []
    for each in lines:
        for state in (State.OVERDUE, State.NOT_MET, State.DUE_SOON):
            number = mine[each.code].counts.get(state, 0)
            if number:
                same = [row for row in rows if row.requirement == each.code and row.state == state]
                due = _due(same) if same else dates[pk, each.code].due_in.get(state)
                found.append(
                    {
                        "due_on": due,
                        "state": str(state),
                        "title": each.title,
                        "what": each.fix,
                        "who": _who(each, number, same, names),
                    }
                )
    told = shared.together(found, "title", ("due_on", "state", "what", "who"))
    return sorted(told, key=lambda row: (row["due_on"] is not None, row["due_on"] or dt.date.min, row["title"]))


def _due(same: list[Result]) -> dt.date | None:
    return min((row.due_on for row in same if row.due_on), default=None)


def _who(requirement: Requirement, number: int, same: list[Result], names: dict[UUID, str]) -> str:
    if requirement.subject == "organization":
        return "The agency"
    told = sorted({names[row.person_id] for row in same if row.person_id in names})
    return ", ".join(told) if told else shared.count(number, shared.NOUNS[requirement.subject])


def _names(rows: list[Result]) -> dict[UUID, str]:
    """Names of the people these results are about; the rows came through `visible_to`."""
    wanted = {row.person_id for row in rows if row.person_id}
    return {person.pk: str(person) for person in Person.objects.filter(pk__in=wanted)}


def _people(day: Day, only: Any, by: Any, named: bool) -> Facts:
    """How many people may use the HMIS and why the others may not; each of them only if `named`."""
    licenses = list(standing_licenses(day, only).select_related("person"))
    gates = access_of(day, licenses)
    may_not = [row for row in licenses if not may_use(row, gates[row.pk], day)]
    reasons: dict[str, int] = defaultdict(int)
    for row in may_not:
        for reason in _why(row, gates[row.pk], day):
            reasons[reason] += 1
    found: Facts = {
        "people": len(licenses),
        "may_not": len(may_not),
        "reasons": sorted(([title, n] for title, n in reasons.items()), key=lambda pair: (-pair[1], pair[0])),
        "access": [],
    }
    if named:
        seen = set(License.objects.visible_to(by).filter(pk__in=[row.pk for row in licenses]).values_list("pk"))
        told = [_access(row, gates[row.pk], day) for row in licenses if (row.pk,) in seen]
        found["access"] = sorted(told, key=lambda row: (row["may_use"], row["name"].lower()))
    return found


def _access(license: License, access: Access, day: Day) -> Facts:
    allowed = may_use(license, access, day)
    until = access.lapses_on - dt.timedelta(days=1) if allowed and access.lapses_on else None
    return {
        "name": str(license.person),
        "license": state_on(license, day),
        "may_use": allowed,
        "until": until,
        "why": [] if allowed else _why(license, access, day),
    }


def _why(license: License, access: Access, day: Day) -> list[str]:
    """Our own decision, then what the gate lacks."""
    own = {
        License.State.REQUESTED: "Not activated yet",
        License.State.BLOCKED: "The request is on hold",
        License.State.SUSPENDED: "The license is suspended",
    }
    decided = own.get(License.State(state_on(license, day)))
    missing = [registry.REQUIREMENTS[code].title for code in access.reasons]
    return [*([decided] if decided else []), *missing] or ["Not checked yet"]


def _training(lines: list[Requirement], mine: dict[str, grid.Cell]) -> list[Facts]:
    return [
        {
            "title": each.title,
            "counts": {str(state): mine[each.code].counts.get(state, 0) for state in grid.WORST},
            "total": shared.counted(mine[each.code]),
        }
        for each in lines
        if each.code in TRAINING
    ]


def _training_people(lines: list[Requirement], rows: list[Result]) -> list[Facts]:
    """Each person with the state and date of each training, in the order of `_training`."""
    names = _names(rows)
    asked = [each.code for each in lines if each.code in TRAINING]
    by_person: dict[UUID, dict[str, Facts]] = defaultdict(dict)
    for row in rows:
        if row.requirement in asked and row.person_id in names:
            by_person[row.person_id][row.requirement] = {"state": row.state, "due_on": row.due_on}
    told = [
        {"name": names[person], "results": [found.get(code) for code in asked]} for person, found in by_person.items()
    ]
    return sorted(told, key=lambda row: row["name"].lower())


def _agreements(organization: Organization, day: Day, by: Any) -> list[Facts]:
    """The agency's agreements but those of its users, with how they stand on the day."""
    soon = settings.value("requirements.due_soon_days", on=day.on)
    rows = Agreement.objects.visible_to(by).of_agency(organization).exclude(type="end_user")
    rows = rows.filter(effective_on__lte=day.on) if day.is_past else rows
    return [
        {
            "title": str(row),
            "type": row.get_type_display(),
            "standing": row.standing,
            "effective_on": row.effective_on,
            "ends_on": earlier_end(row),
            "signed_on": row.signed_on,
        }
        for row in rows.with_standing(day.on, soon_days=soon).order_by("-effective_on", "pk")
    ]


def earlier_end(row: Agreement) -> dt.date | None:
    """The last day an agreement binds: its own, or the day before it was terminated."""
    cut = row.terminated_on - dt.timedelta(days=1) if row.terminated_on else None
    return shared.earliest(row.ends_on, cut)


def _contacts(organization: Organization, day: Day, by: Any, named: bool) -> list[Facts]:
    """Who is named for each function and when that was last re-affirmed; without the names if not `named`."""
    rows = Contact.objects.visible_to(by).filter(running(day.on), organization=organization, affirmed_on__lte=day.on)
    held = list(rows.select_related("person"))
    told = [
        {
            "function": row.get_function_display(),
            "name": str(row.person) if named else "Named",
            "affirmed_on": row.affirmed_on,
        }
        for row in held
    ]
    missing = set(settings.value("contacts.required", on=day.on)) - {row.function for row in held}
    labels = dict(Contact.Function.choices)
    told += [
        {"function": labels[code], "name": "Nobody is named", "affirmed_on": None}
        for code in Contact.Function.values
        if code in missing
    ]
    return told


def _signatories(organization: Organization, day: Day, by: Any) -> list[Facts]:
    rows = Signatory.objects.visible_to(by).filter(running(day.on), organization=organization).select_related("person")
    return [{"name": str(row.person), "title": row.title, "basis": row.basis} for row in rows]


def sentence(facts: Facts) -> str:
    """The answer in one sentence."""
    return (
        f"{facts['agency']} meets {facts['holds']} of {shared.count(facts['asked'], ('requirement', 'requirements'))}."
    )


def failing(facts: Facts) -> list[Facts]:
    """Its requirements that do not hold."""
    return [row for row in facts["requirements"] if row["state"] in FAILING]
