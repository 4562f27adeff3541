"""Pages of comment periods: who is asked, what they said, and what becomes of it."""

from __future__ import annotations

import datetime as dt
from typing import Any
from uuid import UUID

from django.contrib import messages
from django.db.models import Count
from django.http import HttpResponse, HttpResponseBase
from django.shortcuts import redirect, render
from django.views.decorators.http import require_POST

from hmislead.access.pages import page
from hmislead.access.permissions import MEMBER
from hmislead.audit.timeline import timeline
from hmislead.documents import policy
from hmislead.documents.announcements import path
from hmislead.documents.forms_comments import AnswerForm, CommentForm, PeriodForm
from hmislead.documents.lists_comments import COMMENTS, PERIODS, comments_for, groups_in_words, periods_for
from hmislead.documents.models import Comment, DocumentVersion
from hmislead.documents.operations import comments
from hmislead.tenancy import settings
from hmislead.web.form_pages import FormPage, answer_sent
from hmislead.web.listing import render_list


@page(MEMBER)
def period_list(request: Any) -> HttpResponse:
    """Comment periods of the documents a reader may see."""
    return render_list(request, PERIODS, periods_for(request.user))


@page(MEMBER)
def period_detail(request: Any, pk: UUID) -> HttpResponse:
    """One period: its days, who is asked, and the comments a reader may see."""
    period = periods_for(request.user).get(pk=pk)
    version = period.version
    counted = dict.fromkeys(period.groups, 0)
    sees_all = policy.sees_comments(request.user, version.document_id)
    if sees_all:
        counted |= dict(period.comments.values_list("group").annotate(count=Count("pk")).order_by())
    context = {
        "period": period,
        "groups": groups_in_words(period),
        "counted": [(Comment(group=group).get_group_display(), count) for group, count in counted.items()],
        "sees_all": sees_all,
        "may_comment": comments.may_comment(request.user, version, period),
        "may_close": policy.can_edit(request.user) and comments.open_on(version, settings.today()) == period,
    }
    rows = comments_for(request.user).filter(period=period)
    return render_list(request, COMMENTS, rows, "documents/approval/period_detail.html", context)


@page("edit_documents")
def period_open(request: Any, pk: UUID) -> HttpResponseBase:
    """Open a draft for comments."""
    version = DocumentVersion.objects.visible_to(request.user).select_related("document").get(pk=pk)
    policy.require_edit(request.user)
    ends = settings.today() + dt.timedelta(days=settings.value("documents.comment_days"))
    form = PeriodForm(request.POST or None, initial={"closes_on": ends})
    back = version.get_absolute_url()
    shown = FormPage("Open for comments", "Open and tell them", back, str(version), _crumbs(version))

    def act(data: dict[str, Any]) -> tuple[str, str]:
        period = comments.open_period(version_id=pk, by=request.user, **data)
        return path("approvals:period-detail", pk=period.pk), "It is open for comments. Who is asked will be told."

    return answer_sent(request, form, shown, act)


@page("edit_documents")
@require_POST
def period_close(request: Any, pk: UUID) -> HttpResponse:
    """End a comment period today."""
    period = comments.close_period(period_id=pk, by=request.user)
    messages.success(request, "The comment period is closed. The version is a draft again.")
    return redirect(path("approvals:period-detail", pk=period.pk))


@page(MEMBER)
def comment_list(request: Any) -> HttpResponse:
    """Your own comments; all of them for who works on documents."""
    return render_list(request, COMMENTS, comments_for(request.user))


@page(MEMBER)
def comment_new(request: Any, pk: UUID) -> HttpResponseBase:
    """Say what should be different in a document, or in one of its clauses."""
    period = periods_for(request.user).get(pk=pk)
    block = request.GET.get("clause", "")
    form = CommentForm(request.POST or None, period=period, by=request.user, clause=block)
    may_see = policy.sees_comments(request.user, period.version.document_id)
    back = path("approvals:period-detail", pk=pk)
    shown = FormPage("Comment", "Send the comment", back, str(period.version), _crumbs(period.version))

    def act(data: dict[str, Any]) -> tuple[str, str]:
        chosen = data.pop("block")
        comments.add_comment(period_id=pk, block_id=chosen.pk if chosen else None, by=request.user, **data)
        return back, "The comment is kept." if may_see else "Thank you. The HMIS Lead will answer your comment here."

    return answer_sent(request, form, shown, act)


@page(MEMBER)
def comment_detail(request: Any, pk: UUID) -> HttpResponse:
    """A comment with its answer."""
    comment = comments_for(request.user).get(pk=pk)
    seen = DocumentVersion.objects.visible_to(request.user).filter(pk=comment.period.version_id).exists()
    context = {
        "comment": comment,
        "version": comment.period.version,
        "sees_version": seen,
        "may_answer": policy.can_edit(request.user) and comment.period.version.is_writable,
        "history": timeline([comment], by=request.user),
    }
    return render(request, "documents/approval/comment_detail.html", context)


@page("edit_documents")
def comment_answer(request: Any, pk: UUID) -> HttpResponseBase:
    """Say what becomes of a comment."""
    comment = comments_for(request.user).get(pk=pk)
    policy.require_edit(request.user)
    form = AnswerForm(request.POST or None, initial={"disposition": comment.disposition, "reason": comment.reason})
    back = path("approvals:comment-detail", pk=pk)
    shown = FormPage("Answer a comment", "Keep the answer", back, comment.text, _crumbs(comment.period.version))

    def act(data: dict[str, Any]) -> tuple[str, str]:
        comments.dispose_comment(comment_id=pk, by=request.user, **data)
        following = _next_open(request.user, comment)
        return (path("approvals:comment-detail", pk=following.pk) if following else back), "The answer is kept."

    return answer_sent(request, form, shown, act)


def of_version(request: Any, version: Any) -> dict[str, Any] | None:
    """The panel of a version: its periods, each with what was said in numbers; hidden while there is none."""
    periods = periods_for(request.user).filter(version=version)
    rows = list(periods)
    may_open = policy.can_edit(request.user) and version.state == "draft"
    if not rows and not may_open:
        return None
    current = next((period for period in rows if comments.may_comment(request.user, version, period)), None)
    return {
        "version": version,
        "periods": rows,
        "may_open": may_open,
        "current": current,
        "sees_all": policy.sees_comments(request.user, version.document_id),
    }


def _next_open(user: Any, comment: Comment) -> Comment | None:
    """The next comment of the same period that waits for its answer: whoever answers them does so in a row."""
    found: Comment | None = comments_for(user).filter(disposition="", period=comment.period_id).first()
    return found


def _crumbs(version: DocumentVersion) -> list[tuple[str, str]]:
    return [("Comments", path("approvals:period-list")), (str(version), version.get_absolute_url())]
