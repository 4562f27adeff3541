"""The pages on which a person changes the e-mail address they sign in with."""

from __future__ import annotations

from typing import Any

from allauth.account.internal.flows.reauthentication import raise_if_reauthentication_required
from allauth.core.ratelimit import consume, respond_429
from django.contrib import messages
from django.http import HttpResponse
from django.shortcuts import redirect, render
from django.views.decorators.http import require_http_methods

from hmislead.access.pages import signed_in
from hmislead.accounts import address_change
from hmislead.accounts.adapter import OWN_PAGES
from hmislead.accounts.forms import AddressForm
from hmislead.accounts.middleware import SSO_KEY, own_password_needed
from hmislead.errors import DomainError
from hmislead.web.forms import answer_form


@require_http_methods(["GET", "POST"])
@signed_in
def address_ask(request: Any) -> HttpResponse:
    """Ask for another address: after the password or the second factor, in a session opened with them."""
    if request.session.get(SSO_KEY):
        return own_password_needed(request)
    raise_if_reauthentication_required(request, app=OWN_PAGES)
    form = AddressForm(request.POST or None, user=request.user)
    if not form.is_valid():
        return answer_form(request, "accounts/address_form.html", {"form": form})
    address = form.cleaned_data["address"]
    # At most ten tries a minute by one person, and one mail in three minutes to one mailbox.
    if not (
        consume(request, action="manage_email", user=request.user)
        and consume(request, action="confirm_email", key=address)
    ):
        return respond_429(request)
    change = address_change.ask_for_address(address=address, by=request.user)
    return render(request, "accounts/address_asked.html", {"change": change})


@require_http_methods(["GET", "POST"])
@signed_in
def address_confirm(request: Any, secret: str) -> HttpResponse:
    """What the link in the new mailbox opens: a button, so that a mail program that follows links changes nothing."""
    if request.session.get(SSO_KEY):
        return own_password_needed(request)
    try:
        if request.method == "GET":
            change = address_change.find(secret=secret, by=request.user)
            return render(request, "accounts/address_confirm.html", {"change": change})
        change = address_change.confirm_address(secret=secret, by=request.user)
    except DomainError as error:
        return render(request, "accounts/address_closed.html", {"error": error}, status=error.status)
    messages.success(request, f"From now on you sign in as {change.new_email}.")
    return redirect("accounts:security")
