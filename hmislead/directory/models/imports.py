"""Imports: what was read, what would change, what went wrong, and where each record came from."""

from __future__ import annotations

from typing import ClassVar

from django.conf import settings
from django.db import models
from django.urls import reverse

from hmislead.audit.tracking import tracked
from hmislead.directory import querysets
from hmislead.tenancy import context
from hmislead.tenancy.base import TenantModel
from hmislead.tenancy.fields import TenantForeignKey


@tracked
class ImportBatch(TenantModel):
    """One file on its way in. Nothing of it is written to the directory before `applying`."""

    class Kind(models.TextChoices):
        HMIS_CSV = "hmis_csv", "HMIS CSV export"
        ROSTER = "roster", "Staff roster"
        AGREEMENTS = "agreements", "Opening agreements"
        COMPLETIONS = "completions", "Training completions"

    class State(models.TextChoices):
        UPLOADED = "uploaded", "Uploaded"
        MAPPING = "mapping", "Waiting for its columns"
        READING = "reading", "Reading"
        PREVIEWED = "previewed", "Ready to apply"
        APPLYING = "applying", "Applying"
        APPLIED = "applied", "Applied"
        REFUSED = "refused", "Refused"
        DISCARDED = "discarded", "Discarded"

    NEXT: ClassVar[dict[str, set[str]]] = {
        "uploaded": {"mapping", "reading", "refused", "discarded"},
        "mapping": {"reading", "discarded"},
        "reading": {"previewed", "refused", "mapping"},
        "previewed": {"applying", "reading", "discarded", "mapping"},
        "applying": {"applied", "refused", "previewed"},
        "applied": set(),
        "refused": set(),
        "discarded": set(),
    }

    number = models.PositiveIntegerField()
    kind = models.CharField(max_length=12, choices=Kind.choices)
    state = models.CharField(max_length=10, choices=State.choices, default=State.UPLOADED)
    file = TenantForeignKey("files.StoredFile", related_name="+")
    uploaded_by = models.ForeignKey(settings.AUTH_USER_MODEL, on_delete=models.SET_NULL, null=True, related_name="+")
    applied_by = models.ForeignKey(settings.AUTH_USER_MODEL, on_delete=models.SET_NULL, null=True, related_name="+")
    applied_at = models.DateTimeField(null=True, blank=True)
    facts_on = models.DateField(null=True, blank=True, help_text="The day the file speaks of.")
    refusal = models.CharField(max_length=500, blank=True)
    header = models.JSONField(default=dict, blank=True, help_text="What the export says of itself.")
    options = models.JSONField(default=dict, blank=True, help_text="Mapping and choices made for this file.")
    summary = models.JSONField(
        default=dict, blank=True, help_text="Counts by table: added, changed, ended, same, left out."
    )
    progress_done = models.PositiveIntegerField(default=0)
    progress_total = models.PositiveIntegerField(default=0)

    objects = querysets.ImportQuerySet.as_manager()

    class Meta:
        ordering = ("-created_at",)
        constraints = (models.UniqueConstraint(fields=["implementation", "number"], name="import_number_once"),)

    def __str__(self) -> str:
        return f"I-{self.number}"

    def get_absolute_url(self) -> str:
        papers = self.kind in {self.Kind.AGREEMENTS, self.Kind.COMPLETIONS}
        page = "opening:sheet-detail" if papers else "directory:import-detail"
        return reverse(page, kwargs={"slug": context.current().slug, "pk": self.pk})


class ImportPart(TenantModel):
    """Belongs to one batch and is not under history of its own: it is itself a record of what happened."""

    batch = TenantForeignKey(ImportBatch, on_delete=models.CASCADE, related_name="%(class)ss")

    objects = querysets.ByBatchQuerySet.as_manager()

    class Meta:
        abstract = True


class ImportProblem(ImportPart):
    """One thing wrong with a file. Never holds a value of the file: values may be personal."""

    file_name = models.CharField(max_length=60)
    line = models.PositiveIntegerField(null=True)
    column = models.CharField(max_length=60, blank=True)
    value_kind = models.CharField(max_length=80, blank=True)
    grade = models.CharField(max_length=20)
    message = models.CharField(max_length=400)
    fix = models.CharField(max_length=400, blank=True)

    class Meta:
        ordering = ("file_name", "line", "pk")

    def __str__(self) -> str:
        return f"{self.file_name} line {self.line}: {self.message}"


class ImportChange(ImportPart):
    """One thing that applying the batch would do, or did.

    `applied` is of proposals alone: somebody said yes to this one. All else is done once the batch is applied.
    """

    class Action(models.TextChoices):
        ADD = "add", "Add"
        CHANGE = "change", "Change"
        END = "end", "End"
        PROPOSE = "propose", "Propose"

    table = models.CharField(max_length=40)
    action = models.CharField(max_length=10, choices=Action.choices)
    label = models.CharField(max_length=300)
    external_id = models.CharField(max_length=64, blank=True)
    object_id = models.UUIDField(null=True)
    fields = models.JSONField(default=dict, help_text="Old and new value by field.")
    applied = models.BooleanField(default=False)

    class Meta:
        ordering = ("table", "action", "pk")

    def __str__(self) -> str:
        return f"{self.get_action_display()} {self.label}"


class SourceRecord(TenantModel):
    """Which of our rows a record of a source system is, and how recent what we know of it is.

    Keyed by (source system, file, id). `object_id` is a soft reference: the table is named by `file`.
    """

    source_system = models.CharField(max_length=200)
    file = models.CharField(max_length=30)
    external_id = models.CharField(max_length=64)
    object_id = models.UUIDField()
    date_updated = models.DateTimeField(null=True)
    export_date = models.DateTimeField()
    content_hash = models.CharField(max_length=64)
    deleted_on = models.DateField(null=True, help_text="The day on which the source system deleted the record.")

    objects = querysets.LeadOnlyQuerySet.as_manager()

    class Meta:
        constraints = (
            models.UniqueConstraint(
                fields=["implementation", "source_system", "file", "external_id"], name="source_record_once"
            ),
        )
        indexes = (models.Index(fields=["implementation", "object_id"], name="source_record_object"),)

    def __str__(self) -> str:
        return f"{self.file} {self.external_id}"


@tracked
class RosterMapping(TenantModel):
    """How the columns of a vendor's roster are read, kept for the next file."""

    name = models.CharField(max_length=100)
    mapping = models.JSONField(default=dict)

    objects = querysets.LeadOnlyQuerySet.as_manager()

    class Meta:
        ordering = ("name",)
        constraints = (models.UniqueConstraint(fields=["implementation", "name"], name="roster_mapping_name_once"),)

    def __str__(self) -> str:
        return self.name
