"""What people are told: notices on the site, e-mails with their delivery, what each person chose, reminders to many."""

from __future__ import annotations

from functools import partial
from typing import ClassVar

from django.conf import settings
from django.db import models, transaction
from django.urls import reverse

from hmislead.audit.tracking import tracked
from hmislead.notices import counting, querysets
from hmislead.tenancy import context
from hmislead.tenancy.base import TenantModel
from hmislead.tenancy.fields import TenantForeignKey
from hmislead.tenancy.life_cycle import LifeCycle
from hmislead.tenancy.models import Implementation


class How(models.TextChoices):
    """When e-mail about something is sent. The notice on the site is always there."""

    AT_ONCE = "at_once", "At once"
    DAILY = "daily", "In one mail a day"
    WEEKLY = "weekly", "In one mail a week"
    OFF = "off", "No e-mail, only on this site"


class Notice(TenantModel):
    """One sentence for one user, with the page it is about. A record of an event itself, so not under history."""

    user = models.ForeignKey(settings.AUTH_USER_MODEL, on_delete=models.CASCADE, related_name="+")
    type = models.CharField(max_length=40)
    sentence = models.CharField(max_length=300, help_text="Without personal data.")
    language = models.CharField("language of the sentence", max_length=5, default="en")
    path = models.CharField(max_length=300, help_text="The page it is about, an address of this site.")
    due_on = models.DateField(null=True, blank=True)
    organization = TenantForeignKey("directory.Organization", on_delete=models.CASCADE, null=True, related_name="+")
    license = TenantForeignKey("directory.License", on_delete=models.CASCADE, null=True, related_name="+")
    key = models.CharField(max_length=160, blank=True, help_text="Tells the same thing once.")
    read_at = models.DateTimeField(null=True, blank=True)

    objects = querysets.NoticeQuerySet.as_manager()

    class Meta:
        ordering = ("-created_at", "-pk")
        constraints = (
            models.UniqueConstraint(
                fields=["implementation", "user", "key"], condition=~models.Q(key=""), name="notice_once"
            ),
        )
        indexes = (
            models.Index(fields=["implementation", "user"], condition=models.Q(read_at=None), name="notice_unread"),
            models.Index(fields=["implementation", "user", "-created_at"], name="notice_by_user"),
            models.Index(fields=["implementation", "key"], condition=~models.Q(key=""), name="notice_by_key"),
        )

    def __str__(self) -> str:
        return self.sentence

    def get_absolute_url(self) -> str:
        return reverse("notices:notice-open", kwargs={"slug": context.current().slug, "pk": self.pk})


@tracked
class Preference(TenantModel):
    """How one user wants e-mail about one type of notice. No row: the type's own default."""

    user = models.ForeignKey(settings.AUTH_USER_MODEL, on_delete=models.CASCADE, related_name="+")
    type = models.CharField(max_length=40)
    how = models.CharField(max_length=8, choices=How.choices)

    objects = querysets.OwnQuerySet.as_manager()

    class Meta:
        constraints = (
            models.UniqueConstraint(fields=["implementation", "user", "type"], name="preference_one_per_type"),
        )

    def __str__(self) -> str:
        return f"{self.type}: {self.get_how_display()}"


@tracked
class BulkSend(LifeCycle, TenantModel):
    """A reminder somebody sends to the people of many agencies: drafted, previewed mail by mail, sent as previewed."""

    class State(models.TextChoices):
        DRAFTED = "drafted", "Draft"
        PREVIEWED = "previewed", "Ready for review"
        SENT = "sent", "Sent"
        CANCELLED = "cancelled", "Cancelled"

    NEXT: ClassVar[dict[str, set[str]]] = {
        "drafted": {"previewed", "cancelled"},
        "previewed": {"drafted", "sent", "cancelled"},
        "sent": set(),
        "cancelled": set(),
    }

    number = models.PositiveIntegerField()
    title = models.CharField(max_length=150, help_text="Subject and first line of every mail.")
    text = models.TextField(blank=True, max_length=2000)
    audience = models.JSONField(default=dict, help_text="Ids of organizations, codes of requirements.")
    state = models.CharField(max_length=10, choices=State.choices, default=State.DRAFTED)
    count = models.PositiveIntegerField("messages", default=0)
    left_out = models.JSONField(default=list, help_text="Organizations without a message, and why.")
    drafted_by = models.ForeignKey(settings.AUTH_USER_MODEL, on_delete=models.SET_NULL, null=True, related_name="+")
    sent_by = models.ForeignKey(settings.AUTH_USER_MODEL, on_delete=models.SET_NULL, null=True, related_name="+")
    sent_at = models.DateTimeField(null=True, blank=True)

    objects = querysets.BulkSendQuerySet.as_manager()

    class Meta:
        ordering = ("-number",)
        verbose_name = "reminder to agencies"
        verbose_name_plural = "reminders to agencies"
        constraints = (models.UniqueConstraint(fields=["implementation", "number"], name="bulk_number_once"),)

    def __str__(self) -> str:
        return f"R-{self.number}"

    @property
    def shown_state(self) -> str:
        """The state in the vocabulary of pages."""
        return "draft" if self.state == self.State.DRAFTED else self.state

    def get_absolute_url(self) -> str:
        return reverse("notices:bulk-detail", kwargs={"slug": context.current().slug, "pk": self.pk})


