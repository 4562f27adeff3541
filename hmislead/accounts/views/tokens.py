"""API tokens of the signed-in person, for one implementation."""

from __future__ import annotations

import uuid
from typing import Any

from django.contrib import messages
from django.http import HttpResponse
from django.shortcuts import redirect, render
from django.views.decorators.http import require_http_methods, require_POST

from hmislead.access.pages import page
from hmislead.access.permissions import MEMBER, OWN, PERMISSIONS
from hmislead.accounts import tokens
from hmislead.accounts.forms import TokenForm
from hmislead.accounts.middleware import SSO_KEY, own_password_needed
from hmislead.web.forms import answer_form


@require_http_methods(["GET", "POST"])
@page(MEMBER)
def token_list(request: Any) -> HttpResponse:
    """The person's tokens, and a form for a new one. The secret is on the answer to the form and nowhere else."""
    if request.session.get(SSO_KEY):
        # A token outlives its session: the provider's word is not enough to make one.
        return own_password_needed(request)
    form = TokenForm(request.POST or None, by=request.user)
    context: dict[str, Any] = {"form": form, "labels": {**PERMISSIONS, OWN: tokens.OWN_LABEL}}
    if form.is_valid():
        given = form.cleaned_data
        token, secret = tokens.create(name=given["name"], wanted=given["scopes"], days=given["days"], by=request.user)
        return render(request, "accounts/token_made.html", {"token": token, "secret": secret})
    context["tokens"] = [
        (token, [context["labels"].get(code, code) for code in token.scopes])
        for token in tokens.tokens_of(request.user)
    ]
    return answer_form(request, "accounts/token_list.html", context)


@require_POST
@page(MEMBER)
def token_revoke(request: Any, pk: uuid.UUID) -> HttpResponse:
    """Stop a token at once."""
    token = tokens.revoke(token_id=pk, by=request.user)
    messages.success(request, f"The token “{token.name}” no longer works.")
    return redirect("accounts:token-list", slug=request.implementation.slug)
