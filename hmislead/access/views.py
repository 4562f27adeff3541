"""Who belongs to an implementation and which roles they hold; invitations; the identity provider."""

from __future__ import annotations

import uuid
from typing import Any

from django.contrib import messages
from django.core.exceptions import PermissionDenied
from django.db.models import Prefetch, QuerySet
from django.http import HttpResponse
from django.shortcuts import get_object_or_404, redirect, render
from django.urls import reverse
from django.views.decorators.http import require_GET, require_http_methods, require_POST

from hmislead.access import forms, lists, operations, roles
from hmislead.access.models import RoleGrant
from hmislead.access.pages import page
from hmislead.accounts import invitations, providers, tasks
from hmislead.accounts.forms import InvitationForm, RoleForm
from hmislead.accounts.models import InvitationDetail, User
from hmislead.errors import DomainError
from hmislead.tenancy import settings
from hmislead.web.forms import answer_form
from hmislead.web.listing import render_list


@require_GET
@page("view_settings")
def member_list(request: Any) -> HttpResponse:
    """Everybody who belongs to the implementation, with the roles they hold."""
    grants = RoleGrant.objects.visible_to(request.user).filter(revoked_at=None).exclude(ends_on__lt=settings.today())
    members = _members(request).prefetch_related(
        Prefetch("role_grants", grants.select_related("coc", "organization"), to_attr="held")
    )
    return render_list(request, lists.MEMBERS, members)


@require_http_methods(["GET", "POST"])
@page("view_settings")
def member_detail(request: Any, pk: uuid.UUID) -> HttpResponse:
    """One member: their roles here, those that have ended, and, for who may, a form to grant another."""
    member = _member(request, pk)
    may_grant = request.access.scopes("manage_roles").everything
    if request.method == "POST" and not may_grant:
        raise PermissionDenied("Only a Lead administrator may change roles.")
    form = RoleForm(request.POST or None, by=request.user)
    if form.is_valid() and _granted(request, form, member):
        messages.success(request, "The role is granted.")
        return redirect("access:member-detail", slug=request.implementation.slug, pk=pk)
    grants = (
        RoleGrant.objects.visible_to(request.user)
        .filter(user=member)
        .select_related("coc", "organization", "granted_by")
    )
    context = {
        "form": form,
        "member": member,
        "may_grant": may_grant,
        "grants": grants.order_by("-starts_on"),
        "today": settings.today(),
        "roles": roles.ROLES.values(),
    }
    return answer_form(request, "access/member_detail.html", context)


def _granted(request: Any, form: RoleForm, member: User) -> bool:
    try:
        operations.grant_role(user=member, by=request.user, **form.cleaned_data)
    except DomainError as error:
        form.add_error("role", error.message)
        return False
    return True


@require_POST
@page("manage_roles")
def member_remove(request: Any, pk: uuid.UUID) -> HttpResponse:
    """Take a member out of the implementation."""
    member = _member(request, pk)
    operations.end_membership(user_id=pk, by=request.user)
    messages.success(request, f"{member} no longer belongs to {request.implementation}.")
    return redirect("access:member-list", slug=request.implementation.slug)


@require_POST
@page("manage_roles")
def role_end(request: Any, pk: uuid.UUID) -> HttpResponse:
    """End a role now."""
    grant = operations.revoke_role(grant_id=pk, by=request.user)
    messages.success(request, f"{grant.user} is no longer {grant}.")
    return redirect("access:member-detail", slug=request.implementation.slug, pk=grant.user_id)


def _members(request: Any) -> QuerySet[User]:
    """Who belongs here, for who reads the whole implementation; an auditor of one CoC finds themselves alone."""
    members = User.objects.filter(memberships__implementation=request.implementation)
    reads_all = any(request.access.scopes(code).everything for code in ("view_settings", "manage_roles"))
    return members if reads_all else members.filter(pk=request.user.pk)


def _member(request: Any, pk: uuid.UUID) -> User:
    return get_object_or_404(_members(request), pk=pk)


@require_GET
@page("manage_roles")
def invitation_list(request: Any) -> HttpResponse:
    """Invitations, the newest first."""
    details = InvitationDetail.objects.visible_to(request.user)
    return render_list(
        request, lists.INVITATIONS, details.select_related("invitation", "invited_by", "coc", "organization")
    )


