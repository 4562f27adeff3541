"""The seal's key in the settings, and the public page that says whether a file is ours."""

from __future__ import annotations

from typing import Any
from uuid import UUID

from django.http import HttpResponse, HttpResponseBase
from django.shortcuts import get_object_or_404, render
from django.urls import reverse
from django.views.decorators.debug import sensitive_post_parameters
from django.views.decorators.http import require_http_methods

from hmislead.access.pages import page, public
from hmislead.accounts.addresses import client_address, counted
from hmislead.seals import operations
from hmislead.seals.forms import KeyForm, RotateForm, VerifyForm
from hmislead.seals.models import SealKey
from hmislead.seals.words import LANGUAGES, WORDS
from hmislead.web.form_pages import FormPage, answer_sent
from hmislead.web.forms import answer_form

MOST_CHECKS, WINDOW_SECONDS = 30, 3600
TONES = {operations.OURS: "good", operations.CHANGED: "bad", operations.NOT_OURS: "info"}


@page("view_settings")
def key_list(request: Any) -> HttpResponse:
    keys = SealKey.objects.visible_to(request.user)
    context = {
        "current": keys.filter(retired_at=None).first(),
        "retired": keys.exclude(retired_at=None),
        "may_manage": bool(request.access.scopes("manage_settings").everything),
    }
    return render(request, "seals/key_list.html", context)


@page("view_settings")
def certificate(request: Any, pk: UUID) -> HttpResponse:
    """The public certificate, for whoever checks a seal with a program of their own."""
    key = get_object_or_404(SealKey.objects.visible_to(request.user), pk=pk)
    headers = {"Content-Disposition": f'attachment; filename="seal-{key.fingerprint[:12]}.pem"'}
    return HttpResponse(key.certificate, content_type="application/x-pem-file", headers=headers)


@page("manage_settings")
def rotate(request: Any) -> HttpResponseBase:
    """Ask first: the key that is retired cannot be brought back."""
    back = reverse("seals:key-list", kwargs={"slug": request.implementation.slug})
    line = (
        "A new key seals from now on. The private part of the one in use is destroyed and cannot be brought back. "
        "What it sealed stays valid."
    )
    title = "Make a new key and retire this one"
    shown = FormPage(title, "Make a new key", back, line=line, crumbs=[("Seal", back)], danger=True)

    def act(given: dict[str, Any]) -> tuple[str, str]:
        operations.rotate_key(by=request.user)
        return back, "A new key is in use. What was sealed before stays valid."

    # No fields: what was sent may be empty, and is still an answer.
    return answer_sent(request, RotateForm(request.POST if request.method == "POST" else None), shown, act)


@page("manage_settings")
@sensitive_post_parameters("passphrase")
def import_key(request: Any) -> HttpResponseBase:
    back = reverse("seals:key-list", kwargs={"slug": request.implementation.slug})
    line = "With a certificate of an authority that readers know, they also see who sealed a document."
    shown = FormPage("Use a certificate of your own", "Use this certificate", back, line, [("Seal", back)])

    def act(given: dict[str, Any]) -> tuple[str, str]:
        operations.import_key(content=given["file"], passphrase=given["passphrase"], by=request.user)
        return back, "Your certificate is in use from now on."

    return answer_sent(request, KeyForm(request.POST or None, request.FILES or None), shown, act)


@public
@require_http_methods(["GET", "POST"])
def verify(request: Any) -> HttpResponse:
    """Is this file ours, and unaltered? Nothing more is said, and nothing is kept. `?language=es` says it in Spanish."""
    language = "es" if request.GET.get("language") == "es" else "en"
    words = WORDS[language]
    sent = (request.POST, request.FILES) if request.method == "POST" else ()
    form = VerifyForm(*sent, words=words)
    answer = None
    if request.method == "POST" and form.is_valid():
        if _too_many(request):
            form.add_error(None, words["too_many"])
        else:
            found = operations.look_up(form.cleaned_data["file"])
            answer = TONES[found], words[found]
            form = VerifyForm(words=words)
    others = [(code, name) for code, name in LANGUAGES.items() if code != language]
    shown = {"form": form, "answer": answer, "words": words, "language": language, "others": others}
    return answer_form(request, "seals/verify.html", shown)


def _too_many(request: Any) -> bool:
    """Counts checks by internet address; each answer costs us reading a file."""
    return counted(f"seals.verify:{client_address(request)}", WINDOW_SECONDS) > MOST_CHECKS