class Message(LifeCycle, TenantModel):
    """One e-mail, exactly as it is or was sent, and what became of it. The message log; a record of events itself."""

    class State(models.TextChoices):
        DRAFT = "draft", "Draft"
        QUEUED = "queued", "Queued"
        HELD = "held", "Held"
        SENT = "sent", "Sent"
        DELIVERED = "delivered", "Delivered"
        BOUNCED = "bounced", "Bounced"
        FAILED = "failed", "Failed"
        CANCELLED = "cancelled", "Cancelled"

    class Trouble(models.TextChoices):
        """Why a message did not go out. Kinds only: a mail server's own words may hold addresses."""

        NONE = "", "–"
        UNREACHABLE = "unreachable", "The mail server could not be reached"
        REFUSED = "refused", "The mail server refused the message"
        ADDRESS = "address", "The address was refused"
        CLOSED = "closed", "The implementation mails nothing in its present state"
        NO_ACCESS = "no_access", "The person no longer belongs here"
        MOOT = "moot", "No longer needed"
        BY_HAND = "by_hand", "Cancelled by a person"

    NEXT: ClassVar[dict[str, set[str]]] = {
        "draft": {"queued", "held"},
        "queued": {"held", "sent", "failed", "cancelled"},
        "held": {"queued", "sent", "failed", "cancelled"},
        "sent": {"delivered", "bounced"},
        "delivered": {"bounced"},
        "bounced": {"queued", "held"},
        "failed": {"queued", "held"},
        "cancelled": set(),
    }
    WAITING: ClassVar[tuple[str, ...]] = ("queued", "held")
    MISSED: ClassVar[tuple[str, ...]] = ("failed", "bounced")

    type = models.CharField(max_length=40)
    user = models.ForeignKey(settings.AUTH_USER_MODEL, on_delete=models.SET_NULL, null=True, related_name="+")
    person = TenantForeignKey("directory.Person", on_delete=models.SET_NULL, null=True, related_name="+")
    organization = TenantForeignKey("directory.Organization", on_delete=models.SET_NULL, null=True, related_name="+")
    bulk = TenantForeignKey(BulkSend, on_delete=models.CASCADE, null=True, related_name="messages")
    address = models.EmailField("e-mail address")
    subject = models.CharField(max_length=200)
    text = models.TextField()
    html = models.TextField()
    items = models.JSONField(default=list, help_text="What it tells: sentence, path, due_on, key.")
    state = models.CharField(max_length=10, choices=State.choices, default=State.QUEUED)
    not_before = models.DateTimeField()
    sent_at = models.DateTimeField(null=True, blank=True)
    attempts = models.PositiveSmallIntegerField(default=0)
    trouble = models.CharField(max_length=12, choices=Trouble.choices, blank=True)
    provider_id = models.CharField(max_length=200, blank=True)
    digest_key = models.CharField(
        max_length=100, blank=True, help_text="What this recipient is told joins the waiting mail of this key."
    )
    key = models.CharField(max_length=160, blank=True, help_text="Tells the same thing once.")

    objects = querysets.MessageQuerySet.as_manager()

    class Meta:
        ordering = ("-created_at", "-pk")
        constraints = (
            models.UniqueConstraint(
                fields=["implementation", "digest_key"],
                condition=~models.Q(digest_key="") & models.Q(state__in=["queued", "held"]),
                name="message_one_digest",
            ),
            models.UniqueConstraint(
                fields=["implementation", "address", "key"], condition=~models.Q(key=""), name="message_once"
            ),
        )
        indexes = (
            models.Index(fields=["implementation", "-created_at"], name="message_log"),
            models.Index(fields=["implementation", "state"], name="message_by_state"),
        )

    def __str__(self) -> str:
        return self.subject

    def get_absolute_url(self) -> str:
        return reverse("notices:message-detail", kwargs={"slug": context.current().slug, "pk": self.pk})

    def become(self, state: str, **changes: object) -> None:
        super().become(state, **changes)
        # Counting is for the monitor alone: a memory that does not answer must not keep mail from being noted.
        transaction.on_commit(partial(counting.count, str(state)), robust=True)


class Reminder(TenantModel):
    """That people were reminded of one requirement of one subject at one point before or after its date, on a day."""

    requirement = models.CharField(max_length=60)
    subject_id = models.UUIDField()
    due_on = models.DateField()
    point = models.SmallIntegerField(help_text="Days before the date; 0 on the day, negative after it.")
    told_on = models.DateField()

    objects = querysets.ReminderQuerySet.as_manager()

    class Meta:
        constraints = (
            models.UniqueConstraint(
                fields=["implementation", "subject_id", "requirement", "due_on", "point"], name="reminder_once"
            ),
        )

    def __str__(self) -> str:
        return f"{self.requirement}, {self.point} days before {self.due_on}"


class Outbox(models.Model):
    """Which messages wait to be sent, and since when they may be. Global, ids only: the sender looks here each minute
    instead of into every implementation."""

    message_id = models.UUIDField(primary_key=True)
    implementation = models.ForeignKey(Implementation, on_delete=models.CASCADE, related_name="+")
    not_before = models.DateTimeField(db_index=True)

    class Meta:
        verbose_name_plural = "outbox"

    def __str__(self) -> str:
        return str(self.message_id)
