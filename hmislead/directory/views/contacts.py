"""An agency's contacts and signatories."""

from __future__ import annotations

from typing import Any
from uuid import UUID

from django.http import HttpResponse, HttpResponseBase
from django.shortcuts import render
from django.views.decorators.http import require_POST

from hmislead.access.pages import page
from hmislead.directory import policy
from hmislead.directory.forms.organizations import ContactForm, SignatoryForm
from hmislead.directory.models import Contact, Signatory
from hmislead.directory.operations import contacts
from hmislead.directory.views.organizations import about, find, frame
from hmislead.directory.views.pieces import at, day_page, done, simple
from hmislead.tenancy import settings


@page("view_directory")
def organization_contacts(request: Any, pk: UUID) -> HttpResponse:
    """Who speaks and who signs for an agency; the functions nobody is named for."""
    organization = find(request, pk)
    rows = list(Contact.objects.visible_to(request.user).filter(organization=organization).select_related("person"))
    named = {contact.function for contact in rows if contact.ends_on is None}
    context = {
        **frame(request, organization),
        "contacts": [contact for contact in rows if contact.ends_on is None],
        "former": [contact for contact in rows if contact.ends_on],
        "missing": [label for code, label in Contact.Function.choices if code not in named],
        "signatories": Signatory.objects.visible_to(request.user)
        .filter(organization=organization)
        .select_related("person"),
        "today": settings.today(),
    }
    return render(request, "directory/organization_contacts.html", context)


def _tab(request: Any, organization_id: UUID) -> str:
    return at(request, "organization-contacts", pk=organization_id)


@page("manage_contacts")
def contact_add(request: Any, pk: UUID) -> HttpResponseBase:
    """Name a contact."""
    organization = find(request, pk)
    policy.require_manage_contacts(request.user, pk)
    line = "It gives nobody a role or a sign-in."
    shown = about(request, organization, "Name a contact", "Name contact", line, back=_tab(request, pk))
    form = ContactForm(request.POST or None, by=request.user, initial={"function": request.GET.get("function")})
    return simple(request, form, shown, contacts.name_contact, "The contact is named.", organization_id=pk)


@page("manage_contacts")
def contact_end(request: Any, pk: UUID) -> HttpResponseBase:
    """Give a contact its last day."""
    contact = Contact.objects.visible_to(request.user).select_related("organization", "person").get(pk=pk)
    policy.require_manage_contacts(request.user, contact.organization_id)
    title = f"End {contact.person} as {contact.get_function_display().lower()}"
    shown = about(
        request, contact.organization, title, "End contact", back=_tab(request, contact.organization_id), danger=True
    )
    return day_page(
        request, shown, contacts.end_contact, "The contact has its last day.", label="Last day", contact_id=pk
    )


@require_POST
@page("manage_contacts")
def contact_affirm(request: Any, pk: UUID) -> HttpResponseBase:
    """One contact is still right."""
    contact = contacts.affirm_contact(contact_id=pk, by=request.user)
    return done(request, _tab(request, contact.organization_id), f"{contact.person} is re-affirmed as of today.")


@require_POST
@page("manage_contacts")
def contacts_affirm_all(request: Any, pk: UUID) -> HttpResponseBase:
    """All contacts of an agency are still right."""
    count = contacts.affirm_all_contacts(organization_id=pk, by=request.user)
    words = "The contact is" if count == 1 else f"All {count} contacts are"
    return done(request, _tab(request, pk), f"{words} re-affirmed as of today.")


@page("manage_directory")
def signatory_add(request: Any, pk: UUID) -> HttpResponseBase:
    """Record who may bind an agency."""
    organization = find(request, pk)
    policy.require_manage(request.user)
    line = "Whose signature binds the agency, and what gives them that power."
    shown = about(request, organization, "Add a signatory", "Add signatory", line, back=_tab(request, pk))
    form = SignatoryForm(request.POST or None, by=request.user)
    return simple(request, form, shown, contacts.add_signatory, "The signatory is recorded.", organization_id=pk)


@page("manage_directory", "record_decisions")
def signatory_end(request: Any, pk: UUID) -> HttpResponseBase:
    """Give a signing power its last day, whether for an agency or a CoC."""
    signatory = Signatory.objects.visible_to(request.user).select_related("organization", "coc", "person").get(pk=pk)
    if signatory.organization:
        policy.require_manage(request.user)
    else:
        policy.require_record_decisions(request.user, signatory.coc_id)
    subject = signatory.organization or signatory.coc
    back = _tab(request, signatory.organization_id) if signatory.organization else subject.get_absolute_url()
    line = "What was signed before stays signed."
    shown = about(
        request, subject, f"End the signing power of {signatory.person}", "End signing power", line, back=back
    )
    return day_page(
        request,
        shown,
        contacts.end_signatory,
        "The signing power has its last day.",
        label="Last day",
        signatory_id=pk,
    )
