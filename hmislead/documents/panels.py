"""What approvals show on the pages of versions and CoCs, and on the home page."""

from __future__ import annotations

from typing import Any

from hmislead.access.permissions import MEMBER
from hmislead.documents import policy
from hmislead.documents.announcements import approval_path, path
from hmislead.documents.comment_notices import groups_of
from hmislead.documents.models import Comment, CommentPeriod, ReviewCycle, VersionEffect
from hmislead.documents.views import comments, legal
from hmislead.documents.views.approvals import standing
from hmislead.tenancy import settings
from hmislead.web.home_items import HomeItem
from hmislead.web.panels import Panel

MOST = 10


def of_version(request: Any, version: Any) -> dict[str, Any] | None:
    """Where a version stands with every CoC; hidden while it is written."""
    shown = standing(request, version)
    return shown if shown["rows"] or shown["may_ask"] or shown["without_body"] else None


def of_coc(request: Any, coc: Any) -> dict[str, Any] | None:
    """The documents in effect in a CoC today."""
    rows = VersionEffect.objects.visible_to(request.user).in_effect(settings.today()).filter(coc=coc)
    found = list(rows.select_related("version__document").order_by("version__document__title"))
    return {"effects": found} if found else None


def home_items(request: Any) -> list[HomeItem]:
    """For CoC staff: what waits for a decision, and reviews that are open. For all: comments asked for, or to answer."""
    held = request.access.scopes("record_decisions")
    waiting = VersionEffect.objects.visible_to(request.user).filter(state="requested", coc_id__in=held.cocs)
    conditions = VersionEffect.objects.visible_to(request.user).filter(state="conditions", coc_id__in=held.cocs)
    items = [
        HomeItem(
            f"{effect.version} waits for the decision of {effect.coc}.",
            "Record the decision",
            path("approvals:decision-new"),
            weight=4,
            state="requested",
        )
        for effect in waiting.select_related("version__document", "coc").order_by("requested_on")[:MOST]
    ]
    items += [
        HomeItem(
            f"{effect.version} waits for its conditions to be met.", "See them", approval_path(effect.version), weight=4
        )
        for effect in conditions.select_related("version__document", "coc")[:MOST]
    ]
    return items + _to_vote(request, held.cocs) + _reviews(request) + _to_comment(request) + _to_answer(request)


def _to_vote(request: Any, recorded: Any) -> list[HomeItem]:
    """What waits for the vote of a reader's governing body, so that they have read it before they meet. CoCs whose
    decisions they record themselves are told above."""
    cocs = set(request.access.scopes("vote").cocs) - set(recorded)
    waiting = VersionEffect.objects.visible_to(request.user).filter(state="requested", coc_id__in=cocs)
    return [
        HomeItem(
            f"{effect.version} waits for your vote in {effect.coc}.",
            "Read it",
            effect.version.get_absolute_url(),
            weight=4,
            state="requested",
        )
        for effect in waiting.select_related("version__document", "coc").order_by("requested_on")[:MOST]
    ]


def _reviews(request: Any) -> list[HomeItem]:
    """Reviews that are open, for who keeps documents or works for the CoC."""
    if not request.access.has("view_documents"):
        return []
    rows = ReviewCycle.objects.visible_to(request.user).filter(closed_on=None).order_by("due_on")
    days = list(rows.values_list("due_on", flat=True))
    if not days:
        return []
    words = "1 review of a document is open." if len(days) == 1 else f"{len(days)} reviews of documents are open."
    return [HomeItem(words, "See the reviews", path("approvals:review-list") + "?is_open=true", due_on=days[0])]


def _to_comment(request: Any) -> list[HomeItem]:
    """Documents that are open to the groups a reader belongs to, until they have commented."""
    own = groups_of(request.user)
    if not own:
        return []
    today = settings.today()
    open_now = CommentPeriod.objects.visible_to(request.user).filter(
        groups__overlap=sorted(own), opens_on__lte=today, closes_on__gte=today, version__state="in_comment"
    )
    left = open_now.exclude(comments__author=request.user).select_related("version__document")
    return [
        HomeItem(
            f"{period.version} is open for your comments.",
            "Read and comment",
            path("approvals:period-detail", pk=period.pk),
            due_on=period.closes_on,
            weight=8,
        )
        for period in left.order_by("closes_on")[:MOST]
    ]


def _to_answer(request: Any) -> list[HomeItem]:
    """For who writes documents: comments without an answer, once their period has ended."""
    if not policy.can_edit(request.user):
        return []
    waiting = Comment.objects.filter(disposition="", period__version__state="draft").count()
    if not waiting:
        return []
    words = "1 comment waits for its answer." if waiting == 1 else f"{waiting} comments wait for their answer."
    return [HomeItem(words, "Answer", path("approvals:comment-list") + "?answered=false", weight=6)]


PANELS = (
    Panel(
        "document", "legal", "Legal reviews", "documents/studio/_legal.html", legal.of_document, "view_documents", 60
    ),
    Panel(
        "document_version",
        "comments",
        "Comments",
        "documents/approval/_comments.html",
        comments.of_version,
        MEMBER,
        5,
    ),
    Panel("document_version", "approval", "With each CoC", "documents/approval/_standing.html", of_version, MEMBER, 10),
    Panel("coc", "documents", "Documents in effect here", "documents/approval/_in_effect.html", of_coc, MEMBER, 35),
)
