"""Comment periods: opened on a version, commented on by those who are asked, answered by the HMIS Lead (POL-42..46)."""

from __future__ import annotations

import datetime as dt
from collections.abc import Collection
from typing import Any
from uuid import UUID

from django.core.exceptions import PermissionDenied
from django.db import transaction

from hmislead.documents import announcements, comment_notices, policy
from hmislead.documents.models import Comment, CommentPeriod, DocumentVersion
from hmislead.documents.models.review import Group
from hmislead.errors import DomainError
from hmislead.tenancy import settings
from hmislead.web.templatetags.web import long_date

State = DocumentVersion.State


@transaction.atomic
def open_period(
    *, version_id: UUID, groups: Collection[str], closes_on: dt.date, by: Any, opens_on: dt.date | None = None
) -> CommentPeriod:
    """Let `groups` comment on a draft until `closes_on`, its last day, and tell them (POL-42..45).

    `opens_on` is today unless given; a period that lies behind is recorded without telling anybody. Raises DomainError
    for a version that is no draft, no group, days that lie ahead or in the wrong order, or a period that is open.
    """
    version = lock_version(version_id, by)
    today = settings.today()
    opens_on = opens_on or today
    asked = [group for group in Group.values if group in groups]
    if not version.is_writable:
        raise DomainError(f"{version} is {version.get_state_display().lower()}. Only a draft is commented on.")
    if not asked or len(asked) < len(set(groups)):
        raise DomainError("Choose who is asked for comments.")
    if opens_on > today:
        raise DomainError("A comment period opens today, or did before. Open it on its day.")
    if closes_on < opens_on:
        raise DomainError("The last day of comments cannot lie before the first.")
    if open_on(version, today) or (closes_on >= today and version.state == State.IN_COMMENT):
        raise DomainError("This version is open for comments already. Close that period first.")
    period = CommentPeriod.objects.create(version=version, opens_on=opens_on, closes_on=closes_on, groups=asked)
    if closes_on >= today:
        version.become(State.IN_COMMENT)
        comment_notices.enqueue(period)
    return period


@transaction.atomic
def close_period(*, period_id: UUID, by: Any) -> CommentPeriod:
    """End a comment period today; the version is a draft again. Raises DomainError for one that has ended."""
    found = CommentPeriod.objects.visible_to(by).get(pk=period_id)
    version = lock_version(found.version_id, by)
    period: CommentPeriod = CommentPeriod.objects.select_for_update(of=("self",)).get(pk=period_id)
    if version.state != State.IN_COMMENT or period.closes_on < settings.today():
        raise DomainError(f"This comment period ended on {long_date(period.closes_on)}.")
    end_open(version)
    version.become(State.DRAFT)
    period.refresh_from_db()
    return period


def end_open(version: DocumentVersion) -> None:
    """Nobody comments on a locked version after this: its open period has today as its last day."""
    today = settings.today()
    for period in version.comment_periods.filter(closes_on__gt=today).select_for_update(of=("self",)):
        period.closes_on = today
        period.save(update_fields=["closes_on", "updated_at"])


@transaction.atomic
def close_due(on: dt.date) -> int:
    """Make drafts of the versions whose comment period ended before a day, and tell the HMIS Lead. Returns how many."""
    waiting = DocumentVersion.objects.filter(state=State.IN_COMMENT).exclude(comment_periods__closes_on__gte=on)
    count = 0
    for pk in waiting.order_by("pk").values_list("pk", flat=True):
        version = DocumentVersion.objects.select_related("document").select_for_update(of=("self",)).get(pk=pk)
        if version.state == State.IN_COMMENT and not open_on(version, on):
            version.become(State.DRAFT)
            announcements.comments_closed(version)
            count += 1
    return count


