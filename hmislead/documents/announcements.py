"""Who is told that a document waits for a governing body, for comments or for its yearly review."""

from __future__ import annotations

from collections.abc import Iterable
from typing import Any

from django.urls import reverse

from hmislead.documents.models import DocumentVersion, VersionEffect
from hmislead.notices import audience, operations
from hmislead.notices.models import How
from hmislead.notices.registry import NoticeType
from hmislead.tenancy import context
from hmislead.web.templatetags.web import long_date

TYPES = (
    NoticeType(
        "approval_asked",
        "A document waits for your governing body",
        "CoC staff.",
        "you work for the CoC that decides",
        default=How.AT_ONCE,
        permission="record_decisions",
        button="Open the document",
    ),
    NoticeType(
        "approval_moved",
        "A governing body has decided about a document",
        "HMIS Lead staff.",
        "you work for the HMIS Lead",
        default=How.AT_ONCE,
        permission="edit_documents",
        button="Open the document",
    ),
    NoticeType(
        "review_opened",
        "The yearly review of a document has opened",
        "HMIS Lead staff and CoC staff.",
        "you keep or approve this document",
        default=How.AT_ONCE,
        permission="view_documents",
        button="Open the document",
    ),
    NoticeType(
        "comments_asked",
        "A document is open for your comments",
        "The groups that are asked, and CoC staff.",
        "you are one of those whose view counts",
        default=How.AT_ONCE,
        button="Read and comment",
    ),
    NoticeType(
        "comments_closed",
        "A comment period has ended",
        "HMIS Lead staff.",
        "you work for the HMIS Lead",
        default=How.AT_ONCE,
        button="See the comments",
    ),
)


def asked(effect: VersionEffect) -> None:
    """Tell the CoC's staff that its body is asked to decide."""
    sentence = f"Put {effect.version} on the agenda of {effect.coc}: its approval is asked for."
    _tell(
        "approval_asked",
        audience.coc_staff(effect.coc_id),
        sentence,
        approval_path(effect.version),
        f"asked:{effect.pk}:{effect.requested_on}",
    )


def moved(effect: VersionEffect) -> None:
    """Tell the HMIS Lead what became of a version in a CoC."""
    sentence = f"{effect.version} in {effect.coc}: {effect.get_state_display().lower()}."
    _tell(
        "approval_moved", audience.lead_staff(), sentence, approval_path(effect.version), f"{effect.state}:{effect.pk}"
    )


def review_opened(cycle: Any) -> None:
    """Tell who keeps the document and the CoC's staff. Once per cycle."""
    sentence = f"Review {cycle.document.title} with {cycle.coc} by {long_date(cycle.due_on)}."
    people = [*audience.lead_staff(), *audience.coc_staff(cycle.coc_id)]
    _tell("review_opened", people, sentence, path("approvals:review-list"), f"review:{cycle.pk}")


def comments_closed(version: DocumentVersion) -> None:
    """Tell the HMIS Lead that the comments on a version can be answered. Once per period."""
    last = version.comment_periods.order_by("-closes_on").first()
    where = path("approvals:period-detail", pk=last.pk) if last else version.get_absolute_url()
    key = f"comments_closed:{last.pk if last else version.pk}"
    _tell("comments_closed", audience.lead_staff(), f"Answer the comments on {version}.", where, key)


def approval_path(version: DocumentVersion) -> str:
    """The page on which a version stands with every CoC."""
    return path("approvals:version-approval", pk=version.pk)


def path(name: str, **kwargs: Any) -> str:
    return reverse(name, kwargs={"slug": context.current().slug, **kwargs})


def _tell(kind: str, people: Iterable[Any], sentence: str, where: str, key: str) -> None:
    operations.notify(type=kind, recipients=people, sentence=sentence, path=where, key=key)
