"""What is kept of mail and notices, and for how long: each night the oldest are deleted, in batches.

Messages are electronic documents, kept as long as the settings say (SEC-54). What waits to be sent is never deleted,
nor is a notice that its reader has not opened.
"""

from __future__ import annotations

import datetime as dt

import structlog
from dateutil.relativedelta import relativedelta
from django.db.models import QuerySet
from django.utils import timezone

from hmislead.compliance.models import Run
from hmislead.notices.models import Message, Notice
from hmislead.tenancy import context, settings

MESSAGES, NOTICES = "keep.messages_years", "keep.read_notices_months"
BATCH = 1000
MOST_A_NIGHT = 20_000  # of each: a first night after years must not hold up the others; the rest goes the next night
log = structlog.get_logger("hmislead.notices")


def after_night(run: Run) -> None:
    """The unit of a night that deletes what the settings keep no longer, and writes down how many."""
    messages, notices = purge_messages(), purge_notices()
    if messages or notices:
        log.info("old mail deleted", implementation=context.current().slug, messages=messages, notices=notices)


def purge_messages(now: dt.datetime | None = None) -> int:
    """Delete messages written longer ago than the setting says, at most MOST_A_NIGHT. Returns how many."""
    kept_since = (now or timezone.now()) - relativedelta(years=settings.value(MESSAGES))
    return _delete(Message.objects.filter(created_at__lt=kept_since).exclude(state__in=Message.WAITING))


def purge_notices(now: dt.datetime | None = None) -> int:
    """Delete notices that were read longer ago than the setting says, at most MOST_A_NIGHT. Returns how many."""
    kept_since = (now or timezone.now()) - relativedelta(months=settings.value(NOTICES))
    return _delete(Notice.objects.filter(read_at__lt=kept_since))


def _delete(old: QuerySet) -> int:
    """Delete from the oldest on, batch by batch."""
    deleted = 0
    while deleted < MOST_A_NIGHT:
        ids = list(old.order_by("created_at").values_list("pk", flat=True)[:BATCH])
        if not ids:
            break
        deleted += old.filter(pk__in=ids).delete()[0]
    return deleted
