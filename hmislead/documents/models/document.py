"""A document, its versions, and the clause blocks a version is made of."""

from __future__ import annotations

from typing import ClassVar

from django.conf import settings
from django.contrib.postgres.fields import ArrayField
from django.db import models
from django.urls import reverse

from hmislead.audit.tracking import tracked
from hmislead.documents import querysets, types
from hmislead.tenancy import context
from hmislead.tenancy.base import TenantModel
from hmislead.tenancy.fields import TenantForeignKey
from hmislead.tenancy.life_cycle import LifeCycle

VARIANTS = [("vsp", "Victim service providers"), ("hipaa", "HIPAA-covered agencies"), ("multi_coc", "Several CoCs")]


def standards_field() -> ArrayField:
    """Ids of the catalogue (`GOV-18`) and of the crosswalk of the 2004 Standards (`DTS-4.2-03`)."""
    return ArrayField(models.CharField(max_length=12), default=list, blank=True)


@tracked
class Document(TenantModel):
    """One governing document or one template of an agreement, through all its versions."""

    type = models.CharField(max_length=24, choices=types.CHOICES)
    number = models.CharField(max_length=12, help_text="A short number people can say, such as D-014.")
    title = models.CharField(max_length=200)
    title_es = models.CharField("title in Spanish", max_length=200, blank=True)
    is_public = models.BooleanField("shown to the public", default=False)
    needs_approval = models.BooleanField("a governing body approves it", default=True)
    owner = models.ForeignKey(settings.AUTH_USER_MODEL, on_delete=models.SET_NULL, null=True, related_name="+")
    retired_on = models.DateField(null=True, blank=True)

    objects = querysets.DocumentQuerySet.as_manager()

    class Meta:
        ordering = ("type", "title")
        constraints = (models.UniqueConstraint(fields=["implementation", "number"], name="document_number_once"),)

    def __str__(self) -> str:
        return self.title

    def get_absolute_url(self) -> str:
        return reverse("documents:document-detail", kwargs={"slug": context.current().slug, "pk": self.pk})

    def title_in(self, language: str) -> str:
        """The title beside a text in a language: the English one where there is no Spanish one."""
        return self.title_es if language == "es" and self.title_es else self.title


@tracked
class DocumentVersion(LifeCycle, TenantModel):
    """A version is written in blocks, or is an uploaded file whose pages a reviewer maps to the Standards.

    From approval on its text never changes. Where it is in effect, and since when, is a row per CoC (`VersionEffect`);
    `state` follows from those rows then.
    """

    class State(models.TextChoices):
        DRAFT = "draft", "Draft"
        IN_COMMENT = "in_comment", "In comment"
        SUBMITTED = "submitted", "Submitted"
        APPROVED = "approved", "Approved"
        EFFECTIVE = "effective", "In effect"
        SUPERSEDED = "superseded", "Superseded"
        RETIRED = "retired", "Retired"

    NEXT: ClassVar[dict[str, set[str]]] = {
        "draft": {"in_comment", "submitted", "approved", "retired"},
        "in_comment": {"draft", "submitted", "retired"},
        "submitted": {"draft", "approved", "retired"},
        "approved": {"effective", "retired", "submitted"},
        "effective": {"superseded", "retired"},
        "superseded": {"retired"},
        "retired": set(),
    }
    WRITABLE = frozenset({"draft", "in_comment"})

    class Source(models.TextChoices):
        BLOCKS = "blocks", "Written here"
        UPLOAD = "upload", "Uploaded file"

    document = TenantForeignKey(Document, on_delete=models.CASCADE, related_name="versions")
    number = models.PositiveIntegerField()
    state = models.CharField(max_length=12, choices=State.choices, default=State.DRAFT)
    source = models.CharField(max_length=8, choices=Source.choices, default=Source.BLOCKS)
    file = TenantForeignKey("files.StoredFile", null=True, blank=True, related_name="+")
    page_count = models.PositiveIntegerField(null=True, blank=True, help_text="Of an uploaded file.")
    changes = models.TextField("what changed, in plain words", blank=True)
    must_sign_again = models.BooleanField(
        null=True, help_text="Decided when it takes effect: whether who signed an older version signs this one."
    )
    effective_on = models.DateField(null=True, blank=True, help_text="The first day anywhere.")
    created_by = models.ForeignKey(settings.AUTH_USER_MODEL, on_delete=models.SET_NULL, null=True, related_name="+")
    holds = models.JSONField(
        null=True,
        blank=True,
        editable=False,
        help_text="Standards it holds, by the latest count; NULL: not counted yet.",
    )

    objects = querysets.VersionQuerySet.as_manager()

    class Meta:
        ordering = ("document", "-number")
        constraints = (
            models.UniqueConstraint(fields=["implementation", "document", "number"], name="version_number_once"),
            models.UniqueConstraint(
                fields=["implementation", "document"],
                condition=models.Q(state__in=["draft", "in_comment", "submitted"]),
                name="version_one_in_work",
                violation_error_message="A version of this document is in work already. Finish or retire it first.",
            ),
        )

    def __str__(self) -> str:
        return f"{self.document.title}, version {self.number}"

    def get_absolute_url(self) -> str:
        return reverse("documents:version-detail", kwargs={"slug": context.current().slug, "pk": self.pk})

    @property
    def is_writable(self) -> bool:
        return self.state in self.WRITABLE


