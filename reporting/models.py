"""Reports that were made, what they were made from while they are made, and which are made every month."""

from __future__ import annotations

from typing import ClassVar

from django.conf import settings
from django.core.validators import MaxValueValidator, MinValueValidator
from django.db import models
from django.urls import reverse

from hmislead.audit.tracking import tracked
from hmislead.tenancy import context
from hmislead.tenancy.base import TenantModel
from hmislead.tenancy.fields import TenantForeignKey
from hmislead.tenancy.life_cycle import LifeCycle
from reporting import querysets
from reporting.encoding import FactsDecoder, FactsEncoder


class Kind(models.TextChoices):
    CHO = "cho_compliance", "Agency compliance"
    IMPLEMENTATION = "implementation_compliance", "Implementation compliance"
    SANCTIONS = "sanction_register", "Register of sanctions"
    COVERAGE = "agreement_coverage", "Agreement coverage"
    CLAUSES = "clause_completeness", "Clause completeness"
    REVIEWS = "review_record", "Record of reviews"
    CROSS_REFERENCE = "cross_reference", "Cross-reference to the Standards"
    ACKNOWLEDGEMENTS = "acknowledgement_status", "Acknowledgement of policies"
    COPIES = "executed_copies", "Executed copies"


# About everything or one CoC's share, never about one agency.
OF_COC = frozenset(Kind.values) - {Kind.CHO, Kind.SANCTIONS}
# Nobody is named in these, whoever asks: they speak of documents.
NAMELESS = frozenset({Kind.CLAUSES, Kind.REVIEWS, Kind.CROSS_REFERENCE})
# These name people on every page: for those alone who may see them.
NAMING = frozenset({Kind.SANCTIONS, Kind.COPIES})


@tracked
class ReportSchedule(TenantModel):
    """A report made every month, on behalf of whoever set it up. `organization` empty with the kind CHO: all agencies."""

    kind = models.CharField(max_length=30, choices=Kind.choices)
    organization = TenantForeignKey(
        "directory.Organization", on_delete=models.CASCADE, null=True, blank=True, related_name="report_schedules"
    )
    coc = TenantForeignKey(
        "directory.CoC", on_delete=models.CASCADE, null=True, blank=True, related_name="report_schedules"
    )
    # Not beyond the 28th: every month has that day.
    day_of_month = models.PositiveSmallIntegerField(validators=[MinValueValidator(1), MaxValueValidator(28)])
    active = models.BooleanField(default=True)
    runs_from = models.DateField(help_text="Months whose day lies before this one are not made up for.")
    created_by = models.ForeignKey(
        settings.AUTH_USER_MODEL, on_delete=models.SET_NULL, null=True, related_name="+", verbose_name="set up by"
    )

    objects = querysets.ScheduleQuerySet.as_manager()

    class Meta:
        ordering = ("kind", "organization__name", "pk")
        constraints = (
            models.UniqueConstraint(
                fields=["implementation", "kind", "organization", "coc"],
                nulls_distinct=False,
                name="report_schedule_once",
                violation_error_message="This report is made every month already.",
            ),
            models.CheckConstraint(
                condition=models.Q(day_of_month__gte=1, day_of_month__lte=28), name="report_schedule_day_of_every_month"
            ),
        )

    def __str__(self) -> str:
        return f"{self.get_kind_display()}: {self.about}"

    @property
    def about(self) -> str:
        """What it is about, in words."""
        everything = "All agencies" if self.kind == Kind.CHO else "The whole implementation"
        return str(self.organization or self.coc or everything)


