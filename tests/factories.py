"""Dull test data: valid, minimal, no chance, one tenant throughout (the one in use)."""

from __future__ import annotations

import datetime as dt
from zoneinfo import ZoneInfo

import factory

from hmislead.accounts.models import Membership, User
from hmislead.directory import models
from hmislead.tenancy.models import Implementation

ZONE = "America/New_York"
# The day it is there, not in UTC: for some hours of every evening the two differ.
TODAY = dt.datetime.now(ZoneInfo(ZONE)).date()
NEXT_YEAR = TODAY + dt.timedelta(days=365)
LONG_AGO = dt.date(2024, 1, 1)


class ImplementationFactory(factory.django.DjangoModelFactory):
    slug = factory.Sequence(lambda n: f"implementation-{n}")
    name = factory.LazyAttribute(lambda row: row.slug.title())
    timezone = ZONE

    class Meta:
        model = Implementation


class UserFactory(factory.django.DjangoModelFactory):
    email = factory.Sequence(lambda n: f"user{n}@example.org")
    name = factory.LazyAttribute(lambda row: row.email.split("@")[0])

    class Meta:
        model = User


def member(implementation, name):
    """A user who belongs to an implementation and may do nothing yet."""
    user = UserFactory(email=f"{name}@example.org")
    Membership.objects.create(user=user, implementation=implementation)
    return user


class CoCFactory(factory.django.DjangoModelFactory):
    number = factory.Sequence(lambda n: f"PA-{n % 1000:03d}")  # never one that a test names: those are of Ohio
    name = "Franklin County"

    class Meta:
        model = models.CoC


class OrganizationFactory(factory.django.DjangoModelFactory):
    name = factory.Sequence(lambda n: f"Agency {n}")

    class Meta:
        model = models.Organization


class OrganizationRoleFactory(factory.django.DjangoModelFactory):
    organization = factory.SubFactory(OrganizationFactory)
    role = "cho"
    starts_on = LONG_AGO

    class Meta:
        model = models.OrganizationRole


class ParticipationFactory(factory.django.DjangoModelFactory):
    organization = factory.SubFactory(OrganizationFactory)
    coc = factory.SubFactory(CoCFactory)
    starts_on = LONG_AGO

    class Meta:
        model = models.Participation


class ProjectFactory(factory.django.DjangoModelFactory):
    organization = factory.SubFactory(OrganizationFactory)
    name = factory.Sequence(lambda n: f"Project {n}")
    project_type = 0
    operating_from = LONG_AGO

    class Meta:
        model = models.Project


class HMISParticipationFactory(factory.django.DjangoModelFactory):
    project = factory.SubFactory(ProjectFactory)
    kind = 1
    starts_on = LONG_AGO

    class Meta:
        model = models.HMISParticipation


class PersonFactory(factory.django.DjangoModelFactory):
    first_name = "Pat"
    last_name = factory.Sequence(lambda n: f"Person{n}")
    email = factory.Sequence(lambda n: f"person{n}@example.org")

    class Meta:
        model = models.Person


class LicenseFactory(factory.django.DjangoModelFactory):
    person = factory.SubFactory(PersonFactory)
    organization = factory.SubFactory(OrganizationFactory)
    state = "active"
    requested_on = LONG_AGO
    activated_on = LONG_AGO

    class Meta:
        model = models.License


class ContactFactory(factory.django.DjangoModelFactory):
    organization = factory.SubFactory(OrganizationFactory)
    person = factory.SubFactory(PersonFactory)
    function = "agency_lead"
    starts_on = LONG_AGO
    affirmed_on = TODAY

    class Meta:
        model = models.Contact
