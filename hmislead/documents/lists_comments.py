"""The lists of comment periods and of comments."""

from __future__ import annotations

from typing import Any

import django_filters
from django.db.models import Count, Q, QuerySet

from hmislead.documents import types
from hmislead.documents.announcements import path
from hmislead.documents.models import Comment, CommentPeriod
from hmislead.documents.models.review import Group
from hmislead.tenancy import settings
from hmislead.web.listing import Column, Empty, Listing


class PeriodFilter(django_filters.FilterSet):
    q = django_filters.CharFilter(field_name="version__document__title", lookup_expr="icontains")
    is_open = django_filters.BooleanFilter(method="opened", label="Open today")
    type = django_filters.ChoiceFilter(
        field_name="version__document__type", choices=types.CHOICES, label="Kind", empty_label="Any"
    )
    closes_on = django_filters.DateFromToRangeFilter(label="Last day")

    class Meta:
        model = CommentPeriod
        fields = ()

    def opened(self, rows: QuerySet[Any], name: str, value: bool) -> QuerySet[Any]:
        today = settings.today()
        now = Q(opens_on__lte=today, closes_on__gte=today, version__state="in_comment")
        return rows.filter(now) if value else rows.exclude(now)


class CommentFilter(django_filters.FilterSet):
    q = django_filters.CharFilter(method="search")
    answered = django_filters.BooleanFilter(method="has_answer", label="Answered")
    disposition = django_filters.MultipleChoiceFilter(choices=Comment.Disposition.choices, label="Answer")
    group = django_filters.MultipleChoiceFilter(choices=Group.choices, label="Who")
    type = django_filters.ChoiceFilter(
        field_name="period__version__document__type", choices=types.CHOICES, label="Kind", empty_label="Any"
    )

    class Meta:
        model = Comment
        fields = ()

    def search(self, rows: QuerySet[Any], name: str, value: str) -> QuerySet[Any]:
        for word in value.split():
            title = Q(period__version__document__title__icontains=word) | Q(block__heading__icontains=word)
            rows = rows.filter(Q(text__icontains=word) | title)
        return rows

    def has_answer(self, rows: QuerySet[Any], name: str, value: bool) -> QuerySet[Any]:
        return rows.exclude(disposition="") if value else rows.filter(disposition="")


def periods_for(user: Any) -> QuerySet[Any]:
    """Periods a reader may see, with the number of their comments and of those that wait for an answer."""
    rows: QuerySet[Any] = CommentPeriod.objects.visible_to(user).select_related("version__document")
    return rows.annotate(said=Count("comments"), unanswered=Count("comments", filter=Q(comments__disposition="")))


def comments_for(user: Any) -> QuerySet[Any]:
    """Comments a reader may see, with what their rows show."""
    rows: QuerySet[Any] = Comment.objects.visible_to(user)
    return rows.select_related("period__version__document", "block", "author")


def groups_in_words(period: CommentPeriod) -> str:
    """Who is asked, in words."""
    return ", ".join(Group(group).label for group in period.groups)


def who(comment: Comment) -> str:
    """Who said it: somebody whose words were written down, else who sent it."""
    return comment.author_name or str(comment.author or "")


def answer(comment: Comment) -> str:
    """What becomes of a comment, in words."""
    return comment.get_disposition_display() if comment.disposition else "no answer yet"


def _period_url(period: CommentPeriod) -> str:
    return path("approvals:period-detail", pk=period.pk)


def _comment_url(comment: Comment) -> str:
    return path("approvals:comment-detail", pk=comment.pk)


PERIODS = Listing(
    name="documents.comment_periods",
    title="Comment periods",
    filterset=PeriodFilter,
    order=("-closes_on",),
    noun=("comment period", "comment periods"),
    search_placeholder="Document",
    columns=[
        Column("version", "Document", "version", link=_period_url, sort="version__document__title"),
        Column("opens_on", "First day", "opens_on", kind="day", sort="opens_on"),
        Column("closes_on", "Last day", "closes_on", kind="near_day", sort="closes_on"),
        Column("groups", "Who is asked", groups_in_words),
        Column("state", "Version", "version.state", kind="state", sort="version__state"),
    ],
    empty=Empty(text="When a document is open for comments, it is listed here. Open one from the page of its draft."),
)
COMMENTS = Listing(
    name="documents.comments",
    title="Comments",
    filterset=CommentFilter,
    order=("-created_at",),
    noun=("comment", "comments"),
    search_placeholder="Words, clause or document",
    columns=[
        Column("text", "Comment", lambda comment: str(comment), link=_comment_url),
        Column("version", "Document", "period.version", sort="period__version__document__title"),
        Column("block", "Clause", "block", sort="block__position"),
        Column("group", "Who", "get_group_display", sort="group"),
        Column("said_by", "Said by", who, default=False),
        Column("answer", "Answer", answer, sort="disposition"),
        Column("reason", "Why", "reason", default=False),
        Column("decided_on", "Answered", "decided_on", kind="day", sort="decided_on"),
        Column("created_at", "Sent", "created_at", kind="moment", sort="created_at", default=False),
    ],
    empty=Empty(text="What people say about a document in its comment period is listed here, each with its answer."),
)
