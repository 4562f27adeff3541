"""How many packets of a campaign are prepared and sent in a second.

    bin/manage shell -c "import benchmarks.packets; benchmarks.packets.main(5_000)"

Everything happens in one transaction that is rolled back: no mail leaves. Names and numbers are invented. What a worker
does besides, one commit for each batch, is little against the statements of a batch.
"""

from __future__ import annotations

import datetime as dt
import time

import pghistory
from django.db import connection

from agreements.audiences import Audience
from agreements.operations import campaigns
from hmislead.access.scopes import ROBOT
from hmislead.directory.models import License, Organization, OrganizationRole, Person, Signatory
from hmislead.documents.merge_fields import FIELD
from hmislead.documents.models import Block, Document, DocumentVersion
from hmislead.documents.starting import starting
from hmislead.tenancy import settings
from hmislead.tenancy.context import use
from hmislead.tenancy.models import Implementation

PEOPLE_PER_AGENCY = 10
LONG_AGO = dt.date(2025, 1, 1)


class RolledBackError(Exception):
    """Ends the transaction of the benchmark."""


def main(packets: int = 5_000) -> None:
    """One campaign for so many end users, each at an agency, in batches as a worker sends it. Prints packets per second."""
    implementation = Implementation.objects.create(slug=f"bench-{time.time_ns()}", name="Benchmark", state="live")
    try:
        with pghistory.context(source="job"), use(implementation):
            campaign = _campaign(packets)
            connection.cursor().execute("ANALYZE")
            began = time.perf_counter()
            while campaigns.send_step(campaign.pk):
                pass
            seconds = time.perf_counter() - began
            campaign.refresh_from_db()
            sent = campaign.packets.filter(state="sent").count()
            print(
                f"{sent:,} packets sent in {seconds:.1f} s: {sent / seconds:.0f} a second, {len(campaign.problems)} problems"
            )
            raise RolledBackError
    except RolledBackError:
        implementation.delete()


def _campaign(count: int) -> campaigns.Campaign:
    """People with a license each, the shipped end-user agreement in effect, and a campaign that is being sent."""
    lead = Organization.objects.create(name="Lead")
    OrganizationRole.objects.create(organization=lead, role="hmis_lead", starts_on=LONG_AGO)
    agencies = Organization.objects.bulk_create(
        Organization(name=f"Agency {number}") for number in range(count // PEOPLE_PER_AGENCY + 1)
    )
    people = Person.objects.bulk_create(
        Person(first_name="Ada", last_name=f"Quill {number}", email=f"ada{number}@example.org")
        for number in range(count)
    )
    License.objects.bulk_create(
        License(person=person, organization=agencies[number // PEOPLE_PER_AGENCY], requested_on=LONG_AGO)
        for number, person in enumerate(people)
    )
    Signatory.objects.create(person=people[0], organization=lead, title="Director", basis="By-laws", starts_on=LONG_AGO)
    campaign = campaigns.create_campaign(
        name="All end users",
        version_id=_template().pk,
        audience=Audience(),
        deadline_on=settings.today() + dt.timedelta(days=30),
        by=ROBOT,
    )
    campaign.become("sending", total=count)
    return campaign


def _template() -> DocumentVersion:
    shipped = starting("end_user")
    document = Document.objects.create(type="end_user", title=shipped.title, number="D-1")
    version = DocumentVersion.objects.create(document=document, number=1, state="effective", effective_on=LONG_AGO)
    Block.objects.bulk_create(
        Block(version=version, key=each.key, position=place, heading=_filled(each.heading), body=_filled(each.body))
        for place, each in enumerate(shipped.blocks, 1)
    )
    return version


def _filled(text: str) -> str:
    """The text with the merge fields alone that a packet knows without the settings of a real HMIS Lead."""
    known = {"person.name", "agency.name", "implementation.name", "date.today", "date.effective"}
    return FIELD.sub(lambda found: found[0] if found[1] in known else "it", text)
