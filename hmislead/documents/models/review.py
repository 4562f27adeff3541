"""Comment periods, yearly review cycles and legal reviews of documents."""

from __future__ import annotations

from django.conf import settings
from django.contrib.postgres.fields import ArrayField
from django.db import models

from hmislead.audit.tracking import tracked
from hmislead.documents import querysets
from hmislead.documents.models.approval import Decision
from hmislead.documents.models.document import Block, Document, DocumentVersion
from hmislead.tenancy.base import TenantModel
from hmislead.tenancy.fields import TenantForeignKey


class Group(models.TextChoices):
    """Who comments (POL-11, POL-42..46)."""

    END_USERS = "end_users", "End users"
    CHOS = "chos", "Agencies"
    LIVED = "lived_experience", "People with lived experience"
    COMMITTEE = "committee", "A committee"
    OTHER = "other", "Others"


@tracked
class CommentPeriod(TenantModel):
    """Days on which a version may be commented on, and by whom."""

    version = TenantForeignKey(DocumentVersion, on_delete=models.CASCADE, related_name="comment_periods")
    opens_on = models.DateField()
    closes_on = models.DateField("last day")
    groups = ArrayField(models.CharField(max_length=16, choices=Group.choices), default=list)

    objects = querysets.ByVersionQuerySet.as_manager()

    class Meta:
        ordering = ("-opens_on",)
        constraints = (
            models.CheckConstraint(
                condition=models.Q(closes_on__gte=models.F("opens_on")),
                name="comment_period_ends_after_it_opens",
                violation_error_message="The last day of comments cannot lie before the first.",
            ),
        )

    def __str__(self) -> str:
        return f"Comments on {self.version}"


@tracked
class Comment(TenantModel):
    """A comment on a version or on one block of it, and what became of it."""

    class Disposition(models.TextChoices):
        ACCEPTED = "accepted", "Accepted"
        PARTLY = "partly", "Accepted in part"
        REJECTED = "rejected", "Not accepted"

    period = TenantForeignKey(CommentPeriod, on_delete=models.CASCADE, related_name="comments")
    block = TenantForeignKey(Block, on_delete=models.SET_NULL, null=True, blank=True, related_name="comments")
    group = models.CharField(max_length=16, choices=Group.choices)
    author = models.ForeignKey(settings.AUTH_USER_MODEL, on_delete=models.SET_NULL, null=True, related_name="+")
    author_name = models.CharField("who said it", max_length=150, blank=True)
    text = models.TextField()
    disposition = models.CharField(max_length=8, choices=Disposition.choices, blank=True)
    reason = models.CharField(max_length=500, blank=True)
    decided_on = models.DateField(null=True, blank=True)

    objects = querysets.CommentQuerySet.as_manager()

    class Meta:
        ordering = ("created_at",)

    def __str__(self) -> str:
        return self.text[:60]


@tracked
class ReviewCycle(TenantModel):
    """The yearly review of a document in a CoC (POL-10..17). Opens by itself 90 days ahead."""

    class Outcome(models.TextChoices):
        REAFFIRMED = "reaffirmed", "Reaffirmed without change"
        REVISED = "revised", "A new version was approved"

    document = TenantForeignKey(Document, on_delete=models.CASCADE, related_name="review_cycles")
    coc = TenantForeignKey("directory.CoC", related_name="review_cycles")
    opened_on = models.DateField()
    due_on = models.DateField()
    closed_on = models.DateField(null=True, blank=True)
    outcome = models.CharField(max_length=10, choices=Outcome.choices, blank=True)
    decision = TenantForeignKey(Decision, null=True, blank=True, related_name="review_cycles")

    objects = querysets.ByDocumentQuerySet.as_manager()

    class Meta:
        ordering = ("due_on",)
        constraints = (
            models.UniqueConstraint(
                fields=["implementation", "document", "coc"],
                condition=models.Q(closed_on=None),
                name="review_cycle_one_open",
            ),
        )

    def __str__(self) -> str:
        return f"Review of {self.document}"


@tracked
class LegalReview(TenantModel):
    """A lawyer's look at documents (POL-55, POL-56)."""

    class Outcome(models.TextChoices):
        FITS = "fits", "It meets state and local law"
        CHANGES = "changes", "Changes are asked for"
        OPEN = "open", "Questions are open"

    document = TenantForeignKey(Document, on_delete=models.CASCADE, related_name="legal_reviews")
    version_number = models.PositiveIntegerField(null=True, blank=True)
    reviewer = models.CharField("who reviewed it", max_length=150)
    covers = models.CharField("state and local law covered", max_length=300, blank=True)
    reviewed_on = models.DateField()
    outcome = models.CharField(max_length=8, choices=Outcome.choices, blank=True)
    opinion = models.TextField(blank=True)
    file = TenantForeignKey("files.StoredFile", null=True, blank=True, related_name="+")
    recorded_by = models.ForeignKey(settings.AUTH_USER_MODEL, on_delete=models.SET_NULL, null=True, related_name="+")

    objects = querysets.LegalReviewQuerySet.as_manager()

    class Meta:
        ordering = ("-reviewed_on",)

    def __str__(self) -> str:
        return f"{self.reviewer}, {self.reviewed_on}"
