"""Input of the compliance pages."""

from __future__ import annotations

from django import forms

from hmislead.compliance.models import Waiver


class WaiverForm(forms.Form):
    kind = forms.ChoiceField(choices=Waiver.Kind.choices, widget=forms.RadioSelect, label="What holds")
    reason = forms.CharField(max_length=300, label="Reason", help_text="Shown wherever the result is shown.")
    starts_on = forms.DateField(required=False, label="First day", help_text="Empty: today.")
    ends_on = forms.DateField(
        required=False, label="Last day", help_text="A waiver needs one; at most two years ahead."
    )

    def clean(self) -> dict[str, object]:
        data = super().clean() or {}
        if data.get("kind") == Waiver.Kind.WAIVED and not data.get("ends_on"):
            self.add_error("ends_on", "A waiver needs its last day.")
        starts, ends = data.get("starts_on"), data.get("ends_on")
        if starts and ends and ends < starts:
            self.add_error("ends_on", "The last day cannot be before the first day.")
        return data
