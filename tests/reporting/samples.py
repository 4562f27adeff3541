"""A small implementation with agencies in every state, evaluated for a year: what reports are tried on."""

from __future__ import annotations

import datetime as dt
import uuid

from hmislead.compliance import engine
from hmislead.directory import models as directory
from hmislead.files.models import StoredFile
from hmislead.jobs import operations as jobs
from hmislead.jobs.models import Job
from hmislead.tenancy import settings
from reporting.models import Report
from reporting.operations import reports
from tests import factories
from tests.agreements import factories as agreements
from tests.training import factories as training

NAMES = ("Ada Quill", "Bo Ferris", "Cy Marsh", "Di Okafor", "Ed Lindqvist", "Fay Torres")


def stored_file():
    """The row of a stored file, without its bytes."""
    return StoredFile.objects.create(
        name="r.csv", content_type="text/csv", size=1, sha256="0" * 64, content="x", permission="import_data"
    )


def roster(day):
    """A roster compared on a day, so that inactivity is judged."""
    file = stored_file()
    return directory.ImportBatch.objects.create(
        number=directory.ImportBatch.objects.count() + 1, kind="roster", state="applied", file=file, facts_on=day
    )


def course():
    found = training.models.Course.objects.filter(title="Yearly training").first()
    return found or training.CourseFactory(title="Yearly training", topics=["software", "privacy", "security"])


def person(name, organization, *, today, trained=True, signed=True, **license):
    """Somebody with a license, by default with everything in order."""
    first, last = name.split()
    who = factories.PersonFactory(first_name=first, last_name=last, email=f"{uuid.uuid4().hex}@example.org")
    row = factories.LicenseFactory(
        person=who, organization=organization, last_sign_in_on=today - dt.timedelta(days=3), **license
    )
    if trained:
        done = today - dt.timedelta(days=100)
        training.CompletionFactory(course=course(), person=who, completed_on=done)
        training.CertificationFactory(person=who, certified_on=done)
    if signed:
        agreements.with_user(who, organization)
    return row


def in_order(organization, *, today):
    """Agreement, project and contacts of an agency."""
    agreements.with_agency(organization, title=f"Agreement with {organization}", ends_on=today + dt.timedelta(days=400))
    factories.HMISParticipationFactory(project__organization=organization)
    for function, name in (
        ("executive_director", "Gil Moss"),
        ("agency_lead", "Hana Ruiz"),
        ("security_officer", "Ian Vale"),
        ("data_contact", "Jo Wren"),
    ):
        first, last = name.split()
        contact = factories.PersonFactory(first_name=first, last_name=last, email=f"{uuid.uuid4().hex}@example.org")
        factories.ContactFactory(organization=organization, person=contact, function=function, affirmed_on=today)


def evaluated(*days):
    """Check everything for each of these days, in order."""
    for day in days:
        engine.evaluate_all(day)


def made(**asked):
    """A report that was asked for and made, as a worker makes it."""
    report = reports.request_report(**asked)
    return finish(report)


def finish(report):
    """Do the report's job to its end, in the caller's tenant."""
    job = Job.objects.get(subject_id=report.pk, key=f"report:{report.pk}:{report.attempt}")
    assert jobs.run(job.pk)
    report.refresh_from_db()
    return report


def queued():
    """The reports that were asked for and are not made yet."""
    return Report.objects.filter(state=Report.State.QUEUED)


def today():
    return settings.today()
