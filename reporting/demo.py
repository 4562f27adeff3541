"""The demonstration's reports: asked for at the end of the story, and made by the worker once it runs."""

from __future__ import annotations

from hmislead.demo.story import Story
from reporting.models import Kind
from reporting.operations import reports, schedules

SEASON = 91  # days


def plan(story: Story) -> None:
    """The report of everything, today's and that of a season ago, and one of the agency whose lead can sign in; both
    kinds every month. Of each other kind one, the executed copies last: those are sealed by then."""
    agency = story.chos[1]

    def ask() -> None:
        schedules.create_schedule(kind=Kind.IMPLEMENTATION, day_of_month=1, by=story.by)
        schedules.create_schedule(kind=Kind.CHO, organization_id=agency.pk, day_of_month=5, by=story.by)
        if not story.small:
            reports.request_report(kind=Kind.IMPLEMENTATION, as_of=story.day(SEASON), by=story.by)
            reports.request_report(kind=Kind.CHO, organization_id=agency.pk, by=story.by)
            reports.request_report(kind=Kind.IMPLEMENTATION, by=story.by)
            for kind in Kind.values:
                if kind not in {Kind.CHO, Kind.IMPLEMENTATION}:
                    reports.request_report(kind=kind, by=story.by)

    story.at(story.today, ask)
