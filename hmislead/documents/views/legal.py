"""Pages of the log of legal reviews."""

from __future__ import annotations

from typing import Any
from uuid import UUID

from django.http import HttpResponse, HttpResponseBase

from hmislead.access.pages import page
from hmislead.documents import policy
from hmislead.documents.announcements import path
from hmislead.documents.forms_legal import LegalReviewForm
from hmislead.documents.lists_legal import LEGAL_REVIEWS, legal_reviews_for
from hmislead.documents.models import Document
from hmislead.documents.operations.legal import record_legal_review
from hmislead.web.form_pages import FormPage, answer_sent
from hmislead.web.listing import render_list


@page("view_documents")
def legal_review_list(request: Any) -> HttpResponse:
    """Every legal review, the latest first."""
    return render_list(request, LEGAL_REVIEWS, legal_reviews_for(request.user))


@page("edit_documents")
def legal_review_new(request: Any, pk: UUID) -> HttpResponseBase:
    """Record that a lawyer looked at a document."""
    document = Document.objects.visible_to(request.user).get(pk=pk)
    policy.require_edit(request.user)
    form = LegalReviewForm(request.POST or None, request.FILES or None, document=document)
    back = document.get_absolute_url()
    crumbs = [("Legal reviews", path("documents:legal-review-list")), (str(document), back)]
    shown = FormPage("Record a legal review", "Record the review", back, str(document), crumbs)

    def act(given: dict[str, Any]) -> tuple[str, str]:
        record_legal_review(document_id=pk, by=request.user, **given)
        return back, "The legal review is recorded."

    return answer_sent(request, form, shown, act)


def of_document(request: Any, document: Any) -> dict[str, Any] | None:
    """The panel of a document: its legal reviews."""
    rows = list(legal_reviews_for(request.user).filter(document=document))
    may_record = policy.can_edit(request.user)
    if not rows and not may_record:
        return None
    sees_files = policy.opens_files(request.user)
    return {"document": document, "reviews": rows, "may_record": may_record, "sees_files": sees_files}
