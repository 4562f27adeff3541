"""Forms of the settings and operator pages."""

from __future__ import annotations

from typing import Any

from django import forms

from hmislead.tenancy import settings
from hmislead.tenancy.models import TIME_ZONES, Implementation
from hmislead.tenancy.settings import SettingDefinition
from hmislead.web.forms import ComboBox


class SettingForm(forms.Form):
    """One decision: the value, from when, and why. The registry checks the value; this only shapes the input."""

    effective_from = forms.DateField(label="Holds from", help_text="Today or a later day.")
    note = forms.CharField(
        label="Why",
        required=False,
        max_length=300,
        help_text="Shown in the history. No names of people.",
        widget=forms.Textarea(attrs={"rows": 2}),
    )
    field_order = ("value", "effective_from", "note")

    def __init__(self, *args: Any, definition: SettingDefinition, now: Any, **kwargs: Any) -> None:
        kwargs["initial"] = {"value": as_input(definition, now), "effective_from": settings.today()}
        super().__init__(*args, **kwargs)
        self.fields["value"] = value_field(definition)
        self.order_fields(self.field_order)


def as_input(definition: SettingDefinition, value: Any) -> Any:
    """A stored value as the input shows it."""
    if definition.key == "hours.days":
        return value
    if isinstance(value, bool):
        return "yes" if value else "no"
    if isinstance(value, list) and value and isinstance(value[0], int):
        return ", ".join(str(part) for part in value)
    return value


def value_field(definition: SettingDefinition) -> forms.Field:
    """The input for one kind of setting."""
    label = f"{definition.label} ({definition.unit})" if definition.unit else definition.label
    common: dict[str, Any] = {"label": label, "help_text": definition.help}
    if definition.key == "hours.days":
        days = list(enumerate(settings.WEEKDAYS))
        return forms.TypedMultipleChoiceField(coerce=int, choices=days, widget=forms.CheckboxSelectMultiple, **common)
    if definition.kind == "integer":
        return forms.IntegerField(min_value=definition.minimum, max_value=definition.maximum, **common)
    if definition.kind == "boolean":
        return forms.ChoiceField(choices=[("yes", "Yes"), ("no", "No")], widget=forms.RadioSelect, **common)
    if definition.kind == "choice":
        return forms.ChoiceField(choices=definition.choices, widget=forms.RadioSelect, **common)
    if definition.kind == "choices":
        return forms.MultipleChoiceField(
            choices=definition.choices, widget=forms.CheckboxSelectMultiple, required=False, **common
        )
    if definition.kind == "dates":
        return forms.CharField(required=False, widget=DaysInput(attrs={"rows": 4}), **common)
    if definition.kind == "time":
        return forms.CharField(widget=forms.TimeInput(format="%H:%M"), **common)
    return forms.CharField(required=definition.kind != "text", max_length=500, **common)


class DaysInput(forms.Textarea):
    """A day per line."""

    def format_value(self, value: Any) -> str:
        return "\n".join(value) if isinstance(value, list) else super().format_value(value) or ""


class ImplementationForm(forms.Form):
    """Name, time zone and logo."""

    name = forms.CharField(label="Name", max_length=120, help_text="Shown on every page, in mail and on documents.")
    timezone = forms.ChoiceField(
        label="Time zone", choices=TIME_ZONES, widget=ComboBox, help_text="Due dates and business hours follow it."
    )
    logo = forms.FileField(
        label="New logo",
        required=False,
        help_text="PNG or JPEG. Leave empty to keep the one you have.",
        widget=forms.FileInput(attrs={"accept": "image/png,image/jpeg", "data-max-bytes": "5000000"}),
    )
    no_logo = forms.BooleanField(label="Take the logo away", required=False)


class StateForm(forms.Form):
    """The next state, chosen from those the life cycle knows."""

    to = forms.ChoiceField(choices=Implementation.State.choices)
    sure = forms.BooleanField(label="I have read what this does")


class NewImplementationForm(forms.ModelForm):
    """An implementation and its first administrator."""

    admin_name = forms.CharField(label="First administrator’s name", max_length=150)
    admin_email = forms.EmailField(label="First administrator’s e-mail address", help_text="An invitation goes here.")

    class Meta:
        model = Implementation
        fields = ("name", "slug", "timezone")
        labels = {"slug": "Short name for addresses"}
        help_texts = {
            "name": "Such as “Harbor County HMIS”.",
            "slug": "Small letters, digits and hyphens. It stands in every address and cannot be changed.",
        }
        widgets = {"timezone": ComboBox}


class AdministratorForm(forms.Form):
    """Another try at a first administrator."""

    name = forms.CharField(label="Name", max_length=150)
    email = forms.EmailField(label="E-mail address")
