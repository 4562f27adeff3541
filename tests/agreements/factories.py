"""Dull agreements: valid and minimal."""

from __future__ import annotations

import datetime as dt

import factory

from agreements import models
from tests import factories

LONG_AGO = dt.date(2024, 1, 1)


class AgreementFactory(factory.django.DjangoModelFactory):
    type = "participation"
    signed_on = LONG_AGO
    effective_on = LONG_AGO

    class Meta:
        model = models.Agreement


def with_coc(coc, **fields):
    agreement = AgreementFactory(type="coc_lead", **fields)
    models.AgreementParty.objects.create(agreement=agreement, role="coc", coc=coc)
    return agreement


def with_agency(organization, **fields):
    agreement = AgreementFactory(type="participation", **fields)
    models.AgreementParty.objects.create(agreement=agreement, role="cho", organization=organization)
    return agreement


def with_user(person, organization, **fields):
    agreement = AgreementFactory(type="end_user", **fields)
    models.AgreementParty.objects.create(agreement=agreement, role="end_user", person=person, organization=organization)
    return agreement


def lead(name="County HMIS Office"):
    """An organization with the role HMIS Lead."""
    organization = factories.OrganizationFactory(name=name)
    factories.OrganizationRoleFactory(organization=organization, role="hmis_lead")
    return organization
