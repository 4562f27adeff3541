"""Who is asked to comment on a document is told so by a worker, some hundred people at a time."""

from __future__ import annotations

from typing import Any
from uuid import UUID

import structlog
from django.db.models import Exists, OuterRef, Q, QuerySet

from hmislead.access import scopes
from hmislead.access.models import RoleGrant
from hmislead.accounts.models import User
from hmislead.directory.models import BodyMember, License
from hmislead.directory.querysets import running
from hmislead.documents import types
from hmislead.documents.announcements import path
from hmislead.documents.models import CommentPeriod, VersionEffect
from hmislead.documents.models.review import Group
from hmislead.jobs import operations as jobs
from hmislead.notices import operations
from hmislead.notices.models import Notice
from hmislead.tenancy import context, settings
from hmislead.web.templatetags.web import long_date

KIND = "documents.ask_for_comments"
AT_ONCE = 200
log = structlog.get_logger("hmislead.documents")


def enqueue(period: CommentPeriod) -> None:
    """Have a worker tell who is asked, once. In the caller's transaction."""
    jobs.enqueue(KIND, subject_id=period.pk, key=f"comments:{period.pk}")


def tell_next(period_id: UUID) -> bool:
    """Tell the next people. Returns True while there are more. A period that has ended tells nobody."""
    period = CommentPeriod.objects.select_related("version__document").get(pk=period_id)
    if period.closes_on < settings.today() or period.version.state != "in_comment":
        return False
    left = list(asked(period).order_by("pk")[: AT_ONCE + 1])
    operations.notify(
        type="comments_asked",
        recipients=left[:AT_ONCE],
        sentence=f"Comment on {period.version} by {long_date(period.closes_on)}.",
        path=path("approvals:period-detail", pk=period.pk),
        due_on=period.closes_on,
        key=_key(period),
    )
    return len(left) > AT_ONCE


def asked(period: CommentPeriod) -> QuerySet[User]:
    """Members of the groups of a period who sign in, may see the document, and have not been told of it yet.

    People with lived experience and others are reached by the CoCs' staff, who are told in their place.
    """
    today = settings.today()
    grants = RoleGrant.objects.active(today).filter(user=OuterRef("pk"))
    staff = grants.filter(role="coc_staff")
    if period.version.document.type in types.PRIVATE:
        places = VersionEffect.objects.filter(version__document=period.version.document_id)
        wanted = Q(Exists(staff.filter(coc__in=places.values("coc"))))
    else:
        wanted = Q(Exists(staff))
        licenses = License.objects.living_on(today).filter(person__user=OuterRef("pk"))
        seats = BodyMember.objects.filter(running(today), person__user=OuterRef("pk"))
        by_group: dict[str, Any] = {
            Group.END_USERS: Exists(licenses),
            Group.CHOS: Exists(grants.filter(role="cho_lead")),
            Group.COMMITTEE: Exists(seats) | Exists(grants.filter(role="body_member")),
        }
        for group in period.groups:
            wanted |= Q(by_group.get(group, Q(pk__in=[])))
    told = Notice.objects.filter(key=_key(period), user=OuterRef("pk"))
    members = User.objects.filter(is_active=True, memberships__implementation=context.current())
    return members.filter(wanted).exclude(Exists(told))


def groups_of(user: Any) -> set[str]:
    """The groups that a user of the current implementation belongs to, by license, role or seat."""
    access = scopes.of(user)
    today = settings.today()
    found = set()
    if access.person_id and License.objects.living_on(today).filter(person_id=access.person_id).exists():
        found.add(str(Group.END_USERS))
    if "cho_lead" in access.roles:
        found.add(str(Group.CHOS))
    seats = BodyMember.objects.filter(running(today))
    if "body_member" in access.roles or (access.person_id and seats.filter(person_id=access.person_id).exists()):
        found.add(str(Group.COMMITTEE))
    return found


def _key(period: CommentPeriod) -> str:
    return f"comments:{period.pk}"


def register_comment_job() -> None:
    """Called in `apps.py`, in every process that opens comment periods or tells people of them."""
    jobs.register(jobs.Handler(kind=KIND, queue="documents", step=tell_next, fail=_fail))


def _fail(period_id: UUID, sentence: str) -> None:
    """The period stays open and can be seen; who runs the installation finds the job and this line."""
    log.error("not everybody was asked for comments", period=str(period_id), why=sentence)
