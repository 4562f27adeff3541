"""Input about campaigns: whom they go to, by when, how often they remind."""

from __future__ import annotations

from typing import Any

from django import forms

from agreements.audiences import WHOM, Audience
from agreements.forms_packets import DaysForm
from agreements.parties import Type
from hmislead.directory.models import CoC, Organization


class CampaignForm(DaysForm):
    name = forms.CharField(label="Name", max_length=150, help_text="For example: Renew all participation agreements.")
    whom = forms.ChoiceField(label="Whom it goes to", choices=WHOM, widget=forms.RadioSelect, initial="all")
    before = forms.DateField(
        label="Agreements that end before",
        required=False,
        widget=forms.DateInput,
        help_text="Only for agreements that end before a day.",
    )
    remind_every_days = forms.IntegerField(label="Remind after so many days", min_value=1, max_value=90, initial=7)
    most_reminders = forms.IntegerField(label="Most reminders for each packet", min_value=0, max_value=20, initial=3)

    def __init__(self, *args: Any, by: Any, version: Any, **kwargs: Any) -> None:
        super().__init__(*args, version=version, **kwargs)
        self.fields["coc"] = forms.ModelChoiceField(
            CoC.objects.visible_to(by), label="Only in this CoC", required=False, empty_label="All CoCs"
        )
        if version.document.type != Type.COC_LEAD:
            self.fields["organizations"] = forms.ModelMultipleChoiceField(
                Organization.objects.visible_to(by).current(),
                label="Only these agencies",
                required=False,
                help_text="Choose none for all.",
            )
        first = ("name", "whom", "before", "coc", "organizations")
        self.order_fields([*first, *(name for name in self.fields if name not in first)])

    def values(self) -> dict[str, Any]:
        """Everything as the operation takes it."""
        data = self.cleaned_data
        audience = Audience(
            data["whom"],
            data["before"],
            tuple(each.pk for each in data.get("organizations") or ()),
            data["coc"].pk if data["coc"] else None,
        )
        own = {name: data[name] for name in ("name", "remind_every_days", "most_reminders")}
        return {**self.days(), **own, "audience": audience}


class CloseForm(forms.Form):
    withdraw = forms.BooleanField(
        label="Withdraw what is not signed", required=False,
        help_text="Otherwise it can still be signed up to its last day.",
    )  # fmt: skip
