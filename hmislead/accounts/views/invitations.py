"""The public page behind an invitation link."""

from __future__ import annotations

from typing import Any

from django.http import HttpResponse
from django.shortcuts import redirect, render
from django.views.decorators.debug import sensitive_post_parameters
from django.views.decorators.http import require_http_methods

from hmislead.access.pages import public
from hmislead.accounts import invitations
from hmislead.accounts.forms import NewAccountForm
from hmislead.accounts.middleware import SSO_KEY, own_password_needed
from hmislead.accounts.models import InvitationDetail
from hmislead.errors import DomainError
from hmislead.tenancy import context
from hmislead.web.forms import answer_form


@public
@sensitive_post_parameters("password", "again")
@require_http_methods(["GET", "POST"])
def invitation(request: Any, secret: str) -> HttpResponse:
    """Accept an invitation: make a sign-in, or add the implementation to the one that the address has."""
    if request.session.get(SSO_KEY) and request.user.is_authenticated:
        return own_password_needed(request)
    try:
        link = invitations.find(secret)
        with context.use(link.implementation):
            detail = InvitationDetail.objects.select_related("organization", "coc", "invited_by").get(invitation=link)
            shown = {"detail": detail, "role": invitations.role_words(detail), "implementation": link.implementation}
        if request.user.is_authenticated or invitations.has_account(detail.email):
            return _existing(request, secret, detail, shown)
        return _new(request, secret, detail, shown)
    except DomainError as error:
        return render(request, "accounts/invitation_closed.html", {"error": error}, status=error.status)


def _existing(request: Any, secret: str, detail: InvitationDetail, shown: dict[str, Any]) -> HttpResponse:
    if request.method == "POST" and request.user.is_authenticated:
        invitations.accept_as_existing(secret=secret, user=request.user)
        return redirect(f"/i/{detail.invitation.implementation.slug}/")
    return render(request, "accounts/invitation_existing.html", shown)


def _new(request: Any, secret: str, detail: InvitationDetail, shown: dict[str, Any]) -> HttpResponse:
    form = NewAccountForm(request.POST or None, email=detail.email, initial={"name": detail.name})
    if form.is_valid():
        given = form.cleaned_data
        invitations.accept_as_new(secret=secret, name=given["name"], password=given["password"])
        return render(request, "accounts/invitation_accepted.html", shown)
    return answer_form(request, "accounts/invitation_new.html", {**shown, "form": form})
