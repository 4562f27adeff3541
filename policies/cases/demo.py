"""The demonstration's deviation reports, sanctions and grievances: some in every state."""

from __future__ import annotations

import datetime as dt
from typing import Any

from hmislead.demo.story import Story
from hmislead.directory.models import License, Organization
from policies.cases.models import Deviation, Grievance, Sanction, ViolationClass
from policies.cases.operations import appeals, deviations, grievances, ladder, sanctions

REPORTS = (
    "A password was on a note at a desk.",
    "Two workers used one login in the same week.",
    "A list was left at the printer overnight.",
    "A screen could be read from the waiting room.",
    "A report was sent by ordinary e-mail.",
)
COMPLAINTS = (
    ("client", "privacy", "Nobody told me who can see my data."),
    ("client", "correction", "I asked to see what is written about me and heard nothing."),
    ("advocate", "refusal", "A bed was refused because consent to sharing was not given."),
    ("user", "access", "My license waits for three weeks."),
    ("agency", "service", "The help desk closed our question without an answer."),
    ("client", "privacy", "My data was shared with an agency I do not know."),
)


def plan(story: Story) -> None:
    """The ladder holds since the beginning; cases are read as they stand, not as they were."""
    ladder.load_shipped(by=story.by, starts_on=story.day(365))
    story.at(story.today, lambda: tell(story))


def tell(story: Story) -> None:
    """Everything of today."""
    _deviations(story)
    _sanctions(story)
    _grievances(story)


def _deviations(story: Story) -> None:
    """Received, and late; reviewed; closed as no breach. Those with action follow with their sanctions."""
    made = [
        deviations.report_deviation(
            what=what, by=story.by, anonymous=bool(number % 2), organization=story.chos[number % len(story.chos)]
        )[0]
        for number, what in enumerate(REPORTS[:4])
    ]
    _received(made[1], story, 12)
    _review(made[2], story, "Minor")
    _review(made[3], story, None)
    deviations.close_deviation(
        deviation_id=made[3].pk, text="Nothing was readable.", answer="We looked: it was turned away.", by=story.by
    )


def _received(report: Deviation, story: Story, ago: int) -> None:
    """Reports arrive today; this one came earlier and is late."""
    report.received_on, report.review_by = story.day(ago), story.day(ago - 7)
    report.save(update_fields=["received_on", "review_by", "updated_at"])


def _review(report: Deviation, story: Story, name: str | None) -> None:
    found = ViolationClass.objects.get(name=name) if name else None
    deviations.review_deviation(deviation_id=report.pk, text="We looked into it.", violation_class=found, by=story.by)


def _sanctions(story: Story) -> None:
    """One in every state."""
    licenses = iter(_able(story))
    for do in (_leave, _notify, _take_effect, _appeal, _overturn, _withdraw):
        license = next(licenses, None)
        if license is not None:
            do(story, _propose(story, license))


def _able(story: Story) -> list[License]:
    careful = [holder.license_id for holder in story.holders if holder.care == "good"]
    rows = License.objects.filter(pk__in=careful, state="active").select_related("organization").order_by("pk")
    return list(rows[:6])


def _propose(story: Story, license: License) -> list[Sanction]:
    report, _ = deviations.report_deviation(what=REPORTS[4], by=story.by, organization=license.organization)
    _review(report, story, "Major")
    return sanctions.propose(
        violation_class=ViolationClass.objects.get(name="Major"),
        organization=Organization.objects.get(pk=license.organization_id),
        license=license,
        happened_on=story.day(5),
        summary="A report with data was sent by ordinary e-mail.",
        deviation_id=report.pk,
        by=story.by,
    )


def _leave(story: Story, made: list[Sanction]) -> None:
    """Proposed, as the ladder says."""


def _notify(story: Story, made: list[Sanction]) -> None:
    for each in made:
        sanctions.change(
            sanction_id=each.pk,
            kind=each.kind,
            length_days=each.length_days,
            notice_days=7,
            reason="Time to find a substitute.",
            by=story.by,
        )
        sanctions.notify(sanction_id=each.pk, by=story.by)


def _take_effect(story: Story, made: list[Sanction]) -> None:
    for each in made:
        sanctions.notify(sanction_id=each.pk, by=story.by)


def _appeal(story: Story, made: list[Sanction]) -> None:
    _take_effect(story, made)
    appeals.appeal(sanction_id=made[0].pk, text="The file was protected by a password.", by=story.by)


def _overturn(story: Story, made: list[Sanction]) -> None:
    _appeal(story, made)
    appeals.rule(sanction_id=made[0].pk, ruling="overturned", text="The file was protected indeed.", by=story.by)


def _withdraw(story: Story, made: list[Sanction]) -> None:
    for each in made:
        sanctions.withdraw(sanction_id=each.pk, reason="The report was mistaken.", by=story.by)


def _grievances(story: Story) -> None:
    """From received to closed: each of them goes one step further than the one before."""
    steps = (_acknowledge, _start, _decide, _appeal_decision, _close)
    for number, (complainant, subject, what) in enumerate(COMPLAINTS):
        made, _ = grievances.file_grievance(complainant=complainant, subject=subject, what=what, by=None)
        _came(made, story.day(number * 3))
        for step in steps[:number]:
            step(story, made.pk)
        if number == len(steps):
            grievances.rate(grievance_id=made.pk, satisfaction=4, by=story.by)


def _came(grievance: Grievance, day: dt.date) -> None:
    grievance.received_on = day
    grievance.save(update_fields=["received_on", "updated_at"])


def _acknowledge(story: Story, key: Any) -> None:
    grievances.acknowledge(grievance_id=key, by=story.by)


def _start(story: Story, key: Any) -> None:
    grievances.begin_review(grievance_id=key, text="We asked the agency.", by=story.by)


def _decide(story: Story, key: Any) -> None:
    grievances.decide(
        grievance_id=key, outcome="partly_upheld", decision="You should have been told. You can ask now.", by=story.by
    )


def _appeal_decision(story: Story, key: Any) -> None:
    grievances.appeal(grievance_id=key, text="It still is not explained.", by=story.by)


def _close(story: Story, key: Any) -> None:
    grievances.close(grievance_id=key, decision="Here is the list of agencies, explained.", by=story.by)
