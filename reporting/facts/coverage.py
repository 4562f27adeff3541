"""Who is bound by which agreement on a day, and who is not (GOV-05..07, GOV-16, MGT-37..42)."""

from __future__ import annotations

import datetime as dt
from collections import Counter, defaultdict
from typing import Any
from uuid import UUID

from django.db.models import QuerySet

from agreements.models import Agreement, AgreementParty, Packet
from agreements.requirements import coc_lead_agreement, end_user_agreement, participation_agreement
from hmislead.compliance.models import State
from hmislead.compliance.registry import Evaluation
from hmislead.directory.models import CoC, Organization
from hmislead.tenancy import settings
from reporting.facts import shared, told
from reporting.facts.implementation import agencies_on
from reporting.facts.results import Day

Facts = dict[str, Any]
FAILING = (State.NOT_MET, State.OVERDUE)
SOON = (30, 60, 90)  # days before its last day in which an agreement is told apart
OWN = (Agreement.Type.PARTICIPATION, Agreement.Type.END_USER, Agreement.Type.COC_LEAD)
METHOD = (
    "An agreement binds from the later of its first day and the day of the last signature, to the day before it was "
    "terminated or to its last day. Several agreements of one agency count together: one that was renewed in time leaves "
    "no gap.",
    "An agency whose projects are all in a comparable database owes no participation agreement, nor does the HMIS Lead. "
    "An end-user agreement counts for each license or once for each person, as your settings say.",
)
WORDS = (
    ("met", "An agreement is in force."),
    ("due_soon", "It is in force and ends soon."),
    ("overdue", "There was one; it has ended."),
    ("not_met", "There has been none."),
    ("not_applicable", "None is owed."),
)


def collect(coc: CoC | None, day: Day, *, by: Any, named: bool) -> Facts:
    """The coverage of the agencies `by` may see, of all CoCs or of one. Contracts, which may name people, only if `named`."""
    rows = _agencies(agencies_on(day, coc, by), day.on)
    owed = [row for row in rows if row["state"] != State.NOT_APPLICABLE]
    bound = [row for row in owed if row["state"] not in FAILING]
    leads = _of_cocs(coc, day.on, by)
    users: Counter[str] = sum((row["users"] for row in rows), Counter())
    return told.facts(
        coc=coc,
        day=day,
        answer=_answer(len(bound), len(owed)),
        more=_more(rows, users),
        bars=[
            ("Participation agreements", dict(Counter(row["state"] for row in rows))),
            ("End-user agreements", dict(users)),
            ("CoC-Lead agreements", dict(Counter(row[1] for row in leads))),
        ],
        tables=[
            _exceptions(rows),
            _all(rows),
            told.table(
                "CoC-Lead agreements",
                ["CoC", told.column("State", told.STATE), told.column("Last day", told.DAY)],
                leads,
                empty="There is no CoC here.",
            ),
            *([_others(coc, day.on, by)] if named else []),
        ],
        method=METHOD,
        words=WORDS,
        standards=("GOV-05", "GOV-06", "GOV-07", "GOV-16", "MGT-37", "MGT-38", "MGT-39", "MGT-40", "MGT-41", "MGT-42"),
    )


def _answer(bound: int, owed: int) -> str:
    if not owed:
        return "No agency owes a participation agreement."
    if bound == owed:
        return f"Each of {shared.count(owed, shared.NOUNS['organization'])} is bound by a participation agreement."
    return f"{bound:,} of {shared.count(owed, shared.NOUNS['organization'])} are bound by a participation agreement."


def _more(rows: list[Facts], users: Counter[str]) -> list[str]:
    asked = sum(users.values()) - users[State.NOT_APPLICABLE]
    covered = asked - sum(users[state] for state in FAILING)
    lines = [f"{covered:,} of {shared.count(asked, shared.NOUNS['license'])} have an end-user agreement in force."]
    counted = Counter(row["within"] for row in rows if row["within"])
    ending = [f"{counted[words]} {words}" for words in _BUCKETS if counted[words]]
    if ending:
        lines.append(f"Participation agreements that end: {', '.join(ending)}.")
    waiting = sum(1 for row in rows if row["signing"])
    if waiting:
        lines.append(f"{shared.count(waiting, shared.NOUNS['organization'])} with one out for signature.")
    outdated = sum(1 for row in rows if row["newer"])
    if outdated:
        lines.append(f"{shared.count(outdated, shared.NOUNS['organization'])} signed an earlier version.")
    return lines


_BUCKETS = tuple(f"within {days} days" for days in SOON)


def _within(last: dt.date | None, on: dt.date) -> str:
    """The shortest of the usual times in which the last day comes; '' for one further off, over, or none."""
    left = (last - on).days if last else -1
    return next((f"within {days} days" for days in SOON if 0 <= left <= days), "")


