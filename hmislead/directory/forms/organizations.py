"""What people type about agencies, their contacts and signatories. May they is asked in operations."""

from __future__ import annotations

from typing import Any

from django import forms

from hmislead.directory.models import CoC, Contact, Organization, OrganizationRole, Person
from hmislead.tenancy import settings
from hmislead.web.forms import ComboBox


class DayForm(forms.Form):
    """A day, today unless changed. `label` and `hint` say which."""

    effective_at = forms.DateField(label="Day")

    def __init__(self, *args: Any, label: str = "Last day", hint: str = "", **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        field = self.fields["effective_at"]
        field.label, field.help_text, field.initial = label, hint, settings.today()


class SureForm(forms.Form):
    """Nothing to fill in: the page says what will happen and asks for the button."""


class OrganizationForm(forms.Form):
    name = forms.CharField(label="Name", max_length=200, help_text="As it stands in its articles of incorporation.")
    common_name = forms.CharField(label="Also known as", max_length=200, required=False)
    is_vsp = forms.BooleanField(
        label="Victim service provider",
        required=False,
        help_text="It must not enter its clients in the HMIS; it keeps a comparable database.",
    )
    is_access_only = forms.BooleanField(
        label="Access only", required=False, help_text="It uses the HMIS without a project of its own."
    )
    phone = forms.CharField(label="Telephone", max_length=30, required=False)
    website = forms.URLField(label="Website", required=False, assume_scheme="https")


class OrganizationAddForm(OrganizationForm):
    roles = forms.MultipleChoiceField(
        label="What it is",
        choices=OrganizationRole.Role.choices,
        widget=forms.CheckboxSelectMultiple,
        initial=["cho"],
        help_text="A covered homeless organization (CHO) takes part in the HMIS or, as a victim service provider, in a "
        "comparable database.",
    )
    cocs = forms.ModelMultipleChoiceField(
        CoC.objects.none(), label="CoCs it takes part in", widget=forms.CheckboxSelectMultiple, required=False
    )
    effective_at = forms.DateField(label="Since", help_text="From when it is this and takes part.")

    def __init__(self, *args: Any, by: Any, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        self.fields["cocs"].queryset = CoC.objects.visible_to(by)  # type: ignore[attr-defined]
        self.fields["effective_at"].initial = settings.today()


class RoleForm(forms.Form):
    role = forms.ChoiceField(label="What it is", choices=OrganizationRole.Role.choices)
    effective_at = forms.DateField(label="Since")

    def __init__(self, *args: Any, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        self.fields["effective_at"].initial = settings.today()


class JoinForm(forms.Form):
    coc = forms.ModelChoiceField(CoC.objects.none(), label="CoC", empty_label="Choose a CoC")
    effective_at = forms.DateField(label="Since")

    def __init__(self, *args: Any, by: Any, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        self.fields["coc"].queryset = CoC.objects.visible_to(by)  # type: ignore[attr-defined]
        self.fields["effective_at"].initial = settings.today()


class PersonChoiceForm(forms.Form):
    """A form that names a person the reader may know of."""

    person = forms.ModelChoiceField(
        Person.objects.none(),
        label="Person",
        widget=ComboBox,
        empty_label="Choose a person",
        help_text="Somebody who is not in the list is added under People first.",
    )

    def __init__(self, *args: Any, by: Any, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        self.fields["person"].queryset = Person.objects.visible_to(by).current()  # type: ignore[attr-defined]


class TitledPersonField(forms.ModelChoiceField):
    """People by name and title: namesakes can be told apart without anything else about them."""

    def label_from_instance(self, person: Person) -> str:
        return f"{person}, {person.job_title}" if person.job_title else str(person)


class StandInChoiceForm(PersonChoiceForm):
    """A form that names who stands for a CoC or an agency: CoC staff choose by name and title alone."""

    person = TitledPersonField(
        Person.objects.none(),
        label="Person",
        widget=ComboBox,
        empty_label="Choose a person",
        help_text="People of agencies appear once they are a contact or may sign. Ask the HMIS Lead to add others.",
    )

    def __init__(self, *args: Any, by: Any, **kwargs: Any) -> None:
        super().__init__(*args, by=by, **kwargs)
        self.fields["person"].queryset = Person.objects.nameable_by(by).current()  # type: ignore[attr-defined]


class ContactForm(PersonChoiceForm):
    function = forms.ChoiceField(label="Function", choices=Contact.Function.choices)
    effective_at = forms.DateField(label="Since", help_text="Today or earlier.")

    def __init__(self, *args: Any, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        self.fields["effective_at"].initial = settings.today()


class SignatoryForm(StandInChoiceForm):
    title = forms.CharField(label="Title", max_length=100, help_text="Such as Executive director.")
    basis = forms.CharField(
        label="What gives them the power to sign",
        max_length=200,
        help_text="By-laws, or a board resolution with its date.",
    )
    effective_at = forms.DateField(label="From")
    ends_on = forms.DateField(label="Until", required=False, help_text="Leave empty when it has no end.")

    def __init__(self, *args: Any, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        self.fields["effective_at"].initial = settings.today()


class AttestationForm(forms.Form):
    product = forms.CharField(label="Comparable database", max_length=100, help_text="The name of the product.")
    attested_by = forms.ModelChoiceField(
        Person.objects.none(), label="Who attests", widget=ComboBox, required=False, empty_label="Choose a person"
    )
    effective_at = forms.DateField(label="Day of the attestation")
    statement = forms.CharField(label="Statement", required=False, widget=forms.Textarea(attrs={"rows": 3}))
    file = forms.FileField(label="Signed paper", required=False, help_text="PDF, Word or a picture, at most 25 MB.")

    def __init__(self, *args: Any, by: Any, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        self.fields["attested_by"].queryset = Person.objects.visible_to(by).current()  # type: ignore[attr-defined]
        self.fields["effective_at"].initial = settings.today()


class MergeWithForm(forms.Form):
    """The other record of a merge, and which of the two stays."""

    other = forms.ModelChoiceField(Organization.objects.none(), label="The same as", widget=ComboBox)
    keep = forms.ChoiceField(label="Which one stays", widget=forms.RadioSelect)

    def __init__(self, *args: Any, this: Any, by: Any, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        rows = type(this).objects.visible_to(by).filter(merged_into=None).exclude(pk=this.pk)
        self.fields["other"].queryset = rows  # type: ignore[attr-defined]
        self.fields["keep"].choices = [  # type: ignore[attr-defined]
            ("this", f"{this} stays; the other one goes"),
            ("other", f"The other one stays; {this} goes"),
        ]
        self.fields["keep"].initial = "this"
