"""Merging two agencies or two people: choose, look, do, and take back within a day."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any
from uuid import UUID

from django.http import HttpResponse, HttpResponseBase
from django.shortcuts import redirect, render
from django.views.decorators.http import require_POST

from hmislead.access.pages import page
from hmislead.directory import policy
from hmislead.directory.forms.organizations import MergeWithForm, SureForm
from hmislead.directory.models import Merge
from hmislead.directory.operations import merges
from hmislead.directory.views.pieces import at, crumbs_of, done
from hmislead.web.form_pages import FormPage, answer_sent


@dataclass(frozen=True)
class Words:
    """How a kind of record is spoken of on these pages: its list, and what of the two is put side by side."""

    one: str
    list_label: str
    list_name: str
    compare: tuple[tuple[str, str], ...]


WORDS: dict[str, Words] = {
    Merge.Kind.ORGANIZATION: Words(
        "agency",
        "Agencies",
        "organization-list",
        (
            ("Name", "name"),
            ("Also known as", "common_name"),
            ("Victim service provider", "is_vsp"),
            ("Telephone", "phone"),
            ("Website", "website"),
        ),
    ),
    Merge.Kind.PERSON: Words(
        "person",
        "People",
        "person-list",
        (
            ("First name", "first_name"),
            ("Last name", "last_name"),
            ("E-mail", "email"),
            ("Telephone", "phone"),
            ("Job title", "job_title"),
            ("Sign-in", "user"),
        ),
    ),
}


@page("manage_directory")
def merge_choose(request: Any, pk: UUID, kind: str) -> HttpResponseBase:
    """Which other record is the same, and which of the two stays."""
    policy.require_manage(request.user)
    this = merges.MODELS[kind].objects.visible_to(request.user).get(pk=pk)
    words = WORDS[kind]
    line = "Use this when the same one is here twice. You see what will happen before anything is changed."
    shown = FormPage(
        f"Merge {this} with another {words.one}",
        "See what will happen",
        this.get_absolute_url(),
        line,
        crumbs_of(this, (words.list_label, at(request, words.list_name))),
    )
    form = MergeWithForm(request.POST or None, this=this, by=request.user)
    if request.method == "POST" and form.is_valid():
        other = form.cleaned_data["other"]
        gone, stays = (other, this) if form.cleaned_data["keep"] == "this" else (this, other)
        return redirect(at(request, f"{kind}-merge-preview", pk=stays.pk, gone=gone.pk))
    return answer_sent(request, form, shown, lambda data: (this.get_absolute_url(), ""))


@page("manage_directory")
def merge_preview(request: Any, pk: UUID, gone: UUID, kind: str) -> HttpResponseBase:
    """What would move, and the button that does it. Looking changes nothing."""
    if request.method == "POST":
        record = merges.merge(kind=kind, gone_id=gone, stays_id=pk, by=request.user)
        url = merges.MODELS[kind].objects.visible_to(request.user).get(pk=record.stays_id).get_absolute_url()
        return done(request, url, "They are one now. You can undo this for 24 hours.")
    seen = merges.preview_merge(kind=kind, gone_id=gone, stays_id=pk, by=request.user)
    words = WORDS[kind]
    compared = [
        {"label": title, "gone": getattr(seen.gone, field), "stays": getattr(seen.stays, field)}
        for title, field in words.compare
    ]
    context = {
        "preview": seen,
        "compared": compared,
        "form": SureForm(),
        "crumbs": crumbs_of(seen.stays, (words.list_label, at(request, words.list_name))),
        "other_way": at(request, f"{kind}-merge-preview", pk=gone, gone=pk),
    }
    response: HttpResponse = render(request, "directory/merge_preview.html", context)
    return response


@require_POST
@page("manage_directory")
def merge_undo(request: Any, pk: UUID) -> HttpResponseBase:
    """Take a merge back."""
    record, changed_since = merges.undo_merge(merge_id=pk, by=request.user)
    row = merges.MODELS[record.kind].objects.visible_to(request.user).get(pk=record.stays_id)
    sentence = "The merge is undone. Both are as they were."
    if changed_since:
        noun = "fact was" if changed_since == 1 else "facts were"
        sentence = f"The merge is undone. {changed_since} {noun} changed since and stayed as they are now."
    return done(request, row.get_absolute_url(), sentence)
