"""A packet: one agreement on its way through its signers. Signed by all, it becomes an agreement."""

from __future__ import annotations

from typing import ClassVar

from django.conf import settings
from django.db import models
from django.urls import reverse

from agreements import querysets
from agreements.models.agreement import Agreement, AgreementParty
from hmislead.audit.tracking import tracked
from hmislead.documents.types import LANGUAGES
from hmislead.tenancy import context
from hmislead.tenancy.base import TenantModel
from hmislead.tenancy.fields import TenantForeignKey
from hmislead.tenancy.life_cycle import LifeCycle


@tracked
class Campaign(LifeCycle, TenantModel):
    """One template sent to many: "all end users sign version 3 by 30 September"."""

    class State(models.TextChoices):
        DRAFT = "draft", "Draft"
        SENDING = "sending", "Being sent"
        RUNNING = "running", "Running"
        CLOSED = "closed", "Closed"

    NEXT: ClassVar[dict[str, set[str]]] = {
        "draft": {"sending", "closed"},
        "sending": {"running", "closed"},
        "running": {"sending", "closed"},
        "closed": set(),
    }

    number = models.CharField(max_length=12)
    name = models.CharField(max_length=150)
    version = TenantForeignKey("documents.DocumentVersion", related_name="campaigns")
    audience = models.JSONField(default=dict, help_text="The filter that chose whom it goes to.")
    deadline_on = models.DateField("sign by")
    term = models.CharField(max_length=8, choices=Agreement.Term.choices, default=Agreement.Term.OPEN)
    effective_on = models.DateField(null=True, blank=True)
    ends_on = models.DateField("last day", null=True, blank=True)
    remind_every_days = models.PositiveSmallIntegerField(default=7)
    most_reminders = models.PositiveSmallIntegerField(default=3)
    language = models.CharField(max_length=5, choices=LANGUAGES, default="en")
    notice_days = models.PositiveSmallIntegerField("days of notice", null=True, blank=True)
    total = models.PositiveIntegerField(default=0, help_text="How many it was for when the sending began.")
    problems = models.JSONField(default=list, blank=True, help_text="Whom it could not be sent to, and why.")
    state = models.CharField(max_length=8, choices=State.choices, default=State.DRAFT)
    created_by = models.ForeignKey(settings.AUTH_USER_MODEL, on_delete=models.SET_NULL, null=True, related_name="+")
    started_at = models.DateTimeField(null=True, blank=True)
    closed_at = models.DateTimeField(null=True, blank=True)

    objects = querysets.CampaignQuerySet.as_manager()

    class Meta:
        ordering = ("-created_at",)
        constraints = (models.UniqueConstraint(fields=["implementation", "number"], name="campaign_number_once"),)

    def __str__(self) -> str:
        return self.name

    def get_absolute_url(self) -> str:
        return reverse("agreements:campaign-detail", kwargs={"slug": context.current().slug, "pk": self.pk})


