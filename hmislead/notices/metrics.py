"""Figures of mail for the monitor: how much waits, how long it is late, what became of the rest."""

from __future__ import annotations

from collections.abc import Iterable

from django.db.models import Count, Min
from django.utils import timezone
from prometheus_client.core import CounterMetricFamily, GaugeMetricFamily
from prometheus_client.metrics_core import Metric
from redis.exceptions import RedisError

from hmislead.notices import counting
from hmislead.notices.models import Message, Outbox

ENDS = [
    Message.State.SENT,
    Message.State.DELIVERED,
    Message.State.BOUNCED,
    Message.State.FAILED,
    Message.State.CANCELLED,
]


def figures() -> Iterable[Metric]:
    """Two queries of the outbox, which knows no words and no addresses, and one look at the counts."""
    now = timezone.now()
    due = Outbox.objects.filter(not_before__lte=now).aggregate(count=Count("pk"), since=Min("not_before"))
    held = Outbox.objects.filter(not_before__gt=now).count()
    waiting = GaugeMetricFamily("hmislead_mail_waiting", "Messages in the outbox.", labels=["state"])
    waiting.add_metric(["due"], due["count"])
    waiting.add_metric(["held"], held)
    yield waiting
    late = (now - due["since"]).total_seconds() if due["since"] else 0
    yield GaugeMetricFamily("hmislead_mail_oldest_due_seconds", "Time the oldest due message is late.", value=late)
    try:
        told = counting.counts([str(state) for state in ENDS])
    except RedisError:
        return
    became = CounterMetricFamily("hmislead_mail", "Messages that came to a state.", labels=["state"])
    for state, count in told.items():
        became.add_metric([state], count)
    yield became
