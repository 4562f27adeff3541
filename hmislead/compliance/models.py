"""Results of requirements, their changes, nights, waivers, the access gate, and tasks that only proof closes."""

from __future__ import annotations

from typing import Any

from django.conf import settings
from django.db import models
from django.urls import reverse
from django.utils import timezone

from hmislead.audit.tracking import tracked
from hmislead.compliance import querysets
from hmislead.tenancy import context
from hmislead.tenancy.base import TenantModel
from hmislead.tenancy.fields import TenantField, TenantForeignKey, uuid7


class State(models.TextChoices):
    MET = "met", "Met"
    DUE_SOON = "due_soon", "Due soon"
    OVERDUE = "overdue", "Overdue"
    NOT_MET = "not_met", "Not met"
    NOT_APPLICABLE = "not_applicable", "Not applicable"
    WAIVED = "waived", "Waived"


FAILING = (State.OVERDUE, State.NOT_MET)


class SubjectKind(models.TextChoices):
    IMPLEMENTATION = "implementation", "Implementation"
    COC = "coc", "CoC"
    ORGANIZATION = "organization", "Agency"
    PERSON = "person", "Person"
    LICENSE = "license", "License"


class AboutSubject(models.Model):
    """Which requirement of which subject, with the columns that scope it. `subject_id` is a soft reference: the engine
    sweeps rows whose subject is gone."""

    id = models.UUIDField(primary_key=True, default=uuid7, editable=False)
    implementation = TenantField()
    requirement = models.CharField(max_length=60)
    subject_kind = models.CharField(max_length=16, choices=SubjectKind.choices)
    subject_id = models.UUIDField()
    organization = TenantForeignKey("directory.Organization", on_delete=models.CASCADE, null=True, related_name="+")
    coc = TenantForeignKey("directory.CoC", on_delete=models.CASCADE, null=True, related_name="+")
    person = TenantForeignKey("directory.Person", on_delete=models.CASCADE, null=True, related_name="+")
    license = TenantForeignKey("directory.License", on_delete=models.CASCADE, null=True, related_name="+")

    class Meta:
        abstract = True


class Status(AboutSubject):
    """What holds now. Not under trigger history: the statement that writes it writes `Change` as well."""

    state = models.CharField(max_length=16, choices=State.choices)
    due_on = models.DateField(null=True, help_text="By when something must be done.")
    lapses_on = models.DateField(null=True, help_text="The first day on which what holds today holds no more.")
    since = models.DateField(help_text="The day on which this state began.")
    note = models.CharField(max_length=300, blank=True, help_text="The evidence, or why, in words.")
    checked_at = models.DateTimeField(db_default=models.functions.Now())

    objects = querysets.StatusQuerySet.as_manager()

    class Meta:
        verbose_name_plural = "statuses"
        constraints = (
            models.UniqueConstraint(fields=["implementation", "requirement", "subject_id"], name="status_once"),
        )
        indexes = (
            models.Index(fields=["implementation", "organization", "requirement"], name="status_by_organization"),
            models.Index(fields=["implementation", "person"], name="status_by_person"),
            models.Index(fields=["implementation", "license"], name="status_by_license"),
        )

    def __str__(self) -> str:
        return f"{self.requirement}: {self.state}"


class Change(AboutSubject):
    """One change of a state. The last one on or before a day tells what was recorded for that day."""

    old_state = models.CharField(max_length=16, choices=State.choices, blank=True)
    new_state = models.CharField(
        max_length=16, choices=State.choices, blank=True, help_text="Empty: no longer a subject."
    )
    due_on = models.DateField(null=True)
    note = models.CharField(max_length=300, blank=True)
    as_of = models.DateField(help_text="The local day for which it was evaluated.")
    run = TenantForeignKey("compliance.Run", on_delete=models.SET_NULL, null=True, related_name="changes")
    recorded_at = models.DateTimeField(db_default=models.functions.Now())

    objects = querysets.StatusQuerySet.as_manager()

    class Meta:
        indexes = (
            models.Index(fields=["implementation", "-as_of", "requirement", "id"], name="change_latest_first"),
            models.Index(fields=["implementation", "subject_id", "requirement", "as_of"], name="change_by_subject"),
        )

    def __str__(self) -> str:
        return f"{self.requirement}: {self.old_state or 'new'} to {self.new_state or 'gone'}"


