"""Who must acknowledge a document, and who did: exactly the version and the text they were shown (POL-52..54)."""

from __future__ import annotations

from django.contrib.postgres.fields import ArrayField
from django.db import models

from hmislead.audit.tracking import tracked
from hmislead.directory.querysets import EvidenceQuerySet
from hmislead.documents import types
from hmislead.tenancy.base import TenantModel
from hmislead.tenancy.fields import TenantForeignKey
from policies import querysets


class Audience(models.TextChoices):
    END_USERS = "end_users", "End users"
    CHO_LEADS = "cho_leads", "Agency leads"


@tracked
class PolicySetting(TenantModel):
    """Who must acknowledge one document, when, and with which quiz."""

    document = TenantForeignKey("documents.Document", on_delete=models.CASCADE, related_name="policy_settings")
    audience = ArrayField(
        models.CharField("who acknowledges it", max_length=10, choices=Audience.choices), default=list
    )
    first_access = models.BooleanField(
        "before the first access", default=True, help_text="No: new people get the same time as the others."
    )
    yearly = models.BooleanField("again every year", default=True)
    blocks = models.BooleanField("without it there is no access", default=True)
    quiz = TenantForeignKey("quizzes.Quiz", null=True, blank=True, related_name="policy_settings")
    starts_on = models.DateField("asked for from", help_text="Who had access before gets the days of grace.")

    objects = querysets.SettingQuerySet.as_manager()

    class Meta:
        ordering = ("document__title",)
        constraints = (
            models.UniqueConstraint(
                fields=["implementation", "document"],
                name="policy_setting_once",
                violation_error_message="This document has its rules already. Change those.",
            ),
        )

    def __str__(self) -> str:
        return f"Acknowledgement of {self.document}"

    @property
    def audience_words(self) -> str:
        return ", ".join(Audience(each).label for each in self.audience)


@tracked
class Acknowledgement(TenantModel):
    """That a person read a version, in a language, on a day. `sha256` is the checksum of the text that was shown."""

    person = TenantForeignKey("directory.Person", related_name="acknowledgements")
    version = TenantForeignKey("documents.DocumentVersion", related_name="acknowledgements")
    language = models.CharField(max_length=5, choices=types.LANGUAGES)
    read_at = models.DateTimeField()
    read_on = models.DateField(help_text="The day of it in the implementation's zone.")
    signed_name = models.CharField("name as typed", max_length=150)
    sha256 = models.CharField("checksum of the text", max_length=64)
    attempt = TenantForeignKey("quizzes.Attempt", null=True, blank=True, related_name="acknowledgements")

    objects = EvidenceQuerySet.as_manager()

    class Meta:
        ordering = ("-read_at",)
        constraints = (
            models.UniqueConstraint(
                fields=["implementation", "person", "version", "read_on"], name="acknowledgement_once_a_day"
            ),
        )

    def __str__(self) -> str:
        return f"{self.version}, {self.read_on}"
