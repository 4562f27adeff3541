"""Courses, who completed them when, and the yearly security certification of a person."""

from __future__ import annotations

from django.conf import settings
from django.contrib.postgres.fields import ArrayField
from django.db import models
from django.db.models.functions import Lower
from django.urls import reverse

from hmislead.audit.tracking import tracked
from hmislead.directory.querysets import EvidenceQuerySet
from hmislead.tenancy import context
from hmislead.tenancy.base import TenantModel
from hmislead.tenancy.fields import TenantForeignKey
from training import querysets


class Topic(models.TextChoices):
    SOFTWARE = "software", "Software"
    PRIVACY = "privacy", "Privacy and confidentiality"
    SECURITY = "security", "Data security"
    OTHER = "other", "Other"


@tracked
class Course(TenantModel):
    """A training. One course may count for several topics (TRN-14..19)."""

    title = models.CharField(max_length=150)
    topics = ArrayField(models.CharField(max_length=10, choices=Topic.choices))
    validity_months = models.PositiveSmallIntegerField(
        "counts for", null=True, blank=True, help_text="Months. Empty: as long as the implementation's setting says."
    )
    external_code = models.CharField("code in the learning system", max_length=60, blank=True)
    retired_on = models.DateField(null=True, blank=True)

    objects = querysets.CourseQuerySet.as_manager()

    class Meta:
        ordering = (Lower("title"),)
        constraints = (
            models.UniqueConstraint(
                "implementation",
                Lower("title"),
                name="course_title_once",
                violation_error_message="There is a course with this title already.",
            ),
        )

    def __str__(self) -> str:
        return self.title

    def get_absolute_url(self) -> str:
        return reverse("training:course-detail", kwargs={"slug": context.current().slug, "pk": self.pk})


class Source(models.TextChoices):
    HAND = "hand", "By hand"
    CSV = "csv", "From a spreadsheet"
    API = "api", "By the API"


@tracked
class Completion(TenantModel):
    """That a person completed a course on a day. A course counts once a day however often it is reported."""

    course = TenantForeignKey(Course, related_name="completions")
    person = TenantForeignKey("directory.Person", related_name="completions")
    completed_on = models.DateField()
    score = models.DecimalField("score in percent", max_digits=5, decimal_places=2, null=True, blank=True)
    source = models.CharField(max_length=5, choices=Source.choices, default=Source.HAND)
    carried_over = models.BooleanField(default=False, help_text="Loaded as opening evidence.")
    note = models.CharField(max_length=300, blank=True, help_text="Why it was corrected.")
    file = TenantForeignKey("files.StoredFile", null=True, blank=True, related_name="+")
    recorded_by = models.ForeignKey(settings.AUTH_USER_MODEL, on_delete=models.SET_NULL, null=True, related_name="+")

    objects = EvidenceQuerySet.as_manager()

    class Meta:
        ordering = ("-completed_on", "pk")
        constraints = (
            models.UniqueConstraint(
                fields=["implementation", "person", "course", "completed_on"],
                name="completion_once_a_day",
                violation_error_message="This completion is recorded already.",
            ),
        )

    def __str__(self) -> str:
        return f"{self.course}, {self.completed_on}"


@tracked
class SecurityCertification(TenantModel):
    """A person's yearly statement that they keep the security rules (SEC-40, SEC-41)."""

    person = TenantForeignKey("directory.Person", related_name="security_certifications")
    certified_on = models.DateField()
    statement = models.TextField(blank=True, help_text="The words that were certified.")
    carried_over = models.BooleanField(default=False, help_text="Loaded as opening evidence.")
    file = TenantForeignKey("files.StoredFile", null=True, blank=True, related_name="+")
    recorded_by = models.ForeignKey(settings.AUTH_USER_MODEL, on_delete=models.SET_NULL, null=True, related_name="+")

    objects = EvidenceQuerySet.as_manager()

    class Meta:
        ordering = ("-certified_on", "pk")
        constraints = (
            models.UniqueConstraint(
                fields=["implementation", "person", "certified_on"],
                name="security_certification_once_a_day",
                violation_error_message="This certification is recorded already.",
            ),
        )

    def __str__(self) -> str:
        return f"Security certification, {self.certified_on}"
