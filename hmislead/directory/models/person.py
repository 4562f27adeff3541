"""People and the HMIS Lead's own staffing."""

from __future__ import annotations

from django.conf import settings
from django.db import models
from django.db.models.functions import Lower
from django.urls import reverse

from hmislead.audit.tracking import tracked
from hmislead.directory import querysets
from hmislead.tenancy import context
from hmislead.tenancy.base import TenantModel
from hmislead.tenancy.fields import TenantForeignKey


@tracked
class Person(TenantModel):
    """A human being within one implementation. `email` is stored in small letters and is theirs alone."""

    first_name = models.CharField(max_length=100)
    last_name = models.CharField(max_length=100)
    email = models.EmailField("e-mail address", blank=True)
    phone = models.CharField(max_length=30, blank=True)
    job_title = models.CharField(max_length=100, blank=True)
    user = models.ForeignKey(
        settings.AUTH_USER_MODEL, on_delete=models.SET_NULL, null=True, blank=True, related_name="people"
    )
    merged_into = TenantForeignKey("self", null=True, blank=True, related_name="merged_from")

    objects = querysets.PersonQuerySet.as_manager()

    class Meta:
        ordering = (Lower("last_name"), Lower("first_name"), "pk")
        verbose_name_plural = "people"
        constraints = (
            models.UniqueConstraint(
                "implementation",
                Lower("email"),
                condition=~models.Q(email="") & models.Q(merged_into=None),
                name="person_email_once",
                violation_error_message="Another person here has this e-mail address.",
            ),
            models.UniqueConstraint(
                fields=["implementation", "user"],
                condition=models.Q(merged_into=None),
                name="person_user_once",
                violation_error_message="Another person here uses this sign-in.",
            ),
        )

    def __str__(self) -> str:
        return f"{self.first_name} {self.last_name}".strip()

    def get_absolute_url(self) -> str:
        return reverse("directory:person-detail", kwargs={"slug": context.current().slug, "pk": self.pk})


@tracked
class StaffPosition(TenantModel):
    """A share of a full-time job of the HMIS Lead's staff, by function and dates (MGT-21: users per administrator)."""

    class Function(models.TextChoices):
        SYSTEM_ADMINISTRATOR = "system_administrator", "System administrator"
        HELP_DESK = "help_desk", "Help desk"
        TRAINER = "trainer", "Trainer"
        ANALYST = "analyst", "Analyst"
        GRANT_MANAGER = "grant_manager", "Grant manager"
        MANAGER = "manager", "Manager"

    person = TenantForeignKey(Person, related_name="positions")
    organization = TenantForeignKey("directory.Organization", related_name="positions")
    function = models.CharField(max_length=30, choices=Function.choices)
    fte = models.DecimalField("share of full time", max_digits=3, decimal_places=2, help_text="1.00 is full time.")
    starts_on = models.DateField()
    ends_on = models.DateField(null=True, blank=True)

    objects = querysets.StaffPositionQuerySet.as_manager()

    class Meta:
        ordering = ("function", "starts_on")
        constraints = (
            models.CheckConstraint(
                condition=models.Q(fte__gt=0, fte__lte=1),
                name="staff_fte_at_most_one",
                violation_error_message="The share of full time is more than 0 and at most 1.",
            ),
        )

    def __str__(self) -> str:
        return f"{self.person}: {self.fte} {self.get_function_display()}"
