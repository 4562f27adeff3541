"""Dull training records: valid and minimal."""

from __future__ import annotations

import datetime as dt

import factory

from tests import factories
from training import models


class CourseFactory(factory.django.DjangoModelFactory):
    title = factory.Sequence(lambda n: f"Course {n}")
    topics = ["privacy"]

    class Meta:
        model = models.Course


class CompletionFactory(factory.django.DjangoModelFactory):
    course = factory.SubFactory(CourseFactory)
    person = factory.SubFactory(factories.PersonFactory)
    completed_on = dt.date(2026, 1, 10)

    class Meta:
        model = models.Completion


class CertificationFactory(factory.django.DjangoModelFactory):
    person = factory.SubFactory(factories.PersonFactory)
    certified_on = dt.date(2026, 1, 10)

    class Meta:
        model = models.SecurityCertification
