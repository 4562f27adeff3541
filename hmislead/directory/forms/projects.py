"""What people type about projects. Lists of codes are HUD's (`hmis_csv.spec`)."""

from __future__ import annotations

from typing import Any

from django import forms

from hmislead.directory.hmis_csv import rules
from hmislead.directory.hmis_csv.spec import load_spec
from hmislead.directory.models import HMISParticipation, Organization, Project
from hmislead.directory.operations.projects import CODES
from hmislead.web.forms import ComboBox


def code_field(name: str, label: str, *, required: bool = False, help_text: str = "") -> forms.TypedChoiceField:
    """A choice among HUD's codes for a column; empty is None."""
    choices = [("", "Choose one" if required else "Not recorded"), *load_spec().choices(CODES[name])]
    return forms.TypedChoiceField(
        label=label, choices=choices, coerce=int, empty_value=None, required=required, help_text=help_text
    )


def yes_no_field(label: str) -> forms.TypedChoiceField:
    """Yes, no or not recorded."""
    return forms.TypedChoiceField(
        label=label,
        choices=[("", "Not recorded"), ("1", "Yes"), ("0", "No")],
        coerce=lambda value: value == "1",
        empty_value=None,
        required=False,
    )


class ProjectForm(forms.Form):
    name = forms.CharField(label="Name", max_length=200)
    common_name = forms.CharField(label="Also known as", max_length=200, required=False)
    project_type = code_field("project_type", "Project type", required=True)
    is_continuum = forms.BooleanField(label="Continuum project", required=False)
    operating_from = forms.DateField(label="Operating from", required=False)
    operating_until = forms.DateField(
        label="Operating until", required=False, help_text="Leave empty while it operates."
    )
    housing_type = code_field("housing_type", "Housing type")
    rrh_subtype = code_field("rrh_subtype", "Rapid re-housing subtype")
    residential_affiliation = code_field("residential_affiliation", "Affiliated with a residential project")
    target_population = code_field("target_population", "Target population")
    hopwa_facility = code_field("hopwa_facility", "HOPWA-funded medically assisted living facility")
    pit_count = forms.IntegerField(label="PIT count", required=False, min_value=0, max_value=100_000)


class ProjectAddForm(ProjectForm):
    organization = forms.ModelChoiceField(
        Organization.objects.none(), label="Agency", widget=ComboBox, empty_label="Choose an agency"
    )
    field_order = ("organization", "name")

    def __init__(self, *args: Any, by: Any, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        self.fields["organization"].queryset = Organization.objects.visible_to(by).current()  # type: ignore[attr-defined]


class PartForm(forms.Form):
    """Something that hangs on a project. `by` is who fills it in: choices of rows are theirs to see."""

    def __init__(self, *args: Any, by: Any, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        self.by = by


class PeriodForm(PartForm):
    starts_on = forms.DateField(label="From", required=False)
    ends_on = forms.DateField(label="Until", required=False, help_text="Leave empty while it holds.")


class LocationForm(PartForm):
    coc_code = forms.RegexField(r"^[A-Za-z]{2}-[0-9]{3}$", label="CoC number", help_text="Such as OH-504.")
    geocode = forms.CharField(label="Geocode", max_length=6, required=False, help_text="HUD's six digits.")
    geography_type = code_field("geography_type", "Geography type")
    address1 = forms.CharField(label="Address", max_length=100, required=False)
    address2 = forms.CharField(label="Address, second line", max_length=100, required=False)
    city = forms.CharField(label="City", max_length=50, required=False)
    state = forms.CharField(label="State", max_length=2, required=False)
    zip_code = forms.CharField(label="ZIP code", max_length=5, required=False)


class FunderForm(PeriodForm):
    funder = code_field("funder", "Funder", required=True)
    other_funder = forms.CharField(
        label="Other funder", max_length=100, required=False, help_text="When it is not listed."
    )
    grant_identifier = forms.CharField(label="Grant number", max_length=100, required=False)
    field_order = ("funder", "other_funder", "grant_identifier")


def count_field(label: str, *, required: bool = False) -> forms.IntegerField:
    return forms.IntegerField(label=label, required=required, min_value=0, max_value=100_000)


class InventoryForm(PeriodForm):
    coc_code = forms.RegexField(r"^[A-Za-z]{2}-[0-9]{3}$", label="CoC number", required=False)
    household_type = code_field("household_type", "Household type", required=True)
    availability = code_field("availability", "Availability")
    es_bed_type = code_field("es_bed_type", "Bed type of an emergency shelter")
    beds = count_field("Beds", required=True)
    units = count_field("Units", required=True)
    beds_ch_veteran = count_field("Of these for veterans who are chronically homeless")
    beds_youth_veteran = count_field("For young veterans")
    beds_veteran = count_field("For other veterans")
    beds_ch_youth = count_field("For youth who are chronically homeless")
    beds_youth = count_field("For other youth")
    beds_ch = count_field("For others who are chronically homeless")
    beds_other = count_field("Not set aside")
    field_order = ("coc_code", "household_type", "availability", "es_bed_type", "beds", "units", "starts_on", "ends_on")

    def clean_coc_code(self) -> str:
        return str(self.cleaned_data["coc_code"]).upper()


class HMISForm(PeriodForm):
    kind = forms.TypedChoiceField(
        label="Participation", choices=HMISParticipation.Kind.choices, coerce=int, widget=forms.RadioSelect
    )
    field_order = ("kind",)


class CEForm(PeriodForm):
    is_access_point = forms.BooleanField(label="Access point of Coordinated Entry", required=False)
    receives_referrals = forms.BooleanField(label="Receives referrals", required=False)
    prevention_assessment = yes_no_field("Homelessness prevention assessment")
    crisis_assessment = yes_no_field("Crisis assessment")
    housing_assessment = yes_no_field("Housing assessment")
    direct_services = yes_no_field("Direct services")
    field_order = ("is_access_point", "receives_referrals")


class AffiliationForm(PartForm):
    residential_project_id = forms.ModelChoiceField(
        Project.objects.none(),
        label="Residential project",
        widget=ComboBox,
        empty_label="Choose a project",
        help_text="The project with the housing that this one serves.",
    )

    def __init__(self, *args: Any, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        field: Any = self.fields["residential_project_id"]
        housing = [*rules.RESIDENTIAL, rules.RAPID_REHOUSING]
        field.queryset = Project.objects.visible_to(self.by).filter(removed_on=None, project_type__in=housing)

    def clean_residential_project_id(self) -> Any:
        return self.cleaned_data["residential_project_id"].pk


PART_FORMS: dict[str, type[PartForm]] = {
    "location": LocationForm,
    "funder": FunderForm,
    "inventory": InventoryForm,
    "hmis": HMISForm,
    "ce": CEForm,
    "affiliation": AffiliationForm,
}
