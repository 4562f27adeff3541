"""The demonstration's courses, completions and certifications: on time, late, lapsed and never."""

from __future__ import annotations

import datetime as dt
from collections import defaultdict
from functools import partial
from typing import Any

from hmislead.demo.story import Holder, Story
from training.models import Topic
from training.operations import (
    CertificationData,
    CompletionData,
    add_course,
    record_certifications,
    record_completions,
)

STATEMENT = "I keep my password to myself, lock my screen, and report what looks wrong."
MONTH_BATCH = 7  # completions are recorded as the trainer does it: once a week


def plan(story: Story) -> None:
    """Who learned what when. Careful people renew before the year is out; the others do not."""
    courses = {
        topic: add_course(title=title, topics=[topic], by=story.by)
        for topic, title in (
            (Topic.SOFTWARE, "HMIS software for new and returning users"),
            (Topic.PRIVACY, "Privacy and confidentiality"),
            (Topic.SECURITY, "Security awareness"),
        )
    }
    add_course(title="Trauma-informed data collection", topics=[Topic.OTHER], by=story.by)
    first: dict[Any, Holder] = {}
    for holder in sorted(story.holders, key=lambda each: each.since):
        first.setdefault(holder.person_id, holder)
    batches: dict[dt.date, list[CompletionData]] = defaultdict(list)
    certified: dict[dt.date, list[CertificationData]] = defaultdict(list)
    for holder in first.values():
        for topic, course in courses.items():
            for day in days_of(story, holder, skip=holder.care == "never" and topic == Topic.SECURITY):
                batches[_week_end(story, day)].append(CompletionData(course.pk, holder.person_id, day))
        for day in days_of(story, holder, skip=holder.care == "never"):
            certified[day].append(CertificationData(holder.person_id, day))
    _certify(story, certified)
    for day, completions in batches.items():
        story.at(day, lambda day=day, batch=completions: _record(story, day, batch))


def days_of(story: Story, holder: Holder, *, skip: bool) -> list[dt.date]:
    """The days on which a person renewed: the last one before the year, and those in it."""
    if skip:
        return []
    gap = {"good": (330, 362), "late": (375, 420), "lapsed": (340, 364), "never": (340, 364)}[holder.care]
    day = holder.since - dt.timedelta(days=story.random.randint(1, 10))
    days = [day]
    while (day := day + dt.timedelta(days=story.random.randint(*gap))) <= story.today:
        days.append(day)
    if holder.care == "lapsed":
        days = [each for each in days if each < story.day(370 - story.random.randint(0, 3))] or days[:1]
    opening = [each for each in days if each < story.day(365)][-1:]
    return opening + [each for each in days if each >= story.day(365)]


def _certify(story: Story, certified: dict[dt.date, list[CertificationData]]) -> None:
    """Each on its day; those from before the year are opening evidence, brought along on its first day."""
    old = story.day(365)
    opening = [each for day, some in certified.items() if day < old for each in some]
    story.at(story.day(364), lambda: _record_certifications(story, opening, carried_over=True))
    for day, some in certified.items():
        if day >= old:
            story.at(max(day, story.day(364)), partial(_record_certifications, story, some))


def _record_certifications(story: Story, some: list[CertificationData], *, carried_over: bool = False) -> None:
    record_certifications(certifications=some, statement=STATEMENT, carried_over=carried_over, check=False, by=story.by)


def _week_end(story: Story, day: dt.date) -> dt.date:
    start = max(day, story.day(364))
    return min(start + dt.timedelta(days=start.toordinal() % MONTH_BATCH), story.today)


def _record(story: Story, day: dt.date, batch: list[CompletionData]) -> None:
    record_completions(completions=batch, source="csv", carried_over=day <= story.day(364), check=False, by=story.by)
