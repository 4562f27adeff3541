"""What an implementation seals documents with, and what it sealed."""

from __future__ import annotations

import pghistory
from django.db import models

from hmislead.seals import querysets
from hmislead.tenancy.base import TenantModel
from hmislead.tenancy.fields import TenantForeignKey


# The private key is no history: when it is retired it is gone for good, and only the certificate is kept.
@pghistory.track(pghistory.InsertEvent(), pghistory.UpdateEvent(), pghistory.DeleteEvent(), exclude=["sealed_key"])
class SealKey(TenantModel):
    """A certificate with its key. One at a time is in use; of a retired one the certificate alone is kept."""

    class Origin(models.TextChoices):
        MADE = "made", "Made here"
        IMPORTED = "imported", "Brought along"

    certificate = models.TextField(help_text="PEM. Public.")
    sealed_key = models.TextField(blank=True, help_text="PKCS#12 and passphrase, encrypted. Empty once retired.")
    fingerprint = models.CharField(max_length=64, help_text="SHA-256 of the certificate.")
    name = models.CharField(max_length=300)
    origin = models.CharField(max_length=8, choices=Origin.choices)
    active_from = models.DateTimeField()
    valid_until = models.DateTimeField()
    retired_at = models.DateTimeField(null=True, blank=True)

    objects = querysets.SealKeyQuerySet.as_manager()

    class Meta:
        ordering = ("-active_from",)
        constraints = (
            models.UniqueConstraint(
                fields=["implementation"], condition=models.Q(retired_at=None), name="seal_key_one_in_use"
            ),
            models.UniqueConstraint(fields=["implementation", "fingerprint"], name="seal_key_once"),
        )

    def __str__(self) -> str:
        return f"{self.name} ({self.fingerprint[:12]})"


class SealedFile(TenantModel):
    """The register: one file that was sealed, with its checksum and that of the text it is about. Only added to."""

    key = TenantForeignKey(SealKey, on_delete=models.PROTECT, related_name="sealed")
    file = TenantForeignKey("files.StoredFile", on_delete=models.PROTECT, related_name="seals")
    what = models.CharField(max_length=200)
    sha256 = models.CharField("checksum of the file", max_length=64)
    text_sha256 = models.CharField("checksum of the text", max_length=64)
    sealed_at = models.DateTimeField()

    class Meta:
        ordering = ("-sealed_at",)
        constraints = (models.UniqueConstraint(fields=["implementation", "sha256"], name="sealed_file_once"),)

    def __str__(self) -> str:
        return self.what


class SealMark(models.Model):
    """Checksums alone, of every tenant: the public page must answer without knowing whose a file is."""

    class Kind(models.TextChoices):
        FILE = "file", "A sealed file"
        CERTIFICATE = "certificate", "A certificate that seals"

    sha256 = models.CharField(max_length=64, primary_key=True)
    kind = models.CharField(max_length=11, choices=Kind.choices)
    implementation = models.ForeignKey("tenancy.Implementation", on_delete=models.CASCADE, related_name="+")

    def __str__(self) -> str:
        return self.sha256