@transaction.atomic
def add_comment(
    *, period_id: UUID, group: str, text: str, by: Any, block_id: UUID | None = None, author_name: str = ""
) -> Comment:
    """Comment on a version, or on one of its clauses (`block_id`), as one of the groups that are asked.

    HMIS Lead staff may write down what somebody else said (`author_name`), also after the last day while the version is
    a draft. Raises DomainError for a group that is not asked, no text, or a period that is not open.
    """
    found = CommentPeriod.objects.visible_to(by).get(pk=period_id)
    version: DocumentVersion = (
        DocumentVersion.objects.visible_to(by).select_for_update(of=("self",)).get(pk=found.version_id)
    )
    period = CommentPeriod.objects.get(pk=period_id)
    if not may_comment(by, version, period):
        raise DomainError(f"Comments on {version} were taken until {long_date(period.closes_on)}.")
    if group not in period.groups:
        raise DomainError("Choose one of the groups that are asked.")
    if not text.strip():
        raise DomainError("Write what should be changed, and why.")
    if author_name.strip() and not policy.can_edit(by):
        raise PermissionDenied("Only the HMIS Lead's staff may write down what others said.")
    return Comment.objects.create(
        period=period,
        block=version.blocks.get(pk=block_id) if block_id else None,
        group=group,
        author=by if getattr(by, "pk", None) else None,
        author_name=author_name.strip()[:150],
        text=text.strip(),
    )


def may_comment(user: Any, version: DocumentVersion, period: CommentPeriod) -> bool:
    """While the period is open: whoever sees the version. While it is a draft: who writes down what others said."""
    if version.state == State.IN_COMMENT and period.opens_on <= settings.today() <= period.closes_on:
        return True
    return version.is_writable and policy.can_edit(user)


@transaction.atomic
def dispose_comment(
    *, comment_id: UUID, disposition: str, reason: str, by: Any, effective_at: dt.date | None = None
) -> Comment:
    """Say what becomes of a comment: accepted, partly or rejected, on a day (default today). It may be said anew.

    Raises DomainError without a reason where not all is accepted, for a day ahead or before the period opened, or once
    the version has been submitted: then the answers stay as they were.
    """
    found = Comment.objects.visible_to(by).select_related("period").get(pk=comment_id)
    version = lock_version(found.period.version_id, by)
    comment: Comment = Comment.objects.select_for_update(of=("self",)).get(pk=comment_id)
    day = effective_at or settings.today()
    if not version.is_writable:
        raise DomainError(f"{version} was submitted with its answers. Make it a draft again to change one.")
    if disposition not in Comment.Disposition.values:
        raise DomainError("Choose what becomes of the comment.")
    if disposition != Comment.Disposition.ACCEPTED and not reason.strip():
        raise DomainError("Say why it is not accepted, or not all of it.")
    if not found.period.opens_on <= day <= settings.today():
        raise DomainError("A comment is answered between the day its period opened and today.")
    comment.disposition, comment.reason, comment.decided_on = disposition, reason.strip()[:500], day
    comment.save(update_fields=["disposition", "reason", "decided_on", "updated_at"])
    return comment


def require_commented(version: DocumentVersion) -> None:
    """Raises DomainError while a version may not be submitted for want of comments or of answers to them (POL-42, POL-46)."""
    today = settings.today()
    current = open_on(version, today) if version.state == State.IN_COMMENT else None
    if current:
        raise DomainError(
            f"People may comment until {long_date(current.closes_on)}. Close the comment period, then submit."
        )
    if version.document.type in settings.value("documents.comment_types") and not version.comment_periods.exists():
        kind = version.document.get_type_display().lower()
        raise DomainError(f"By your settings a {kind} is commented on before it is submitted. Open a comment period.")
    left = Comment.objects.filter(period__version=version, disposition="").count()
    if left and settings.value("documents.comments_answered"):
        words = "1 comment has" if left == 1 else f"{left} comments have"
        raise DomainError(f"{words} no answer yet. Answer every comment, then submit.")


def open_on(version: DocumentVersion, on: dt.date) -> CommentPeriod | None:
    """The period of a version that a day lies in."""
    found: CommentPeriod | None = version.comment_periods.filter(opens_on__lte=on, closes_on__gte=on).first()
    return found


def lock_version(version_id: UUID, by: Any) -> DocumentVersion:
    """A version, locked, for who writes documents. Raises PermissionDenied for others."""
    policy.require_edit(by)
    found: DocumentVersion = (
        DocumentVersion.objects.visible_to(by)
        .select_related("document")
        .select_for_update(of=("self",))
        .get(pk=version_id)
    )
    return found
