"""The demonstration's courses, completions and certifications: on time, late, lapsed and never."""

from __future__ import annotations

import datetime as dt
from collections import defaultdict
from collections.abc import Callable
from typing import Any

from hmislead.demo.story import Holder, Story
from training.models import Topic
from training.operations import CompletionData, add_course, record_certification, record_completions

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
    for holder in first.values():
        for topic, course in courses.items():
            for day in days_of(story, holder, skip=holder.care == "never" and topic == Topic.SECURITY):
                batches[_week_end(story, day)].append(CompletionData(course.pk, holder.person_id, day))
        for day in days_of(story, holder, skip=holder.care == "never"):
            story.at(max(day, story.day(364)), certify(story, holder, day))
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


def certify(story: Story, holder: Holder, day: dt.date) -> Callable[[], Any]:
    old = day < story.day(365)
    return lambda: record_certification(
        person_id=holder.person_id, certified_on=day, statement=STATEMENT, carried_over=old, check=False, by=story.by
    )


def _week_end(story: Story, day: dt.date) -> dt.date:
    start = max(day, story.day(364))
    return min(start + dt.timedelta(days=start.toordinal() % MONTH_BATCH), story.today)


def _record(story: Story, day: dt.date, batch: list[CompletionData]) -> None:
    record_completions(completions=batch, source="csv", carried_over=day <= story.day(364), check=False, by=story.by)
