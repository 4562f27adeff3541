"""Who has acknowledged the policies in effect, with their quiz where there is one, and who owes it (POL-52..54)."""

from __future__ import annotations

import datetime as dt
from collections import Counter, defaultdict
from functools import partial
from typing import Any
from uuid import UUID

from django.db import connection
from django.db.models import QuerySet

from hmislead.compliance.models import State
from hmislead.directory.models import CoC, Contact, License, Organization, Person
from hmislead.directory.querysets import running
from hmislead.documents.models import DocumentVersion
from hmislead.tenancy import settings
from policies import duties
from policies.models import PolicySetting
from reporting.facts import shared, told
from reporting.facts.implementation import agencies_on
from reporting.facts.results import Day

Facts = dict[str, Any]
FAILING = (State.NOT_MET, State.OVERDUE)


def collect(coc: CoC | None, day: Day, *, by: Any, named: bool) -> Facts:
    """The duties of everybody at the agencies `by` may see; people by name only if `named`."""
    agencies = agencies_on(day, coc, by)
    places = _places(agencies, day.on)
    owed = [row for row in _duties(day.on) if row["person"] in places]
    rules = {
        rule.pk: rule for rule in PolicySetting.objects.select_related("document", "quiz").order_by("document__title")
    }
    by_rule: dict[UUID, Counter[str]] = defaultdict(Counter)
    for row in owed:
        by_rule[row["rule"]][row["state"]] += 1
    good = sum(1 for row in owed if row["state"] not in FAILING)
    tables = [_policies(rules, by_rule), _agencies(agencies, places, owed)]
    if named:
        tables.append(_people(agencies, places, owed, rules, by))
    return told.facts(
        coc=coc,
        day=day,
        answer=_answer(good, len(owed)),
        bars=[(rule.document.title, dict(by_rule[key])) for key, rule in rules.items() if key in by_rule],
        tables=tables,
        method=(
            "Whoever has a license, or leads an agency, acknowledges the version that is in effect in the CoCs of their "
            f"agencies: before the first access where the rule says so, and again every {duties.MONTHS} months where it says "
            "so. After a new version there are some days of grace, by your settings. Where a quiz belongs to a policy, only "
            "who has passed it can acknowledge.",
            "A person at several agencies is counted at each of them, and once for each policy.",
        ),
        words=(
            ("met", "The version in effect is acknowledged."),
            ("due_soon", "It is acknowledged, or in its days of grace, and due again soon."),
            ("overdue", "The time to acknowledge it has passed."),
            ("not_met", "It was never acknowledged, and is owed before access."),
        ),
        standards=("POL-52", "POL-53", "POL-54"),
    )


def _answer(good: int, number: int) -> str:
    if not number:
        return "Nobody owes an acknowledgement."
    return f"{good:,} of {shared.count(number, ('acknowledgement', 'acknowledgements'))} that are owed are in order."


def _duties(on: dt.date) -> list[Facts]:
    """Each person's duty to each policy on a day, judged as the nightly check judges it."""
    soon = on + dt.timedelta(days=settings.value("requirements.due_soon_days", on=on))
    with connection.cursor() as cursor:
        cursor.execute(duties.DUTIES, duties.values(partial(settings.value, on=on), on) | {"only": None})
        rows = cursor.fetchall()
    return [
        {
            "person": person,
            "rule": rule,
            "version": version,
            "accepted_on": accepted,
            "due_on": expires,
            "state": _state(accepted, expires, on, soon),
        }
        for person, rule, _blocks, version, _since, accepted, expires in rows
    ]


def _state(accepted: dt.date | None, expires: dt.date | None, on: dt.date, soon: dt.date) -> str:
    if expires is None:
        return str(State.MET if accepted else State.NOT_MET)
    return str(State.OVERDUE if expires < on else State.DUE_SOON if expires <= soon else State.MET)


def _places(agencies: QuerySet[Organization], on: dt.date) -> dict[UUID, set[UUID]]:
    """The agencies of each person who has a license or leads one. Ids only: the caller narrows the agencies."""
    wanted = agencies.order_by().values("pk")
    licenses = License.objects.living_on(on).filter(organization__in=wanted).values_list("person_id", "organization_id")
    leads = Contact.objects.filter(running(on), function="agency_lead", organization__in=wanted)
    found: dict[UUID, set[UUID]] = defaultdict(set)
    for person, agency in [*licenses, *leads.values_list("person_id", "organization_id")]:
        found[person].add(agency)
    return found


def _policies(rules: dict[UUID, PolicySetting], by_rule: dict[UUID, Counter[str]]) -> Facts:
    number = told.NUMBER
    return told.table(
        "By policy",
        [
            "Policy", "Who", "Quiz", "Every year", told.column("Owed", number), told.column("In order", number),
            told.column("Due soon", number), told.column("Overdue", number), told.column("Never", number),
        ],
        [
            [
                rule.document.title, rule.audience_words, str(rule.quiz or "No"), "Yes" if rule.yearly else "No",
                sum(counts.values()), counts["met"] + counts["due_soon"], counts["due_soon"], counts["overdue"],
                counts["not_met"],
            ]
            for rule, counts in ((rule, by_rule[key]) for key, rule in rules.items())
        ],
        empty="No policy asks for an acknowledgement.",
    )  # fmt: skip


def _agencies(agencies: QuerySet[Organization], places: dict[UUID, set[UUID]], owed: list[Facts]) -> Facts:
    counts: dict[UUID, Counter[str]] = defaultdict(Counter)
    for row in owed:
        for agency in places[row["person"]]:
            counts[agency][row["state"]] += 1
    number = told.NUMBER
    return told.table(
        "By agency",
        [
            "Agency", told.column("Owed", number), told.column("In order", number), told.column("Due soon", number),
            told.column("Overdue", number), told.column("Never", number),
        ],
        [
            [
                agency.name, sum(mine.values()), mine["met"] + mine["due_soon"], mine["due_soon"], mine["overdue"],
                mine["not_met"],
            ]
            for agency, mine in ((agency, counts[agency.pk]) for agency in agencies.order_by("name"))
            if mine
        ],
        empty="Nobody here owes an acknowledgement.",
    )  # fmt: skip


def _people(
    agencies: QuerySet[Organization],
    places: dict[UUID, set[UUID]],
    owed: list[Facts],
    rules: dict[UUID, PolicySetting],
    by: Any,
) -> Facts:
    """Who is not in order, of the people `by` may see."""
    wanting = [row for row in owed if row["state"] in (*FAILING, State.DUE_SOON)]
    people = Person.objects.visible_to(by).in_bulk({row["person"] for row in wanting})
    names = dict(agencies.values_list("pk", "name"))
    versions = DocumentVersion.objects.in_bulk({row["version"] for row in wanting})
    rows = [
        [
            str(people[row["person"]]),
            ", ".join(sorted(names[agency] for agency in places[row["person"]])),
            f"{rules[row['rule']].document.title}, version {versions[row['version']].number}",
            row["state"],
            row["accepted_on"],
            row["due_on"],
        ]
        for row in wanting
        if row["person"] in people
    ]
    return told.table(
        "Who owes what",
        [
            "Person", "Agency", "Policy", told.column("State", told.STATE), told.column("Acknowledged", told.DAY),
            told.column("Due", told.DAY),
        ],
        sorted(rows, key=lambda row: (row[5] or dt.date.min, row[0])),
        empty="Everybody is in order.",
    )  # fmt: skip