@require_http_methods(["GET", "POST"])
@page("manage_roles")
def invitation_new(request: Any) -> HttpResponse:
    """Invite somebody."""
    form = InvitationForm(request.POST or None, by=request.user)
    if form.is_valid():
        given = form.cleaned_data
        given["role_ends_on"] = given.pop("ends_on")
        try:
            detail = invitations.invite(by=request.user, **given)
        except DomainError as error:
            form.add_error(None, error.message)
        else:
            messages.success(request, f"The invitation is on its way to {detail.email}.")
            return redirect("access:invitation-list", slug=request.implementation.slug)
    return answer_form(request, "access/invitation_form.html", {"form": form, "roles": roles.ROLES.values()})


@require_GET
@page("manage_roles")
def invitation_detail(request: Any, pk: uuid.UUID) -> HttpResponse:
    """One invitation and the mail it sends. The link itself is in the mail alone."""
    details = InvitationDetail.objects.visible_to(request.user).select_related(
        "invitation__implementation", "coc", "organization", "invited_by"
    )
    detail = get_object_or_404(details, pk=pk)
    subject, body = tasks.invitation_mail(detail, tasks.LINK_STANDS_HERE)
    context = {"detail": detail, "subject": subject, "body": body, "role": invitations.role_words(detail)}
    return render(request, "access/invitation_detail.html", context)


@require_POST
@page("manage_roles")
def invitation_resend(request: Any, pk: uuid.UUID) -> HttpResponse:
    """Send a new link."""
    detail = invitations.resend(invitation_id=pk, by=request.user)
    messages.success(request, f"A new invitation is on its way to {detail.email}. The old link no longer works.")
    return redirect("access:invitation-list", slug=request.implementation.slug)


@require_POST
@page("manage_roles")
def invitation_withdraw(request: Any, pk: uuid.UUID) -> HttpResponse:
    """Make the link useless."""
    detail = invitations.withdraw(invitation_id=pk, by=request.user)
    messages.success(request, f"The invitation of {detail.name} is withdrawn.")
    return redirect("access:invitation-list", slug=request.implementation.slug)


@require_http_methods(["GET", "POST"])
@page("manage_settings")
def provider_edit(request: Any) -> HttpResponse:
    """The identity provider of the implementation. Its secret goes in and never comes out."""
    provider = providers.current()
    form = forms.ProviderForm(request.POST or None, provider=provider)
    if form.is_valid():
        try:
            providers.save(details=form.details(), by=request.user)
        except DomainError as error:
            form.add_error(None, error.message)
        else:
            messages.success(request, "Saved. Try it on the sign-in page before you tell others.")
            return redirect("access:provider-edit", slug=request.implementation.slug)
    context = {"form": form, "provider": provider, "addresses": _addresses(request, provider)}
    return answer_form(request, "access/provider_form.html", context)


def _addresses(request: Any, provider: Any) -> list[tuple[str, str]]:
    """What the provider's own administrator needs: where people come back to."""
    slug = request.implementation.slug
    found = [("Your sign-in page", reverse("accounts:sign-in", kwargs={"slug": slug}))]
    if provider and provider.app.provider == providers.OIDC:
        callback = reverse("openid_connect_callback", kwargs={"provider_id": provider.app.provider_id})
        found.append(("Redirect address", callback))
    elif provider:
        where = {"organization_slug": provider.app.provider_id}
        found.append(("Metadata of this site", reverse("saml_metadata", kwargs=where)))
        found.append(("Assertion consumer service", reverse("saml_acs", kwargs=where)))
        if provider.app.settings["idp"].get("slo_url"):
            found.append(("Single logout service", reverse("accounts:saml-logout", kwargs=where)))
    return [(label, request.build_absolute_uri(path)) for label, path in found]


@require_POST
@page("manage_settings")
def provider_remove(request: Any) -> HttpResponse:
    """Take the provider and every link to it away."""
    providers.remove(by=request.user)
    messages.success(request, "The identity provider is removed. Everybody signs in with their password.")
    return redirect("access:provider-edit", slug=request.implementation.slug)