@tracked
class Packet(LifeCycle, TenantModel):
    """`deadline_on` is the last day to sign; `effective_on` to `ends_on` is how long the agreement then holds.

    `text` is frozen when the packet is sent: what every signer reads, and what its checksum is of.
    """

    class State(models.TextChoices):
        DRAFT = "draft", "Draft"
        SENT = "sent", "Out for signature"
        PARTLY = "partly", "Partly signed"
        COMPLETE = "complete", "Signed by all"
        DECLINED = "declined", "Declined"
        WITHDRAWN = "withdrawn", "Withdrawn"
        EXPIRED = "expired", "Not signed in time"

    NEXT: ClassVar[dict[str, set[str]]] = {
        "draft": {"sent", "withdrawn"},
        "sent": {"partly", "complete", "declined", "withdrawn", "expired"},
        "partly": {"complete", "declined", "withdrawn", "expired"},
        "complete": set(),
        "declined": {"sent", "partly", "withdrawn"},
        "withdrawn": set(),
        "expired": {"sent", "partly", "withdrawn"},
    }
    OUT = frozenset({"sent", "partly"})

    number = models.CharField(max_length=12)
    type = models.CharField(max_length=24, choices=Agreement.Type.choices)
    title = models.CharField(max_length=200)
    version = TenantForeignKey("documents.DocumentVersion", related_name="packets")
    language = models.CharField(max_length=5, choices=LANGUAGES, default="en")
    state = models.CharField(max_length=10, choices=State.choices, default=State.DRAFT)
    deadline_on = models.DateField("sign by")
    term = models.CharField(max_length=8, choices=Agreement.Term.choices, default=Agreement.Term.OPEN)
    effective_on = models.DateField(null=True, blank=True, help_text="Empty: on the day the last signer signs.")
    ends_on = models.DateField("last day", null=True, blank=True)
    notice_days = models.PositiveSmallIntegerField("days of notice", null=True, blank=True)
    amends = TenantForeignKey(Agreement, null=True, blank=True, related_name="amending_packets")
    renews = TenantForeignKey(Agreement, null=True, blank=True, related_name="renewing_packets")
    campaign = TenantForeignKey(Campaign, null=True, blank=True, related_name="packets")
    blocks = models.JSONField(default=list, help_text="Key, heading, HTML and initials of each clause, as sent.")
    sha256 = models.CharField("checksum of the text", max_length=64, blank=True)
    sent_at = models.DateTimeField(null=True, blank=True)
    completed_at = models.DateTimeField(null=True, blank=True)
    sealed_at = models.DateTimeField(null=True, blank=True)
    closed_because = models.CharField(max_length=300, blank=True)
    agreement = TenantForeignKey(Agreement, null=True, blank=True, related_name="packets")
    created_by = models.ForeignKey(settings.AUTH_USER_MODEL, on_delete=models.SET_NULL, null=True, related_name="+")
    reminders_sent = models.PositiveSmallIntegerField(default=0)
    reminded_on = models.DateField(null=True, blank=True)

    objects = querysets.PacketQuerySet.as_manager()

    class Meta:
        ordering = ("-created_at",)
        constraints = (
            models.UniqueConstraint(fields=["implementation", "number"], name="packet_number_once"),
            models.CheckConstraint(
                condition=models.Q(state="draft") | models.Q(state="withdrawn") | ~models.Q(sha256=""),
                name="packet_sent_has_its_text",
            ),
        )

    def __str__(self) -> str:
        return f"{self.number} {self.title}"

    def get_absolute_url(self) -> str:
        return reverse("agreements:packet-detail", kwargs={"slug": context.current().slug, "pk": self.pk})

    @property
    def sign(self) -> str:
        """The state in the words of all states: a packet that was sent is out for signature."""
        return {"sent": "out", "partly": "partly_signed", "expired": "not_in_time"}.get(self.state, self.state)

    @property
    def is_out(self) -> bool:
        return self.state in self.OUT


@tracked
class PacketParty(TenantModel):
    """Whom the agreement will bind: the parties of the agreement that comes of the packet."""

    packet = TenantForeignKey(Packet, on_delete=models.CASCADE, related_name="parties")
    role = models.CharField(max_length=10, choices=AgreementParty.Role.choices)
    coc = TenantForeignKey("directory.CoC", null=True, blank=True, related_name="packet_parties")
    organization = TenantForeignKey("directory.Organization", null=True, blank=True, related_name="packet_parties")
    person = TenantForeignKey("directory.Person", null=True, blank=True, related_name="packet_parties")

    objects = querysets.ByPacketQuerySet.as_manager()

    class Meta:
        ordering = ("role",)
        verbose_name_plural = "packet parties"

    def __str__(self) -> str:
        return str(self.person or self.organization or self.coc)


