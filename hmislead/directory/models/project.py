"""HMIS projects and their descriptor data, with HUD's own codes (HMIS CSV FY2026)."""

from __future__ import annotations

from django.db import models
from django.db.models.functions import Lower
from django.urls import reverse

from hmislead.audit.tracking import tracked
from hmislead.directory import querysets
from hmislead.directory.models.coc import CoC
from hmislead.directory.models.organization import Organization
from hmislead.tenancy import context
from hmislead.tenancy.base import TenantModel
from hmislead.tenancy.fields import TenantForeignKey


def _code(label: str) -> models.PositiveSmallIntegerField:
    return models.PositiveSmallIntegerField(label, null=True, blank=True)


@tracked
class Project(TenantModel):
    """An HMIS project of an organization. Codes are those of HUD's lists (`directory.hmis_csv.spec`)."""

    organization = TenantForeignKey(Organization, related_name="projects")
    name = models.CharField(max_length=200)
    common_name = models.CharField("also known as", max_length=200, blank=True)
    project_type = _code("project type")
    is_continuum = models.BooleanField("continuum project", default=False)
    operating_from = models.DateField(null=True, blank=True)
    operating_until = models.DateField(null=True, blank=True)
    housing_type = _code("housing type")
    rrh_subtype = _code("rapid re-housing subtype")
    residential_affiliation = _code("affiliated with a residential project")
    target_population = _code("target population")
    hopwa_facility = _code("HOPWA-funded medically assisted living facility")
    pit_count = models.PositiveIntegerField("PIT count", null=True, blank=True)
    removed_on = models.DateField(null=True, blank=True, help_text="Deleted in the HMIS on this day.")

    objects = querysets.ProjectQuerySet.as_manager()

    class Meta:
        ordering = (Lower("name"), "pk")

    def __str__(self) -> str:
        return self.name

    def get_absolute_url(self) -> str:
        return reverse("directory:project-detail", kwargs={"slug": context.current().slug, "pk": self.pk})


class ProjectPart(TenantModel):
    """What hangs on a project and is seen by whoever sees the project."""

    removed_on = models.DateField(null=True, blank=True, help_text="Deleted in the HMIS on this day.")

    objects = querysets.ByProjectQuerySet.as_manager()

    class Meta:
        abstract = True


@tracked
class ProjectCoC(ProjectPart):
    """Where a project works (2.03). `coc` is set when this implementation serves the CoC."""

    project = TenantForeignKey(Project, on_delete=models.CASCADE, related_name="locations")
    coc_code = models.CharField("CoC code", max_length=6)
    coc = TenantForeignKey(CoC, null=True, blank=True, related_name="project_locations")
    geocode = models.CharField(max_length=6, blank=True)
    address1 = models.CharField(max_length=100, blank=True)
    address2 = models.CharField(max_length=100, blank=True)
    city = models.CharField(max_length=50, blank=True)
    state = models.CharField(max_length=2, blank=True)
    zip_code = models.CharField("ZIP code", max_length=5, blank=True)
    geography_type = _code("geography type")

    class Meta:
        ordering = ("coc_code",)

    def __str__(self) -> str:
        return f"{self.project} in {self.coc_code}"


@tracked
class Funder(ProjectPart):
    """A funding source of a project (2.06)."""

    project = TenantForeignKey(Project, on_delete=models.CASCADE, related_name="funders")
    funder = models.PositiveSmallIntegerField()
    other_funder = models.CharField(max_length=100, blank=True)
    grant_identifier = models.CharField(max_length=100, blank=True)
    starts_on = models.DateField(null=True, blank=True)
    ends_on = models.DateField(null=True, blank=True)

    class Meta:
        ordering = ("starts_on",)

    def __str__(self) -> str:
        return f"Funder {self.funder} of {self.project}"


@tracked
class Inventory(ProjectPart):
    """Beds and units of a project in a CoC (2.07)."""

    project = TenantForeignKey(Project, on_delete=models.CASCADE, related_name="inventory")
    coc_code = models.CharField("CoC code", max_length=6, blank=True)
    household_type = _code("household type")
    availability = _code("availability")
    units = models.PositiveIntegerField(default=0)
    beds = models.PositiveIntegerField(default=0)
    beds_ch_veteran = models.PositiveIntegerField(null=True, blank=True)
    beds_youth_veteran = models.PositiveIntegerField(null=True, blank=True)
    beds_veteran = models.PositiveIntegerField(null=True, blank=True)
    beds_ch_youth = models.PositiveIntegerField(null=True, blank=True)
    beds_youth = models.PositiveIntegerField(null=True, blank=True)
    beds_ch = models.PositiveIntegerField(null=True, blank=True)
    beds_other = models.PositiveIntegerField(null=True, blank=True)
    es_bed_type = _code("emergency shelter bed type")
    starts_on = models.DateField(null=True, blank=True)
    ends_on = models.DateField(null=True, blank=True)

    class Meta:
        ordering = ("starts_on",)
        verbose_name_plural = "inventory"

    def __str__(self) -> str:
        return f"{self.beds} beds of {self.project}"


@tracked
class HMISParticipation(ProjectPart):
    """From when until when a project took part in the HMIS (1), in a comparable database (2) or in neither (0) (2.08)."""

    class Kind(models.IntegerChoices):
        NONE = 0, "Not participating"
        HMIS = 1, "HMIS participating"
        COMPARABLE = 2, "Comparable database participating"

    project = TenantForeignKey(Project, on_delete=models.CASCADE, related_name="hmis_participations")
    kind = models.PositiveSmallIntegerField(choices=Kind.choices)
    starts_on = models.DateField(null=True, blank=True)
    ends_on = models.DateField(null=True, blank=True)

    class Meta:
        ordering = ("starts_on",)

    def __str__(self) -> str:
        return f"{self.project}: {self.get_kind_display()}"


@tracked
class CEParticipation(ProjectPart):
    """A project's part in Coordinated Entry (2.09)."""

    project = TenantForeignKey(Project, on_delete=models.CASCADE, related_name="ce_participations")
    is_access_point = models.BooleanField(default=False)
    prevention_assessment = models.BooleanField(null=True, blank=True)
    crisis_assessment = models.BooleanField(null=True, blank=True)
    housing_assessment = models.BooleanField(null=True, blank=True)
    direct_services = models.BooleanField(null=True, blank=True)
    receives_referrals = models.BooleanField(default=False)
    starts_on = models.DateField(null=True, blank=True)
    ends_on = models.DateField(null=True, blank=True)

    class Meta:
        ordering = ("starts_on",)

    def __str__(self) -> str:
        return f"Coordinated Entry at {self.project}"


@tracked
class Affiliation(ProjectPart):
    """A services-only project's tie to a residential one (2.02.C)."""

    project = TenantForeignKey(Project, on_delete=models.CASCADE, related_name="affiliations")
    residential_project = TenantForeignKey(Project, on_delete=models.CASCADE, related_name="+")

    def __str__(self) -> str:
        return f"{self.project} serves {self.residential_project}"
