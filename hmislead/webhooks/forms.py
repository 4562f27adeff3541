"""Forms of webhooks."""

from __future__ import annotations

from django import forms

from hmislead.webhooks import events
from hmislead.webhooks.models import LONGEST_URL


class EndpointForm(forms.Form):
    name = forms.CharField(max_length=100, help_text="What listens there, for example “Data warehouse”.")
    url = forms.CharField(
        label="Address",
        max_length=LONGEST_URL,
        widget=forms.URLInput,
        help_text="Begins with https:// and is on the public internet.",
    )
    codes = forms.MultipleChoiceField(label="Tell it when", choices=events.choices, widget=forms.CheckboxSelectMultiple)


class ConfirmForm(forms.Form):
    """Nothing to fill in: the button is the answer."""
