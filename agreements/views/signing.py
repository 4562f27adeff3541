"""Signing, for people with a sign-in: read, sign, refuse, pass on."""

from __future__ import annotations

from typing import Any
from uuid import UUID

from django.http import Http404, HttpResponse, HttpResponseBase
from django.shortcuts import redirect, render
from django.urls import reverse

from agreements import policy
from agreements.models import Candidate, Signer
from agreements.operations import signing
from agreements.page_words import part_of, words_of
from agreements.signing_forms import DeclineForm, PassOnForm, SignForm
from hmislead.access.pages import page
from hmislead.access.permissions import OWN
from hmislead.accounts.addresses import client_address
from hmislead.errors import DomainError
from hmislead.web.form_pages import FormPage, answer_sent
from hmislead.web.forms import answer_form


def evidence(request: Any, method: str) -> signing.Evidence:
    """How the request came: kept with a signature, never in a log."""
    return signing.Evidence(method, client_address(request), request.headers.get("User-Agent", "")[:300])


@page(OWN)
def to_sign(request: Any) -> HttpResponse:
    """What waits for the reader's signature, and what they have signed."""
    mine = Signer.objects.asked_or_done(policy.own_person_id(request.user)).select_related("packet", "party")
    asked = [each for each in mine if each.state == Signer.State.ASKED and each.packet.is_out]
    done = [each for each in mine if each.state == Signer.State.SIGNED]
    return render(request, "agreements/to_sign.html", {"asked": asked, "done": done})


@page(OWN)
def sign(request: Any, pk: UUID) -> HttpResponseBase:
    """The text in full, then the signature: nothing else on the page."""
    candidate = _mine(request, pk)
    signer, packet = candidate.signer, candidate.signer.packet
    form = SignForm(request.POST or None, packet=packet)
    if request.method == "POST" and form.is_valid():
        try:
            signing.sign(
                candidate=candidate,
                name=form.cleaned_data["name"],
                sha256=form.cleaned_data["sha256"],
                consent=form.cleaned_data["consent"],
                initials=form.initials(),
                evidence=evidence(request, Signer.Method.SIGN_IN),
            )
        except DomainError as error:
            form.add_error(None, error.message)
        else:
            return redirect("agreements:sign", slug=request.implementation.slug, pk=pk)
    if request.method == "GET" and signer.state == Signer.State.ASKED and packet.is_out:
        signer = signing.see(candidate=candidate, evidence=evidence(request, Signer.Method.SIGN_IN))
    slug = request.implementation.slug
    context = {
        "packet": packet,
        "words": words_of(packet),
        "part": part_of(signer),
        "signer": signer,
        "candidate": candidate,
        "form": form,
        "is_open": packet.is_out and signer.state == Signer.State.ASKED,
        "decline_url": reverse("agreements:sign-decline", kwargs={"slug": slug, "pk": pk}),
        "pass_on_url": reverse("agreements:sign-pass-on", kwargs={"slug": slug, "pk": pk})
        if signer.must_be_signatory
        else "",
        "frame": "base.html",
    }
    return answer_form(request, "agreements/sign.html", context)


@page(OWN)
def decline(request: Any, pk: UUID) -> HttpResponseBase:
    candidate = _mine(request, pk)
    back = reverse("agreements:sign", kwargs={"slug": request.implementation.slug, "pk": pk})
    title = candidate.signer.packet.title
    page_ = FormPage("Decline to sign", "Decline", back, line=title, crumbs=[(title, back)], danger=True)

    def act(given: dict[str, Any]) -> tuple[str, str]:
        signing.decline(candidate=candidate, reason=given["reason"], evidence=evidence(request, Signer.Method.SIGN_IN))
        return back, "You declined to sign. The HMIS Lead has been told why."

    return answer_sent(request, DeclineForm(request.POST or None, packet=candidate.signer.packet), page_, act)


@page(OWN)
def pass_on(request: Any, pk: UUID) -> HttpResponseBase:
    candidate = _mine(request, pk)
    signer = candidate.signer
    if not signer.must_be_signatory:
        raise Http404
    back = reverse("agreements:sign", kwargs={"slug": request.implementation.slug, "pk": pk})
    line = "Only people recorded as authorized to sign here are listed."
    page_ = FormPage("Pass this signature on", "Pass on", back, line=line, crumbs=[(signer.packet.title, back)])
    form = PassOnForm(request.POST or None, signer=signer, mine=candidate)

    def act(given: dict[str, Any]) -> tuple[str, str]:
        to, how = form.heir(), evidence(request, Signer.Method.SIGN_IN)
        signing.delegate(candidate=candidate, to=to, reason=given["reason"], evidence=how)
        url = reverse("agreements:to-sign", kwargs={"slug": request.implementation.slug})
        return url, f"{given['person']} is asked to sign instead of you."

    return answer_sent(request, form, page_, act)


def _mine(request: Any, pk: UUID) -> Candidate:
    return signing.candidate_for(signer_id=pk, user=request.user)
