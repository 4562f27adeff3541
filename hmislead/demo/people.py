"""The demonstration's licenses through the year: taken over, asked for, suspended, left; and what rosters showed."""

from __future__ import annotations

import datetime as dt
from functools import partial
from typing import Any

from django.core.files.base import ContentFile
from django.utils import timezone

from hmislead.compliance import waivers
from hmislead.demo.agencies import person
from hmislead.demo.story import Holder, Story
from hmislead.directory.imports import operations as imports
from hmislead.directory.imports.roster_operations import map_roster
from hmislead.directory.models import Person
from hmislead.directory.operations import departures, license_requests, licenses
from hmislead.directory.tabular.mapping import RosterMapping

PEOPLE, LICENSES = 700, 900
CARE = ("good",) * 82 + ("late",) * 10 + ("lapsed",) * 6 + ("never",) * 2
ROLES = ("Case manager", "Intake worker", "Agency administrator", "Read only")


def plan(story: Story) -> None:
    """Licenses first, then what happens to them."""
    holders = _licenses(story)
    _endings(story, holders)
    _open_requests(story)
    _rosters(story)
    _waivers(story)


def _licenses(story: Story) -> list[Holder]:
    goal_people, goal = (14, 16) if story.small else (PEOPLE, LICENSES)
    pool = list(story.people)
    while len(story.people) < goal_people:
        pool.append(person(story, title=story.random.choice(ROLES)))
    places = [story.lead, *story.chos]
    for number, each in enumerate(pool):
        _take_over(story, each, places[number % len(places)], number)
    for number in range(goal - len(pool) - 12):
        second = places[(number * 5 + 3) % len(places)]
        _take_over(story, pool[(number * 3 + 1) % len(pool)], second, number)
    for number, vsp in enumerate(story.vsps[:2]):
        _take_over(story, pool[number], vsp, number)  # what the VSP rule is there to find
    return story.holders


def _take_over(story: Story, each: Any, organization: Any, number: int) -> None:
    """A license in use: three of four since before the year, the others begun in it."""
    if any(
        holder.person_id == each.pk and holder.organization_id == organization.pk for holder in story.holders[-800:]
    ):
        return
    ago = story.random.randint(400, 1500) if number % 4 else story.random.randint(20, 340)
    since = story.day(ago)
    holder = Holder(each.pk, each.pk, organization.pk, since, story.random.choice(CARE))

    def record() -> None:
        holder.license_id = license_requests.record_license(
            person_id=each.pk,
            organization_id=organization.pk,
            activated_on=since,
            can_write=number % 10 != 9,
            access_role=ROLES[number % 4],
            username=each.email.split("@")[0],
            by=story.by,
        ).pk

    story.holders.append(holder)
    if ago > 365:
        record()
    else:
        story.at(since, record)


def _endings(story: Story, holders: list[Holder]) -> None:
    """One in fourteen leaves in the year; a few are suspended."""
    for number, holder in enumerate(holders):
        if number % 14 == 5:
            day = story.day(story.random.randint(2, 300))
            if day > holder.since + dt.timedelta(days=10):
                holder.ends = day
                story.at(day, partial(_leave, story, holder, day, number))
        elif number % 97 == 20:
            day = story.day(story.random.randint(5, 60))
            if day > holder.since:
                story.at(
                    day,
                    partial(_suspend, story, holder, day),
                )
    for ago, number in ((0, 44), (1, 144), (3, 244)):
        if number < len(holders) and holders[number].ends is None:
            day = story.day(ago)
            story.at(day, partial(_leave, story, holders[number], day, -1))


def _leave(story: Story, holder: Holder, day: dt.date, number: int) -> None:
    """Left and, but for the last few, proved shut: most within the day, some late."""
    noon = dt.datetime.combine(day, dt.time(12), tzinfo=timezone.get_current_timezone())
    noon = min(noon, timezone.now() - dt.timedelta(minutes=5))
    departure = departures.report_departure(
        license_id=holder.license_id, departed_at=noon, reported_at=noon, by=story.by
    )
    if number >= 0 and departure.proved_at is None:
        shut = noon + dt.timedelta(hours=30 if number % 5 == 0 else 6)
        if shut < timezone.now():
            departures.prove_deactivation(
                departure_id=departure.pk, statement="Deactivated in the HMIS", done_at=shut, by=story.by
            )


def _suspend(story: Story, holder: Holder, day: dt.date) -> None:
    reason = "Shared a password; refresher training first"
    licenses.suspend_license(license_id=holder.license_id, reason=reason, effective_at=day, by=story.by)


def _open_requests(story: Story) -> None:
    """Requests of the last days: papers still missing, one held."""
    for number in range(2 if story.small else 12):
        organization = story.chos[number * 2 % len(story.chos)]
        day = story.day(number)

        def ask(organization: Any = organization, day: dt.date = day, number: int = number) -> None:
            new = person(story, title="New staff")
            request = license_requests.request_license(
                person_id=new.pk, organization_id=organization.pk, effective_at=day, by=story.by
            )
            if number == 3:
                licenses.block_license(
                    license_id=request.pk, reason="Waiting for the agency's confirmation", effective_at=day, by=story.by
                )

        story.at(day, ask)


def _rosters(story: Story) -> None:
    """The vendor's roster, once a month."""
    for ago in (360, 332, 304, 276, 248, 220, 192, 164, 136, 108, 80, 52, 24, 4):
        story.at(story.day(ago), partial(_roster, story, story.day(ago)))


def _roster(story: Story, day: dt.date) -> None:
    """Import what the HMIS showed on a day: most signed in lately, some long ago, a few locked."""
    names = {each.pk: each.name for each in (story.lead, *story.chos, *story.vsps)}
    emails = dict(Person.objects.exclude(email="").values_list("pk", "email"))
    lines = ["E-mail,Agency,Account,Last sign-in"]
    for number, holder in enumerate(story.holders):
        if holder.since > day or (holder.ends and holder.ends <= day):
            continue
        rare = number % 31 == 3
        last = day - dt.timedelta(days=story.random.randint(62, 200) if rare else story.random.randint(0, 25))
        state = "Locked" if rare and number % 2 else "Active"
        lines.append(f'{emails[holder.person_id]},"{names[holder.organization_id]}",{state},{max(last, holder.since)}')
    file = ContentFile("\n".join(lines).encode(), name=f"roster-{day}.csv")
    batch = imports.upload_roster(file=file, name=file.name or "", by=story.by)
    mapping = RosterMapping(email="E-mail", organization="Agency", account_state="Account", last_sign_in="Last sign-in")
    map_roster(batch_id=batch.pk, mapping=mapping, facts_on=day, name="Lantern HMIS", complete=False, by=story.by)
    imports.read_step(batch.pk)
    imports.apply_import(batch_id=batch.pk, by=story.by, inline=True)


def _waivers(story: Story) -> None:
    for place, reason in ((2, "Opens its first project in spring"), (9, "Moving to a new building")):
        if place < len(story.chos):
            grant = partial(
                waivers.grant_waiver,
                requirement="contacts",
                subject_id=story.chos[place].pk,
                kind="waived",
                reason=reason,
                starts_on=story.day(20),
                ends_on=story.day(-70),
                by=story.by,
            )
            story.at(story.day(20), grant)