class Run(TenantModel):
    """One evaluation of everything: a night, or started by hand."""

    class Kind(models.TextChoices):
        NIGHT = "night", "Nightly"
        HAND = "hand", "Started by hand"

    class RunState(models.TextChoices):
        RUNNING = "running", "Running"
        FINISHED = "finished", "Finished"

    kind = models.CharField(max_length=6, choices=Kind.choices)
    as_of = models.DateField()
    state = models.CharField(max_length=10, choices=RunState.choices, default=RunState.RUNNING)
    done = models.JSONField(default=list, help_text="The units that are finished.")
    total = models.PositiveSmallIntegerField(default=0)
    changed = models.PositiveIntegerField(default=0)
    started_by = models.ForeignKey(settings.AUTH_USER_MODEL, on_delete=models.SET_NULL, null=True, related_name="+")
    finished_at = models.DateTimeField(null=True, blank=True)

    objects = querysets.RunQuerySet.as_manager()

    class Meta:
        ordering = ("-as_of", "-created_at")
        constraints = (
            models.UniqueConstraint(
                fields=["implementation", "as_of"], condition=models.Q(kind="night"), name="run_one_a_night"
            ),
        )

    def __str__(self) -> str:
        return f"{self.get_kind_display()} run of {self.as_of}"

    def get_absolute_url(self) -> str:
        return reverse("compliance:run-detail", kwargs={"slug": context.current().slug, "pk": self.pk})


class Tally(TenantModel):
    """How many subjects of a requirement stood in each state in an agency (or CoC) on a day: for trends and the grid."""

    as_of = models.DateField()
    requirement = models.CharField(max_length=60)
    organization = TenantForeignKey("directory.Organization", on_delete=models.CASCADE, null=True, related_name="+")
    coc = TenantForeignKey("directory.CoC", on_delete=models.CASCADE, null=True, related_name="+")
    state = models.CharField(max_length=16, choices=State.choices)
    count = models.PositiveIntegerField()

    objects = querysets.TallyQuerySet.as_manager()

    class Meta:
        verbose_name_plural = "tallies"
        constraints = (
            models.UniqueConstraint(
                fields=["implementation", "as_of", "requirement", "organization", "coc", "state"],
                nulls_distinct=False,
                name="tally_once",
            ),
        )

    def __str__(self) -> str:
        return f"{self.requirement} {self.as_of}: {self.count} {self.state}"


@tracked
class Waiver(TenantModel):
    """That a requirement is waived for, or does not apply to, one subject: with a reason, and an end for a waiver."""

    class Kind(models.TextChoices):
        WAIVED = "waived", "Waived"
        NOT_APPLICABLE = "not_applicable", "Not applicable"

    requirement = models.CharField(max_length=60)
    subject_kind = models.CharField(max_length=16, choices=SubjectKind.choices)
    subject_id = models.UUIDField()
    organization = TenantForeignKey("directory.Organization", on_delete=models.CASCADE, null=True, related_name="+")
    person = TenantForeignKey("directory.Person", on_delete=models.CASCADE, null=True, related_name="+")
    kind = models.CharField(max_length=16, choices=Kind.choices)
    reason = models.CharField(max_length=300)
    starts_on = models.DateField()
    ends_on = models.DateField(null=True, blank=True)
    granted_by = models.ForeignKey(settings.AUTH_USER_MODEL, on_delete=models.SET_NULL, null=True, related_name="+")
    withdrawn_on = models.DateField(null=True, blank=True)

    objects = querysets.WaiverQuerySet.as_manager()

    class Meta:
        ordering = ("-starts_on",)
        constraints = (
            models.CheckConstraint(
                condition=models.Q(kind="not_applicable") | models.Q(ends_on__isnull=False),
                name="waiver_has_an_end",
                violation_error_message="A waiver needs its last day.",
            ),
        )

    def __str__(self) -> str:
        return f"{self.get_kind_display()}: {self.reason}"


