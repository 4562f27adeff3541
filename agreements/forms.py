"""Input about agreements: dates, paper, and the parties that each type needs."""

from __future__ import annotations

from typing import Any

from django import forms

from agreements.models import Agreement
from agreements.parties import LEAD_NEEDED, SUBJECT, PartyData, Role, Type, leads
from hmislead.directory.models import CoC, Organization, Person
from hmislead.web.forms import ComboBox

SIGNER_HELP = "Name and title as they stand on the paper."
SUBJECT_LABELS = {Role.CHO: "Agency", Role.VENDOR: "Vendor", Role.OTHER: "Other party"}


def subject_fields(kind: Type, by: Any) -> dict[str, forms.Field]:
    """The fields that say whom an agreement of a type is about, narrowed to what `by` may see."""
    organizations = Organization.objects.visible_to(by).current()
    role = SUBJECT[kind]
    if role == Role.COC:
        return {"coc": _choice("CoC", CoC.objects.visible_to(by))}
    if role == Role.END_USER:
        people = Person.objects.visible_to(by).current()
        return {"person": _choice("Person", people), "organization": _choice("At which agency", organizations)}
    if role in {Role.CHO, Role.VENDOR}:
        organizations = organizations.filter(roles__role=role.value).distinct()
    return {"organization": _choice(SUBJECT_LABELS[role], organizations)}


class DatesForm(forms.Form):
    """What every type has."""

    title = forms.CharField(
        label="Title", max_length=200, required=False, help_text="Only if the paper has a name of its own."
    )
    signed_on = forms.DateField(
        label="Signed on",
        required=False,
        widget=forms.DateInput,
        help_text="The day of the last signature. Old papers of which nobody knows the day may leave it empty.",
    )
    effective_on = forms.DateField(label="Takes effect on", widget=forms.DateInput)
    ends_on = forms.DateField(
        label="Last day",
        required=False,
        widget=forms.DateInput,
        help_text="Leave it empty if the agreement holds until somebody ends it.",
    )


class AgreementForm(DatesForm):
    """An agreement of one type, new or to be corrected. Every choice is narrowed to what `by` may see."""

    def __init__(self, *args: Any, by: Any, type: str, agreement: Agreement | None = None, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        self.type = Type(type)
        parties = self._party_fields(by)
        if agreement is None:
            self.fields["carried_over"] = forms.BooleanField(
                label="This is an old agreement, from before we used this system", required=False
            )
            self.fields["file"] = forms.FileField(
                label="Signed paper",
                required=False,
                help_text="PDF, Word or a picture, at most 25 MB. It may follow later.",
            )
        self.fields = {**parties, **self.fields}

    def _party_fields(self, by: Any) -> dict[str, forms.Field]:
        fields = {**subject_fields(self.type, by), "signed_by": _signer("Signed for them by")}
        if self.type == Type.END_USER:
            return fields
        lead = _choice("HMIS Lead", leads().visible_to(by))
        found = list(leads()[:2])
        if len(found) == 1:
            lead.initial = found[0]
        return {**fields, "lead": lead, "lead_signed_by": _signer("Signed for the HMIS Lead by")}

    def parties(self) -> list[PartyData]:
        """The parties as the operation takes them."""
        data = self.cleaned_data
        named = {f"{name}_id": data[name].pk for name in ("coc", "organization", "person") if data.get(name)}
        found = [PartyData(SUBJECT[self.type], signed_by=data["signed_by"], **named)]
        if self.type in LEAD_NEEDED:
            found.append(PartyData(Role.LEAD, organization_id=data["lead"].pk, signed_by=data["lead_signed_by"]))
        return found

    def dates(self) -> dict[str, Any]:
        """Title and dates as the operation takes them."""
        return {name: self.cleaned_data[name] for name in ("title", "signed_on", "effective_on", "ends_on")}


def initial_of(agreement: Agreement) -> dict[str, Any]:
    """What the form shows for an agreement on record."""
    found: dict[str, Any] = {
        name: getattr(agreement, name) for name in ("title", "signed_on", "effective_on", "ends_on")
    }
    for party in agreement.parties.all():
        if party.role == Role.LEAD and agreement.type in LEAD_NEEDED:
            found |= {"lead": party.organization_id, "lead_signed_by": party.signed_by}
        else:
            found |= {"coc": party.coc_id, "organization": party.organization_id, "person": party.person_id}
            found["signed_by"] = party.signed_by
    return found


class TerminateForm(forms.Form):
    """Why and from when on an agreement binds no more."""

    terminated_on = forms.DateField(
        label="First day without it", widget=forms.DateInput, help_text="From this day on the agreement binds no more."
    )
    reason = forms.CharField(label="Why does it end?", max_length=300, widget=forms.Textarea(attrs={"rows": 3}))
    told_on = forms.DateField(
        label="When was the other side told?",
        required=False,
        widget=forms.DateInput,
        help_text="Days of notice count from this day. Empty: from today.",
    )
    both_agree = forms.BooleanField(label="Both sides agree to this day", required=False)


class PaperForm(forms.Form):
    """The signed paper."""

    file = forms.FileField(label="Signed paper", help_text="PDF, Word or a picture, at most 25 MB.")


def _choice(label: str, queryset: Any) -> forms.ModelChoiceField[Any]:
    return forms.ModelChoiceField(queryset, label=label, widget=ComboBox, empty_label="Choose one")


def _signer(label: str) -> forms.CharField:
    return forms.CharField(label=label, max_length=150, required=False, help_text=SIGNER_HELP)