def _agencies(agencies: QuerySet[Organization], on: dt.date) -> list[Facts]:
    evaluation = Evaluation(as_of=on)
    wanted = agencies.order_by().values("pk")
    judged = {row.pk: row for row in participation_agreement(evaluation).filter(pk__in=wanted)}
    users: dict[UUID, Counter[str]] = defaultdict(Counter)
    found = end_user_agreement(evaluation).filter(organization__in=wanted).order_by()
    for organization, state in found.values_list("organization_id", "result"):
        users[organization][state] += 1
    versions, packets = _versions(wanted, on), _out(wanted, on)
    rows = []
    for agency in agencies.order_by("name"):
        result = judged.get(agency.pk)
        last = result.due_on if result else None
        version, newer = versions.get(agency.pk, ("", ""))
        rows.append(
            {
                "name": agency.name,
                "state": result.result if result else str(State.NOT_APPLICABLE),
                "last": last,
                "within": _within(last, on),
                "version": version,
                "newer": newer,
                "signing": packets.get(agency.pk, ""),
                "users": users[agency.pk],
            }
        )
    return rows


def _versions(organizations: Any, on: dt.date) -> dict[UUID, tuple[str, str]]:
    """By agency: the version of the participation agreement that binds it, and what of it is out of date, in words."""
    mine = Agreement.objects.filter(type=Agreement.Type.PARTICIPATION)
    older = {row.pk: row for row in mine.outdated(on)}
    parties = AgreementParty.objects.filter(
        agreement__in=mine.in_force(on).values("pk"), role=AgreementParty.Role.CHO, organization__in=organizations
    ).select_related("agreement__version__document")
    found: dict[UUID, tuple[str, str]] = {}
    for party in parties.order_by("agreement__effective_on"):
        late = older.get(party.agreement_id)
        newer = ""
        if late is not None:
            newer = f"version {late.newer} is in effect" + (": sign again" if late.sign_again else "")
        assert party.organization_id is not None
        found[party.organization_id] = (str(party.agreement.version or ""), newer)
    return found


def _out(organizations: Any, on: dt.date) -> dict[UUID, str]:
    """By agency: the packet of its participation agreement that is out for signature."""
    packets = Packet.objects.out().filter(type=Agreement.Type.PARTICIPATION, parties__organization__in=organizations)
    rows = packets.filter(parties__role=AgreementParty.Role.CHO, sent_at__date__lte=on)
    return {
        organization: f"{number}, sign by {deadline:%-d %B %Y}"
        for organization, number, deadline in rows.values_list("parties__organization_id", "number", "deadline_on")
    }


def _held(users: Counter[str]) -> str:
    asked = sum(users.values()) - users[State.NOT_APPLICABLE]
    return f"{asked - sum(users[state] for state in FAILING)} of {asked}" if asked else ""


def _exceptions(rows: list[Facts]) -> Facts:
    wanting = [row for row in rows if row["state"] in FAILING or row["within"] or row["newer"]]
    order = {State.NOT_MET: 0, State.OVERDUE: 1}
    wanting.sort(key=lambda row: (order.get(row["state"], 2), row["last"] or dt.date.max, row["name"]))
    return told.table(
        "What needs work",
        [
            "Agency",
            told.column("State", told.STATE),
            told.column("Last day", told.DAY),
            "Ends",
            "In signing",
            "Version",
        ],
        [[row["name"], row["state"], row["last"], row["within"], row["signing"], row["newer"]] for row in wanting],
        lead="Participation agreements that are missing or over, that end within 90 days, or whose text has a newer version.",
        empty="Every participation agreement that is owed is in force, in its latest version, for 90 days and more.",
    )


def _all(rows: list[Facts]) -> Facts:
    return told.table(
        "Agencies",
        [
            "Agency",
            told.column("Participation agreement", told.STATE),
            told.column("Last day", told.DAY),
            "Version signed",
            "End-user agreements in force",
        ],
        [[row["name"], row["state"], row["last"], row["version"], _held(row["users"])] for row in rows],
        lead="“18 of 21” says for how many licenses an end-user agreement is in force.",
        empty="There is no agency here.",
    )


def _of_cocs(coc: CoC | None, on: dt.date, by: Any) -> list[list[Any]]:
    seen = CoC.objects.visible_to(by)
    wanted = seen.filter(pk=coc.pk) if coc else seen
    found = coc_lead_agreement(Evaluation(as_of=on)).filter(pk__in=wanted.values("pk"))
    return [[str(row), row.result, row.due_on] for row in found.order_by("number")]


def _others(coc: CoC | None, on: dt.date, by: Any) -> Facts:
    """Contracts and agreements with partners, of those `by` may read."""
    soon = settings.value("requirements.due_soon_days")
    found = Agreement.objects.visible_to(by).exclude(type__in=OWN).filter(effective_on__lte=on)
    if coc is not None:
        found = found.with_party(coc=coc)
    rows = found.with_standing(on, soon_days=soon).for_list().order_by("type", "ends_on")
    return told.table(
        "Contracts and agreements with partners",
        ["Agreement", "Parties", told.column("State", told.STATE), told.column("Last day", told.DAY)],
        [
            [str(row), ", ".join(sorted({str(party) for party in row.parties.all()})), row.standing, row.ends_on]
            for row in rows
        ],
        empty="None is recorded.",
    )
