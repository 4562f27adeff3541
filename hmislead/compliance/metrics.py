"""Figures of nights for the monitor: how long the last one of each implementation took, and when it ended."""

from __future__ import annotations

import datetime as dt
from collections.abc import Iterable

from django.utils import timezone
from prometheus_client.core import GaugeMetricFamily
from prometheus_client.metrics_core import Metric

from hmislead.jobs.models import Job

LATELY = dt.timedelta(days=2)  # a night that is missing from here is the alarm


def figures() -> Iterable[Metric]:
    """One query. A night's time counts from when it was due to its last unit."""
    took = GaugeMetricFamily(
        "hmislead_night_seconds", "Length of the last finished night.", labels=["implementation", "state"]
    )
    ended = GaugeMetricFamily(
        "hmislead_night_finished_timestamp_seconds", "When the last night finished.", labels=["implementation"]
    )
    nights = Job.objects.filter(key__startswith="night:", finished_at__gt=timezone.now() - LATELY)
    last = nights.order_by("implementation_id", "-finished_at").distinct("implementation_id")
    for night in last.select_related("implementation"):
        if night.finished_at:
            slug = night.implementation.slug
            took.add_metric([slug, night.state], (night.finished_at - night.created_at).total_seconds())
            ended.add_metric([slug], night.finished_at.timestamp())
    return [took, ended]