@tracked
class Signer(LifeCycle, TenantModel):
    """One signature that is needed. Equal positions sign in any order; a later position waits and sees nothing.

    Whoever of the candidates signs is recorded here: name, title, time, address, browser, and the checksum of the text
    that was on their screen.
    """

    class State(models.TextChoices):
        WAITING = "waiting", "Waiting for others"
        ASKED = "asked", "Asked to sign"
        SIGNED = "signed", "Signed"
        DECLINED = "declined", "Declined"
        REPLACED = "replaced", "Replaced"

    NEXT: ClassVar[dict[str, set[str]]] = {
        "waiting": {"asked", "replaced"},
        "asked": {"signed", "declined", "replaced", "waiting"},
        "signed": set(),
        "declined": {"asked", "waiting", "replaced"},
        "replaced": set(),
    }

    class Method(models.TextChoices):
        SIGN_IN = "sign_in", "Signed in"
        LINK = "link", "Personal link and code"
        PAPER = "paper", "On paper"

    packet = TenantForeignKey(Packet, on_delete=models.CASCADE, related_name="signers")
    party = TenantForeignKey(PacketParty, on_delete=models.CASCADE, related_name="signers")
    position = models.PositiveSmallIntegerField(default=1)
    capacity = models.CharField(max_length=150, help_text="For whom they sign: executive director of Harbor House.")
    must_be_signatory = models.BooleanField(default=True, help_text="Only an authorized signatory may sign here.")
    state = models.CharField(max_length=8, choices=State.choices, default=State.WAITING)
    asked_at = models.DateTimeField(null=True, blank=True)
    seen_at = models.DateTimeField(null=True, blank=True)
    signed_at = models.DateTimeField(null=True, blank=True)
    signed_by = TenantForeignKey("directory.Person", null=True, blank=True, related_name="signatures")
    signed_name = models.CharField(max_length=150, blank=True)
    signed_title = models.CharField(max_length=150, blank=True)
    initials = models.JSONField(default=dict, blank=True, help_text="By the key of the clause.")
    consented_at = models.DateTimeField(null=True, blank=True)
    method = models.CharField(max_length=8, choices=Method.choices, blank=True)
    text_sha256 = models.CharField("checksum of the text shown", max_length=64, blank=True)
    address = models.GenericIPAddressField("internet address", null=True, blank=True)
    browser = models.CharField(max_length=300, blank=True)
    paper = TenantForeignKey("files.StoredFile", null=True, blank=True, related_name="+")
    paper_pages = models.CharField(max_length=60, blank=True)
    declined_because = models.CharField(max_length=500, blank=True)

    objects = querysets.SignerQuerySet.as_manager()

    class Meta:
        ordering = ("position", "pk")
        constraints = (
            models.CheckConstraint(
                condition=~models.Q(state="signed") | models.Q(signed_at__isnull=False) & ~models.Q(signed_name=""),
                name="signer_signed_is_somebody",
            ),
        )

    def __str__(self) -> str:
        return self.signed_name or self.capacity


@tracked
class Candidate(TenantModel):
    """Somebody who may give a signature: a person of the directory, or somebody outside by name and e-mail."""

    signer = TenantForeignKey(Signer, on_delete=models.CASCADE, related_name="candidates")
    person = TenantForeignKey("directory.Person", null=True, blank=True, related_name="signing_requests")
    name = models.CharField(max_length=150, blank=True)
    title = models.CharField(max_length=150, blank=True)
    email = models.EmailField(blank=True)
    delegated_by = TenantForeignKey("self", null=True, blank=True, related_name="delegates")
    removed_at = models.DateTimeField(null=True, blank=True)

    objects = querysets.BySignerQuerySet.as_manager()

    class Meta:
        ordering = ("pk",)
        constraints = (
            models.CheckConstraint(
                condition=models.Q(person__isnull=False) | (~models.Q(name="") & ~models.Q(email="")),
                name="candidate_is_somebody",
                violation_error_message="Choose a person, or give a name and an e-mail address.",
            ),
        )

    def __str__(self) -> str:
        return str(self.person) if self.person else self.name


class TrailEntry(TenantModel):
    """The event trail of a packet, as its certificate page prints it. Only ever added to."""

    class Kind(models.TextChoices):
        CREATED = "created", "Prepared"
        SENT = "sent", "Sent for signature"
        ASKED = "asked", "Asked to sign"
        CODE = "code", "Code sent"
        SEEN = "seen", "Opened"
        CONSENTED = "consented", "Agreed to sign electronically"
        SIGNED = "signed", "Signed"
        DECLINED = "declined", "Declined"
        DELEGATED = "delegated", "Passed on"
        REPLACED = "replaced", "Signer replaced"
        CORRECTED = "corrected", "Corrected and sent again"
        REMINDED = "reminded", "Reminded"
        WITHDRAWN = "withdrawn", "Withdrawn"
        EXPIRED = "expired", "Not signed in time"
        COMPLETED = "completed", "Signed by all"
        SEALED = "sealed", "Sealed"

    packet = TenantForeignKey(Packet, on_delete=models.CASCADE, related_name="trail")
    signer = TenantForeignKey(Signer, on_delete=models.SET_NULL, null=True, blank=True, related_name="trail")
    kind = models.CharField(max_length=10, choices=Kind.choices)
    at = models.DateTimeField()
    who = models.CharField(max_length=150)
    detail = models.CharField(max_length=500, blank=True)
    address = models.GenericIPAddressField(null=True, blank=True)

    objects = querysets.ByPacketQuerySet.as_manager()

    class Meta:
        ordering = ("at", "pk")

    def __str__(self) -> str:
        return f"{self.get_kind_display()}: {self.who}"