@tracked
class Report(LifeCycle, TenantModel):
    """One report of one day, as PDF and as XLSX. Who may open it: `querysets.ReportQuerySet.visible_to`."""

    class State(models.TextChoices):
        QUEUED = "queued", "Queued"
        RUNNING = "running", "Running"
        DONE = "done", "Done"
        FAILED = "failed", "Failed"

    NEXT: ClassVar[dict[str, set[str]]] = {
        "queued": {"running", "failed"},
        "running": {"done", "failed"},
        "done": set(),
        "failed": {"queued"},
    }
    # What is done for every report, in order, each by itself: a worker that dies loses one of them.
    UNITS: ClassVar[tuple[str, ...]] = ("collect", "pdf", "xlsx")

    number = models.CharField(max_length=20)
    kind = models.CharField(max_length=30, choices=Kind.choices)
    organization = TenantForeignKey("directory.Organization", null=True, blank=True, related_name="reports")
    coc = TenantForeignKey("directory.CoC", null=True, blank=True, related_name="reports")
    as_of = models.DateField("day")
    names_people = models.BooleanField(default=False, help_text="Holds names: only for those who may see those people.")
    state = models.CharField(max_length=10, choices=State.choices, default=State.QUEUED)
    progress_done = models.PositiveSmallIntegerField("steps done", default=0)
    progress_total = models.PositiveSmallIntegerField("steps", default=len(UNITS))
    attempt = models.PositiveSmallIntegerField(default=1)
    failure = models.CharField(max_length=300, blank=True)
    requested_by = models.ForeignKey(
        settings.AUTH_USER_MODEL, on_delete=models.SET_NULL, null=True, related_name="+", verbose_name="asked for by"
    )
    schedule = TenantForeignKey(ReportSchedule, on_delete=models.SET_NULL, null=True, related_name="reports")
    period = models.DateField(null=True, help_text="The first of the month that a schedule made it for.")
    finished_at = models.DateTimeField(null=True, blank=True)
    pdf = TenantForeignKey("files.StoredFile", null=True, blank=True, related_name="+")
    xlsx = TenantForeignKey("files.StoredFile", null=True, blank=True, related_name="+")
    zip = TenantForeignKey(
        "files.StoredFile",
        null=True,
        blank=True,
        related_name="+",
        help_text="Of executed copies: the copies themselves.",
    )

    objects = querysets.ReportQuerySet.as_manager()

    class Meta:
        ordering = ("-created_at", "-pk")
        constraints = (
            models.UniqueConstraint(fields=["implementation", "number"], name="report_number_once"),
            models.UniqueConstraint(
                fields=["implementation", "schedule", "organization", "period"],
                condition=models.Q(schedule__isnull=False),
                nulls_distinct=False,
                name="report_once_a_month",
            ),
            models.CheckConstraint(
                condition=models.Q(organization=None) | models.Q(coc=None),
                name="report_is_about_one_thing",
                violation_error_message="A report is about one agency, one CoC or the implementation.",
            ),
            models.CheckConstraint(
                condition=~models.Q(state="done") | models.Q(pdf__isnull=False, xlsx__isnull=False),
                name="report_done_has_files",
            ),
        )
        indexes = (
            models.Index(fields=["implementation", "organization", "-created_at"], name="report_by_organization"),
        )

    def __str__(self) -> str:
        return self.number

    def get_absolute_url(self) -> str:
        return reverse("reporting:report-detail", kwargs={"slug": context.current().slug, "pk": self.pk})

    @property
    def about(self) -> str:
        """What it is about, in words."""
        return str(self.organization or self.coc or "The whole implementation")

    @property
    def units(self) -> tuple[str, ...]:
        """What is done for this report, in order."""
        return (*self.UNITS, "zip") if self.kind == Kind.COPIES else self.UNITS

    @property
    def is_under_way(self) -> bool:
        return self.state in {self.State.QUEUED, self.State.RUNNING}


class ReportFacts(TenantModel):
    """What a report says, from its first step to its last; then it is gone. Both files are drawn from these facts, so
    they agree. Not under history: it would keep people's names for good."""

    report = TenantForeignKey(Report, on_delete=models.CASCADE, related_name="facts")
    facts = models.JSONField(encoder=FactsEncoder, decoder=FactsDecoder)

    objects = querysets.FactsQuerySet.as_manager()

    class Meta:
        verbose_name_plural = "report facts"
        constraints = (models.UniqueConstraint(fields=["implementation", "report"], name="report_facts_once"),)

    def __str__(self) -> str:
        return f"Facts of {self.report_id}"