class Gate(TenantModel):
    """The access gate's answer for one license: may they use the HMIS, why not, and until when."""

    license = TenantForeignKey("directory.License", on_delete=models.CASCADE, related_name="gates")
    is_open = models.BooleanField()
    reasons = models.JSONField(
        default=list, help_text="What blocks: requirement, state, due_on, subject_kind, subject_id."
    )
    lapses_on = models.DateField(null=True, help_text="The first day on which an open gate closes if nothing is done.")
    checked_at = models.DateTimeField(db_default=models.functions.Now())

    objects = querysets.ByLicenseQuerySet.as_manager()

    class Meta:
        constraints = (models.UniqueConstraint(fields=["implementation", "license"], name="gate_one_per_license"),)

    def __str__(self) -> str:
        return "open" if self.is_open else "shut"


@tracked
class Task(TenantModel):
    """Something somebody must do in the HMIS itself, or decide. Only proof closes it: a statement or an observation."""

    class Kind(models.TextChoices):
        LOCK_ACCOUNT = "lock_account", "Lock the account in the HMIS"
        DEACTIVATE_ACCOUNT = "deactivate_account", "Deactivate the account in the HMIS"
        REOPEN_ACCOUNT = "reopen_account", "Reopen the account in the HMIS"
        DECIDE_SUSPENSION = "decide_suspension", "Decide whether to suspend"
        UNKNOWN_ACCOUNT = "unknown_account", "Account in the HMIS that nobody here knows"
        MISSING_ACCOUNT = "missing_account", "License whose account is not in the HMIS"
        ACTIVE_THOUGH_BLOCKED = "active_though_blocked", "Account active though the license is not"
        STALE_SIGN_IN = "stale_sign_in", "Account not used for long"

    class Proof(models.TextChoices):
        STATED = "stated", "Stated by a person"
        OBSERVED = "observed", "Seen in a roster"
        MOOT = "moot", "No longer needed"

    number = models.PositiveIntegerField()
    kind = models.CharField(max_length=30, choices=Kind.choices)
    title = models.CharField(max_length=200, help_text="In words, without personal data.")
    license = TenantForeignKey("directory.License", on_delete=models.CASCADE, null=True, related_name="tasks")
    organization = TenantForeignKey("directory.Organization", on_delete=models.CASCADE, null=True, related_name="tasks")
    key = models.CharField(max_length=120, blank=True, help_text="Tells apart tasks without a license.")
    detail = models.JSONField(default=dict, blank=True)
    due_at = models.DateTimeField(null=True, blank=True)
    closed_at = models.DateTimeField(null=True, blank=True)
    closed_by = models.ForeignKey(settings.AUTH_USER_MODEL, on_delete=models.SET_NULL, null=True, related_name="+")
    proof_kind = models.CharField(max_length=10, choices=Proof.choices, blank=True)
    proof = models.CharField(max_length=300, blank=True)
    proof_file = TenantForeignKey("files.StoredFile", on_delete=models.PROTECT, null=True, blank=True, related_name="+")

    objects = querysets.TaskQuerySet.as_manager()

    class Meta:
        ordering = ("closed_at", "due_at", "number")
        constraints = (
            models.UniqueConstraint(fields=["implementation", "number"], name="task_number_once"),
            models.UniqueConstraint(
                fields=["implementation", "kind", "license", "key"],
                condition=models.Q(closed_at=None),
                nulls_distinct=False,
                name="task_one_open",
            ),
            models.CheckConstraint(
                condition=models.Q(closed_at=None, proof_kind="")
                | (models.Q(closed_at__isnull=False) & ~models.Q(proof_kind="")),
                name="task_closed_by_proof",
                violation_error_message="A task is closed by proof alone.",
            ),
        )

    def __str__(self) -> str:
        return f"T-{self.number}"

    def get_absolute_url(self) -> str:
        return reverse("compliance:task-detail", kwargs={"slug": context.current().slug, "pk": self.pk})

    @property
    def is_late(self) -> bool:
        return self.closed_at is None and self.due_at is not None and self.due_at < timezone.now()


def subject_columns(kind: str, subject: Any) -> dict[str, Any]:
    """The scoping columns of a row about one subject (an Organization, Person, License, CoC or Implementation)."""
    columns: dict[str, Any] = {"organization_id": None, "coc_id": None, "person_id": None, "license_id": None}
    if kind == SubjectKind.LICENSE:
        columns |= {
            "license_id": subject.pk,
            "person_id": subject.person_id,
            "organization_id": subject.organization_id,
        }
    elif kind != SubjectKind.IMPLEMENTATION:
        columns[f"{kind}_id"] = subject.pk
    return columns
