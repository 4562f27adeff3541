"""Input of the import pages."""

from __future__ import annotations

from typing import Any
from uuid import UUID

from django import forms

from hmislead.directory.imports.roster_known import NO_AGENCY
from hmislead.directory.models import ImportBatch, Organization
from hmislead.directory.tabular.mapping import MEANING_LABELS, USUAL_STATES, AccountState, DateOrder, RosterMapping
from hmislead.tenancy import context, settings
from hmislead.web.forms import ComboBox

ORDERS = [
    (DateOrder.AUTO.value, "As the column shows"),
    (DateOrder.MONTH_FIRST.value, "Month first: 1/31/2026"),
    (DateOrder.DAY_FIRST.value, "Day first: 31/1/2026"),
]
# Nothing is chosen beforehand: a short list taken for everybody would call all others gone.
EVERYBODY, SOME = "everybody", "some"
COMPLETE = [
    (EVERYBODY, "Yes: it has every account of the HMIS. Accounts that are not in it are recorded as missing"),
    (SOME, "No: it has only some accounts. Nothing is said about the others"),
]
STATES = [(state.value, state.value.capitalize()) for state in AccountState]


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

    facts_on = forms.DateField(
        label="The day this roster speaks of", help_text="The day on which the HMIS made this list."
    )

    def __init__(
        self, *args: Any, columns: list[str], mapping: RosterMapping, words: list[str], may_create: bool, **kwargs: Any
    ) -> None:
        super().__init__(*args, **kwargs)
        self.words, self.shown = words, mapping
        self.initial.setdefault("facts_on", settings.today())
        choices = [("", "No such column"), *((column, column) for column in columns)]
        for meaning, label in MEANING_LABELS.items():
            self.fields[meaning] = forms.ChoiceField(
                label=f"Column with the {label}", choices=choices, required=False, initial=getattr(mapping, meaning)
            )
        for number, word in enumerate(words):
            self.fields[f"state_{number}"] = forms.ChoiceField(
                label=f"“{word}” means", choices=STATES, initial=str(mapping.states.get(word, AccountState.UNKNOWN))
            )
        self.fields["default_state"] = forms.ChoiceField(
            label="An account without a state is",
            choices=STATES,
            initial=str(mapping.default_state if mapping.account_state else AccountState.ACTIVE),
        )
        self.fields["organization_separator"] = forms.CharField(
            label="Between several agencies of one account stands",
            required=False,
            max_length=3,
            strip=False,
            initial=mapping.organization_separator,
            help_text="Such as a semicolon. Leave it empty if each row names one agency.",
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
        self.fields["complete"] = forms.TypedChoiceField(
            label="Is everybody in this list?",
            coerce=lambda word: word == EVERYBODY,
            choices=COMPLETE,
            widget=forms.RadioSelect,
        )
        self.fields["name"] = forms.CharField(
            label="Keep these columns under the name", required=False, max_length=100, help_text="For the next roster."
        )
        if may_create and context.current().state == "setup":
            self.fields["create"] = forms.BooleanField(
                label="Make people and active licenses from this roster",
                required=False,
                help_text="Only while the implementation is in setup.",
            )

    def mapping(self) -> RosterMapping:
        """The mapping that was chosen. Call on a valid form."""
        data = self.cleaned_data
        states = {**USUAL_STATES, **self.shown.states}
        if data["account_state"] == self.shown.account_state:
            states |= {word: AccountState(data[f"state_{number}"]) for number, word in enumerate(self.words)}
        return RosterMapping(
            **{meaning: data[meaning] for meaning in MEANING_LABELS},
            states=states,
            default_state=AccountState(data["default_state"]),
            organization_separator=data["organization_separator"].strip(),
            date_order=DateOrder(data["date_order"]),
            service_accounts=tuple(part.strip() for part in data["service_accounts"].split(",") if part.strip()),
        )

    def clean(self) -> dict[str, Any]:
        """Without an address or a user name nobody can be told apart."""
        data: dict[str, Any] = super().clean() or {}
        if not (data.get("email") or data.get("username")):
            self.add_error("email", "Choose the column with the e-mail address or the one with the user name.")
        return data


LATER, SHOWN_NAMES = "later", 40


class AgencyNamesForm(forms.Form):
    """Which agency each unmatched name of a roster is; the first SHOWN_NAMES of them."""

    def __init__(self, *args: Any, names: dict[str, int], by: Any, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        self.names = list(names)[:SHOWN_NAMES]
        agencies = [(str(row.pk), str(row)) for row in Organization.objects.visible_to(by).current()]
        choices = [(LATER, "Decide later"), (NO_AGENCY, "None of ours: do not compare"), *agencies]
        for number, name in enumerate(self.names):
            count = names[name]
            self.fields[f"name_{number}"] = forms.ChoiceField(
                label=name,
                choices=choices,
                initial=LATER,
                widget=ComboBox,
                help_text="1 account" if count == 1 else f"{count:,} accounts",
            )

    def chosen(self) -> dict[str, UUID | None]:
        """The agency's id by name, None for none of ours; names to be decided later are not in it."""
        picked = {name: self.cleaned_data[f"name_{number}"] for number, name in enumerate(self.names)}
        return {name: None if key == NO_AGENCY else UUID(key) for name, key in picked.items() if key != LATER}
