"""Signing with a personal link. The link alone says which implementation; a code proves the mailbox; then one signature."""

from __future__ import annotations

from typing import Any

from django.contrib import messages
from django.db import transaction
from django.http import HttpResponse
from django.shortcuts import redirect, render
from django.utils import timezone
from django.views.decorators.debug import sensitive_post_parameters
from django.views.decorators.http import require_http_methods, require_POST

from agreements.models import Candidate, Signer, SigningLink
from agreements.operations import links, signing
from agreements.page_words import REFUSALS_ES, about, part_of, refusal, words_of
from agreements.signing_forms import CodeForm, DeclineForm, SignForm
from agreements.tasks import address_of
from agreements.views.signing import evidence
from hmislead.access.pages import public
from hmislead.errors import DomainError
from hmislead.tenancy import context
from hmislead.web.forms import answer_form

PROVED = "signing_links"  # in the session: links whose mailbox was proved in this browser
HOMES: dict[str, str] = {SigningLink.Purpose.SIGN: "signing:link", SigningLink.Purpose.COPY: "signing:copy"}


@public
@require_http_methods(["GET", "POST"])
def link(request: Any, token: str) -> HttpResponse:
    """The text and the signature, once the mailbox is proved; before that, nothing of the agreement."""
    try:
        found = links.find(token)
        with context.use(found.implementation), timezone.override(found.implementation.zone):
            candidate = links.opened(found).candidate
            if not is_proved(request, found):
                return ask_for_code(request, found, candidate, token)
            answer = _sign(request, found, candidate, token)
            if answer.status_code >= 400:
                transaction.set_rollback(True)
            return answer
    except DomainError as error:
        return closed(request, error)


@public
@sensitive_post_parameters("code")
@require_POST
def code(request: Any, token: str) -> HttpResponse:
    """Send a code, or check the one that was typed."""
    try:
        found = links.find(token)
        with context.use(found.implementation):
            candidate = links.opened(found, found.purpose).candidate
            if "send" in request.POST:
                links.ask_code(found.pk)
                messages.success(request, words_of(candidate.signer.packet)["wait"])
                return redirect(HOMES[found.purpose], token=token)
        return _check(request, found, candidate, token)
    except DomainError as error:
        return closed(request, error)


@public
@require_http_methods(["GET", "POST"])
def decline(request: Any, token: str) -> HttpResponse:
    """Refuse to sign, with the reason. The link is used up."""
    try:
        found = links.find(token)
        with context.use(found.implementation):
            candidate = links.opened(found).candidate
            if not is_proved(request, found):
                return redirect("signing:link", token=token)
            packet = candidate.signer.packet
            form = DeclineForm(request.POST or None, packet=packet)
            shown = {**about(packet), "form": form, "token": token}
            if not form.is_valid():
                return answer_form(request, "agreements/link_decline.html", shown)
            links.use_up(found.pk)
            how = evidence(request, Signer.Method.LINK)
            signing.decline(candidate=candidate, reason=form.cleaned_data["reason"], evidence=how)
            return render(request, "agreements/link_done.html", {**about(packet), "declined": True})
    except DomainError as error:
        return closed(request, error)


def _sign(request: Any, found: SigningLink, candidate: Candidate, token: str) -> HttpResponse:
    signer, packet = candidate.signer, candidate.signer.packet
    how = evidence(request, Signer.Method.LINK)
    form = SignForm(request.POST or None, packet=packet)
    if request.method == "POST" and form.is_valid():
        try:
            with transaction.atomic():
                links.use_up(found.pk)
                signing.sign(
                    candidate=candidate,
                    name=form.cleaned_data["name"],
                    sha256=form.cleaned_data["sha256"],
                    consent=form.cleaned_data["consent"],
                    initials=form.initials(),
                    evidence=how,
                )
        except DomainError as error:
            form.add_error(None, refusal(error.message, packet.language))
        else:
            return render(request, "agreements/link_done.html", {**about(packet), "declined": False})
    if request.method == "GET":
        signer = signing.see(candidate=candidate, evidence=how)
    shown = {
        **about(packet),
        "part": part_of(signer),
        "signer": signer,
        "candidate": candidate,
        "form": form,
        "is_open": True,
        "decline_url": f"/sign/{token}/decline/",
        "pass_on_url": "",
        "frame": "base_plain.html",
    }
    return answer_form(request, "agreements/sign.html", shown)


def _check(request: Any, found: SigningLink, candidate: Candidate, token: str) -> HttpResponse:
    packet = candidate.signer.packet
    form = CodeForm(request.POST, packet=packet)
    if form.is_valid():
        with context.use(found.implementation):
            problem = links.problem_of_code(found.pk, form.cleaned_data["code"])
        if problem:
            form.add_error("code", refusal(problem, packet.language))
        else:
            request.session.cycle_key()  # whoever knew this browser's session before has not proved the mailbox
            request.session[PROVED] = [*request.session.get(PROVED, []), str(found.pk)][-5:]
            return redirect(HOMES[found.purpose], token=token)
    return answer_form(request, "agreements/link_code.html", _code_page(found, candidate, form, token))


def ask_for_code(request: Any, found: SigningLink, candidate: Candidate, token: str) -> HttpResponse:
    """The page that stands before everything a link opens."""
    form = CodeForm(packet=candidate.signer.packet)
    return render(request, "agreements/link_code.html", _code_page(found, candidate, form, token))


def is_proved(request: Any, found: SigningLink) -> bool:
    """Whether the mailbox of a link was proved in this browser."""
    return str(found.pk) in request.session.get(PROVED, [])


def _code_page(found: SigningLink, candidate: Candidate, form: CodeForm, token: str) -> dict[str, Any]:
    """What stands there before the mailbox is proved: who asks, and where the code goes, half hidden."""
    name, _, domain = address_of(candidate).partition("@")
    return {
        **about(candidate.signer.packet),
        "form": form,
        "where": f"{name[:1]}…@{domain}",
        "was_sent": bool(found.codes_sent),
        "token": token,
        "for_copy": found.purpose == SigningLink.Purpose.COPY,
    }


def closed(request: Any, error: DomainError) -> HttpResponse:
    """What a link says that opens nothing (any more)."""
    shown = {"error": error, "spanish": REFUSALS_ES.get(error.message)}
    return render(request, "agreements/link_closed.html", shown, status=error.status)