@tracked
class Block(TenantModel):
    """One clause: what it says, which Standards it satisfies, for whom it stands. `key` follows it through versions."""

    version = TenantForeignKey(DocumentVersion, on_delete=models.CASCADE, related_name="blocks")
    key = models.SlugField(max_length=60)
    position = models.PositiveIntegerField()
    heading = models.CharField(max_length=200)
    body = models.TextField("text", blank=True, help_text="Markdown.")
    heading_es = models.CharField("heading in Spanish", max_length=200, blank=True)
    body_es = models.TextField("text in Spanish", blank=True)
    standards = standards_field()
    variant = models.CharField("only for", max_length=10, choices=VARIANTS, blank=True)
    initials = models.BooleanField("the signer puts initials to it", default=False)

    objects = querysets.ByVersionQuerySet.as_manager()

    class Meta:
        ordering = ("position",)
        constraints = (
            models.UniqueConstraint(fields=["implementation", "version", "key"], name="block_key_once"),
            models.UniqueConstraint(
                fields=["implementation", "version", "position"],
                name="block_position_once",
                deferrable=models.Deferrable.DEFERRED,
            ),
        )

    def __str__(self) -> str:
        return self.heading


@tracked
class LibraryClause(TenantModel):
    """A clause kept for use in documents to come. What uses it has its own copy."""

    name = models.CharField(max_length=120)
    types = ArrayField(models.CharField(max_length=24), default=list, blank=True, help_text="Empty: for all types.")
    heading = models.CharField(max_length=200)
    body = models.TextField("text")
    heading_es = models.CharField("heading in Spanish", max_length=200, blank=True)
    body_es = models.TextField("text in Spanish", blank=True)
    standards = standards_field()
    variant = models.CharField("only for", max_length=10, choices=VARIANTS, blank=True)
    initials = models.BooleanField(default=False)
    retired_on = models.DateField(null=True, blank=True)

    objects = querysets.StudioQuerySet.as_manager()

    class Meta:
        ordering = ("name",)
        constraints = (models.UniqueConstraint(fields=["implementation", "name"], name="library_clause_name_once"),)

    def __str__(self) -> str:
        return self.name


@tracked
class Attestation(TenantModel):
    """A named reviewer states that a Standard is met: by a block, or on pages of an uploaded file.

    Editing the block withdraws it.
    """

    version = TenantForeignKey(DocumentVersion, on_delete=models.CASCADE, related_name="attestations")
    block = TenantForeignKey(Block, on_delete=models.CASCADE, null=True, blank=True, related_name="attestations")
    standard = models.CharField(max_length=12)
    pages = models.CharField(max_length=60, blank=True, help_text="Of an uploaded file: 4, 7-9.")
    note = models.CharField(max_length=500, blank=True)
    reviewer = models.ForeignKey(settings.AUTH_USER_MODEL, on_delete=models.PROTECT, related_name="+")
    attested_on = models.DateField()
    withdrawn_at = models.DateTimeField(null=True, blank=True)
    withdrawn_because = models.CharField(max_length=200, blank=True)

    objects = querysets.ByVersionQuerySet.as_manager()

    class Meta:
        ordering = ("standard", "-attested_on")
        constraints = (
            models.UniqueConstraint(
                fields=["implementation", "version", "standard"],
                condition=models.Q(withdrawn_at=None),
                name="attestation_one_standing",
            ),
        )

    def __str__(self) -> str:
        return f"{self.standard} attested"


