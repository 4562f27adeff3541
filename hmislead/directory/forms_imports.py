"""Input of the import pages."""

from __future__ import annotations

from typing import Any

from django import forms

from hmislead.directory.models import ImportBatch, Organization
from hmislead.directory.tabular.mapping import MEANING_LABELS, AccountState, DateOrder, RosterMapping
from hmislead.tenancy import context, settings

ORDERS = [(order.value, order.value.replace("_", " ").capitalize()) for order in DateOrder]
STATES = [(state.value, state.value.replace("_", " ").capitalize()) for state in AccountState]


class UploadForm(forms.Form):
    kind = forms.ChoiceField(
        label="What you bring",
        widget=forms.RadioSelect,
        choices=[
            (ImportBatch.Kind.HMIS_CSV, "An HMIS CSV export (a .zip file in HUD's FY2026 format)"),
            (ImportBatch.Kind.ROSTER, "A roster of HMIS accounts (CSV or .xlsx, from any vendor)"),
        ],
    )
    file = forms.FileField(
        help_text="Nothing is written before you have seen a preview. Files about clients are never opened or kept."
    )


class RosterMappingForm(forms.Form):
    """What the columns of a roster mean. `words` are the words found in its state column."""

    facts_on = forms.DateField(label="The day this roster speaks of", help_text="Not a day to come.")

    def __init__(self, *args: Any, columns: list[str], mapping: RosterMapping, words: list[str], **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        self.words = words
        self.fields["facts_on"].initial = settings.today()
        choices = [("", "No such column"), *((column, column) for column in columns)]
        for meaning, label in MEANING_LABELS.items():
            self.fields[meaning] = forms.ChoiceField(
                label=f"Column with the {label}", choices=choices, required=False, initial=getattr(mapping, meaning)
            )
        for number, word in enumerate(words):
            self.fields[f"state_{number}"] = forms.ChoiceField(
                label=f"“{word}” means", choices=STATES, initial=str(mapping.states.get(word, AccountState.UNKNOWN))
            )
        self.fields["date_order"] = forms.ChoiceField(
            label="Dates are written", choices=ORDERS, initial=mapping.date_order.value
        )
        self.fields["service_accounts"] = forms.CharField(
            label="Accounts to leave out",
            required=False,
            initial=", ".join(mapping.service_accounts),
            help_text="Service accounts, as patterns over e-mail address and user name, such as *@vendor.example.",
        )
        self.fields["complete"] = forms.BooleanField(
            label="The roster lists every account of the HMIS", required=False, initial=True
        )
        self.fields["name"] = forms.CharField(
            label="Keep these columns under the name", required=False, max_length=100, help_text="For the next roster."
        )
        if context.current().state == "setup":
            self.fields["create"] = forms.BooleanField(
                label="Make people and active licenses from this roster",
                required=False,
                help_text="Only while the implementation is in setup.",
            )

    def mapping(self) -> RosterMapping:
        """The mapping that was chosen. Call on a valid form."""
        data = self.cleaned_data
        return RosterMapping(
            **{meaning: data[meaning] for meaning in MEANING_LABELS},
            states={word: AccountState(data[f"state_{number}"]) for number, word in enumerate(self.words)},
            date_order=DateOrder(data["date_order"]),
            service_accounts=tuple(part.strip() for part in data["service_accounts"].split(",") if part.strip()),
        )


class AgencyNamesForm(forms.Form):
    """Which agency each unmatched name of a roster is."""

    def __init__(self, *args: Any, names: dict[str, int], by: Any, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        self.names = list(names)
        agencies = Organization.objects.visible_to(by).current()
        for number, (name, count) in enumerate(names.items()):
            self.fields[f"name_{number}"] = forms.ModelChoiceField(
                agencies, label=name, required=False, empty_label="None of ours", help_text=f"{count} accounts"
            )

    def chosen(self) -> dict[str, Any]:
        """The agency's id by name, None for none of ours. Call on a valid form."""
        picked = (self.cleaned_data[f"name_{number}"] for number in range(len(self.names)))
        return {name: agency.pk if agency else None for name, agency in zip(self.names, picked, strict=True)}
