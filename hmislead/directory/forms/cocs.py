"""What people type about CoCs, governing bodies and designations."""

from __future__ import annotations

from typing import Any

from django import forms

from hmislead.directory import approvable
from hmislead.directory.forms.organizations import StandInChoiceForm
from hmislead.directory.models import Designation, GoverningBody, Organization
from hmislead.tenancy import settings
from hmislead.web.forms import ComboBox


class CoCForm(forms.Form):
    number = forms.CharField(label="CoC number", max_length=6, help_text="HUD's number, such as OH-504.")
    name = forms.CharField(label="Name", max_length=150)
    website = forms.URLField(label="Website", required=False, assume_scheme="https")

    def clean_number(self) -> str:
        return str(self.cleaned_data["number"]).strip().upper()


class BodyForm(forms.Form):
    name = forms.CharField(label="Name", max_length=150, help_text="Such as CoC Board or HMIS Committee.")
    quorum = forms.IntegerField(
        label="Quorum", required=False, min_value=1, max_value=999, help_text="Members who must be present."
    )
    approves = forms.MultipleChoiceField(
        label="Documents it may approve",
        required=False,
        choices=lambda: list(approvable.KINDS.items()),
        widget=forms.CheckboxSelectMultiple,
    )
    may_approve = forms.CharField(
        label="What else it may decide",
        required=False,
        max_length=300,
        help_text="In words, such as designations.",
    )
    delegation = forms.CharField(
        label="Who gave it this power",
        required=False,
        max_length=300,
        help_text="And when, such as the charter of a day.",
    )


class MemberForm(StandInChoiceForm):
    position = forms.CharField(label="Position", required=False, max_length=100, help_text="Such as Chair.")
    effective_at = forms.DateField(label="Since")

    def __init__(self, *args: Any, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        self.fields["effective_at"].initial = settings.today()


class DesignationForm(forms.Form):
    kind = forms.ChoiceField(label="What is designated", choices=Designation.Kind.choices, widget=forms.RadioSelect)
    organization = forms.ModelChoiceField(
        Organization.objects.none(),
        label="Organization",
        widget=ComboBox,
        empty_label="Choose an organization",
        help_text="The HMIS Lead, or the vendor of the software.",
    )
    software = forms.CharField(
        label="Software", required=False, max_length=100, help_text="The product's name, when software is designated."
    )
    body = forms.ModelChoiceField(
        GoverningBody.objects.none(), label="Body that decided", required=False, empty_label="Choose a body"
    )
    decided_on = forms.DateField(label="Day of the meeting")
    starts_on = forms.DateField(label="Holds from", required=False, help_text="Leave empty for the day of the meeting.")
    minutes = forms.FileField(
        label="Minutes of the meeting", required=False, help_text="PDF, Word or a picture, at most 25 MB."
    )
    replace = forms.BooleanField(
        label="It replaces the one that is active now",
        required=False,
        help_text="The active one then ends on the day before.",
    )

    def __init__(self, *args: Any, coc: Any, by: Any, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        self.fields["organization"].queryset = Organization.objects.visible_to(by).current()  # type: ignore[attr-defined]
        self.fields["body"].queryset = coc.bodies.all()  # type: ignore[attr-defined]

    def clean(self) -> dict[str, Any]:
        data = super().clean() or {}
        if data.get("kind") == Designation.Kind.SOFTWARE and not data.get("software"):
            self.add_error("software", "Name the product.")
        return data


class MinutesForm(forms.Form):
    minutes = forms.FileField(label="Minutes of the meeting", help_text="PDF, Word or a picture, at most 25 MB.")
