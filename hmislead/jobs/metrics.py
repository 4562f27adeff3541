"""Figures of long work for the monitor: jobs by state, how long the oldest waits, messages in the broker's queues."""

from __future__ import annotations

import datetime as dt
from collections.abc import Iterable

import redis
from django.conf import settings
from django.db.models import Count, Min
from django.utils import timezone
from prometheus_client.core import GaugeMetricFamily
from prometheus_client.metrics_core import Metric

from hmislead.jobs.models import Job

QUEUES = ("checks", "documents", "imports", "mail", "celery")
LATELY = dt.timedelta(days=1)


def figures() -> Iterable[Metric]:
    """Three queries and one look at the broker. Without the broker, its family is missing: that too can be watched."""
    yield _by_state()
    yield _oldest()
    try:
        yield _queues()
    except redis.RedisError:
        return


def _by_state() -> Metric:
    family = GaugeMetricFamily(
        "hmislead_jobs", "Jobs that are open, and those that ended in the last 24 hours.", labels=["kind", "state"]
    )
    open_jobs = Job.objects.filter(state__in=Job.OPEN)
    ended = Job.objects.filter(finished_at__gt=timezone.now() - LATELY)
    for jobs in (open_jobs, ended):
        for kind, state, count in jobs.order_by().values_list("kind", "state").annotate(count=Count("pk")):
            family.add_metric([kind, state], count)
    return family


def _oldest() -> Metric:
    family = GaugeMetricFamily(
        "hmislead_oldest_open_job_seconds", "Time since the oldest open job was asked for.", labels=["kind"]
    )
    now = timezone.now()
    oldest = Job.objects.filter(state__in=Job.OPEN).order_by().values_list("kind").annotate(since=Min("created_at"))
    for kind, since in oldest:
        family.add_metric([kind], (now - since).total_seconds())
    return family


def _queues() -> Metric:
    family = GaugeMetricFamily("hmislead_queue_messages", "Messages that wait in the broker.", labels=["queue"])
    with redis.Redis.from_url(settings.CELERY_BROKER_URL, socket_timeout=2, socket_connect_timeout=2) as broker:
        for queue in QUEUES:
            family.add_metric([queue], broker.llen(queue))
    return family
