"""What people choose when they ask for a report. May they is asked in operations."""

from __future__ import annotations

from typing import Any

from django import forms

from hmislead.access import scopes
from hmislead.directory.models import CoC, Organization
from hmislead.tenancy import settings
from hmislead.web.forms import ComboBox
from reporting import policy
from reporting.models import NAMING, OF_COC, Kind

AGENCY_HINT = "For the agency report; a register of sanctions may be limited to one as well."


class AboutForm(forms.Form):
    """What the report is about, narrowed to what `by` may ask for: kind, agency and CoC, each shown if it is a choice."""

    kind = forms.ChoiceField(label="Kind of report", choices=Kind.choices, widget=forms.RadioSelect, initial=Kind.CHO)
    organization = forms.ModelChoiceField(
        Organization.objects.none(), label="Agency", widget=ComboBox, required=False, empty_label=""
    )
    coc = forms.ModelChoiceField(
        CoC.objects.none(),
        label="CoC",
        required=False,
        help_text="For every kind but the agency report and the register of sanctions.",
    )

    def __init__(self, *args: Any, by: Any, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        fields: dict[str, Any] = self.fields
        fields["organization"].queryset = policy.requestable_organizations(by)
        fields["coc"].queryset = policy.requestable_cocs(by)
        held = scopes.of(by).scopes("request_reports")
        self.everything = held.everything
        if not held.everything:
            # What names people on every page is the HMIS Lead's; agencies read their own on its page.
            fields["kind"].choices = [choice for choice in Kind.choices if choice[0] not in NAMING]
        if held.everything:
            fields["coc"].empty_label = "The whole implementation"
        elif not fields["coc"].queryset.exists():
            # One agency's side: there is but one kind, and often but one agency.
            fields["kind"].widget, fields["kind"].required = forms.HiddenInput(), False
            fields["kind"].choices = [(Kind.CHO.value, Kind.CHO.label)]
            del fields["coc"]
        if not fields["organization"].help_text and "coc" in fields:
            fields["organization"].help_text = AGENCY_HINT if held.everything else "For the agency report alone."

    def clean_kind(self) -> str:
        return str(self.cleaned_data.get("kind") or Kind.CHO)

    def clean(self) -> dict[str, Any]:
        """Which of agency and CoC counts follows from the kind; what was chosen for the other kind is let go."""
        data = super().clean() or {}
        if data.get("kind") in OF_COC:
            data["organization"] = None
            if not self.everything and not data.get("coc") and "coc" not in self.errors:
                self.add_error("coc", "Choose your CoC.")
        else:
            data["coc"] = None
            if data.get("kind") != Kind.SANCTIONS:
                self._need_agency(data)
        return data

    def _need_agency(self, data: dict[str, Any]) -> None:
        if not data.get("organization") and "organization" not in self.errors:
            self.add_error("organization", "Choose the agency.")

    def asked(self) -> dict[str, Any]:
        """What the operations take."""
        data = self.cleaned_data
        organization, coc = data.get("organization"), data.get("coc")
        return {
            "kind": data["kind"],
            "organization_id": organization.pk if organization else None,
            "coc_id": coc.pk if coc else None,
        }


class ReportForm(AboutForm):
    as_of = forms.DateField(
        label="As things stood on", help_text="Today, or an earlier day: then as it was recorded that night."
    )

    def __init__(self, *args: Any, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        self.fields["as_of"].initial = settings.today()

    def asked(self) -> dict[str, Any]:
        return {**super().asked(), "as_of": self.cleaned_data["as_of"]}


class DayOfMonthForm(forms.Form):
    day_of_month = forms.IntegerField(
        label="Day of the month",
        min_value=1,
        max_value=28,
        initial=1,
        help_text="From 1 to 28. The report is made that morning, after the nightly checks.",
    )


class ScheduleForm(DayOfMonthForm, AboutForm):
    field_order = ("kind", "organization", "coc", "day_of_month")

    def __init__(self, *args: Any, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        if self.everything:
            field: Any = self.fields["organization"]
            field.empty_label = "Every agency, a report each"
            field.help_text = f"{AGENCY_HINT} Leave it empty to make an agency report for every agency."

    def _need_agency(self, data: dict[str, Any]) -> None:
        if not self.everything:
            super()._need_agency(data)

    def asked(self) -> dict[str, Any]:
        return {**super().asked(), "day_of_month": self.cleaned_data["day_of_month"]}