@tracked
class Citation(TenantModel):
    """A version cites another document of ours (one version of it, or always the current one) or one elsewhere."""

    version = TenantForeignKey(DocumentVersion, on_delete=models.CASCADE, related_name="citations")
    block = TenantForeignKey(Block, on_delete=models.SET_NULL, null=True, blank=True, related_name="citations")
    cited = TenantForeignKey(Document, on_delete=models.CASCADE, null=True, blank=True, related_name="cited_by")
    cited_number = models.PositiveIntegerField("version cited", null=True, blank=True, help_text="Empty: the current.")
    title = models.CharField("title of a document kept elsewhere", max_length=200, blank=True)
    url = models.URLField(blank=True)
    covers = standards_field()

    objects = querysets.ByVersionQuerySet.as_manager()

    class Meta:
        ordering = ("pk",)
        constraints = (
            models.CheckConstraint(
                condition=models.Q(cited__isnull=False) | ~models.Q(title=""),
                name="citation_names_something",
                violation_error_message="Choose one of your documents, or give the title of one kept elsewhere.",
            ),
        )

    def __str__(self) -> str:
        return str(self.cited) if self.cited else self.title


@tracked
class Contradiction(TenantModel):
    """Two documents say different things; how that was settled (GOV-38, GOV-39)."""

    first = TenantForeignKey(Document, on_delete=models.CASCADE, related_name="+")
    second = TenantForeignKey(Document, on_delete=models.CASCADE, related_name="+")
    conflict = models.TextField("what they say differently")
    found_on = models.DateField()
    found_by = models.ForeignKey(settings.AUTH_USER_MODEL, on_delete=models.SET_NULL, null=True, related_name="+")
    resolution = models.TextField("how it was settled", blank=True)
    resolved_on = models.DateField(null=True, blank=True)

    objects = querysets.StudioQuerySet.as_manager()

    class Meta:
        ordering = ("-found_on",)

    def __str__(self) -> str:
        return f"{self.first} against {self.second}"


@tracked
class PublishedCopy(TenantModel):
    """The frozen text of a version in one language, as page and as PDF. Made once; never changed."""

    version = TenantForeignKey(DocumentVersion, on_delete=models.CASCADE, related_name="copies")
    language = models.CharField(max_length=5, choices=types.LANGUAGES)
    html = models.TextField()
    sha256 = models.CharField("checksum of the text", max_length=64)
    pdf = TenantForeignKey("files.StoredFile", null=True, blank=True, related_name="+")
    published_at = models.DateTimeField()

    objects = querysets.ByVersionQuerySet.as_manager()

    class Meta:
        ordering = ("version", "language")
        constraints = (
            models.UniqueConstraint(fields=["implementation", "version", "language"], name="published_copy_once"),
        )

    def __str__(self) -> str:
        return f"{self.version}, {self.get_language_display()}"

    @property
    def title(self) -> str:
        """The document's title in the language of this copy."""
        return self.version.document.title_in(self.language)


@tracked
class RedlineCopy(TenantModel):
    """What differs between two versions in one language, as PDF. `sha256` is of both texts: after a draft has changed,
    a new copy is made beside the old one."""

    version = TenantForeignKey(DocumentVersion, on_delete=models.CASCADE, related_name="redlines")
    against = TenantForeignKey(DocumentVersion, on_delete=models.CASCADE, related_name="+")
    language = models.CharField(max_length=5, choices=types.LANGUAGES)
    sha256 = models.CharField("checksum of both texts", max_length=64)
    asked_by = models.ForeignKey(settings.AUTH_USER_MODEL, on_delete=models.SET_NULL, null=True, related_name="+")
    attempt = models.PositiveSmallIntegerField(default=1)
    failure = models.CharField(max_length=300, blank=True)
    pdf = TenantForeignKey("files.StoredFile", null=True, blank=True, related_name="+")

    objects = querysets.RedlineQuerySet.as_manager()

    class Meta:
        verbose_name_plural = "redline copies"
        ordering = ("-created_at",)
        constraints = (
            models.UniqueConstraint(
                fields=["implementation", "version", "against", "language", "sha256"], name="redline_copy_once"
            ),
        )

    def __str__(self) -> str:
        return f"{self.version} against version {self.against.number}, {self.get_language_display()}"

    @property
    def is_under_way(self) -> bool:
        return self.pdf_id is None and not self.failure
