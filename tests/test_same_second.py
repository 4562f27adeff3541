"""Two people press the same button in the same second: it is done once, and the other one hears why not."""

from __future__ import annotations

import datetime as dt
import threading

import pytest
from django.db import connection

from agreements.audiences import Audience
from agreements.operations import campaigns
from hmislead.access.scopes import ROBOT
from hmislead.documents.models import Decision
from hmislead.errors import DomainError
from hmislead.jobs.models import Job
from hmislead.notices.models import Notice
from hmislead.tenancy import settings
from hmislead.tenancy.context import use
from policies import operations as policies
from policies.cases.models import CaseNote, Sanction, ViolationClass
from policies.cases.operations import deviations, ladder, sanctions
from policies.models import Acknowledgement, PolicySetting
from tests import factories
from tests.conftest import People
from tests.documents import approving
from tests.documents import factories as documents
from tests.policies.conftest import publish

pytestmark = pytest.mark.django_db(transaction=True)


@pytest.fixture
def coc(implementation):
    with use(implementation):
        return factories.CoCFactory(number="OH-504")


@pytest.fixture
def agency(implementation, coc):
    with use(implementation):
        organization = factories.OrganizationFactory(name="Harbor House")
        factories.OrganizationRoleFactory(organization=organization, role="cho")
        factories.ParticipationFactory(organization=organization, coc=coc)
        return organization


@pytest.fixture
def people(implementation, agency, coc):
    """Committed, so that other connections see them."""
    places = {
        "staff": ("lead_staff", {}),
        "administrator": ("lead_administrator", {}),
        "coc_staff": ("coc_staff", {"coc": coc}),
        "end_user": ("", {"organization": agency}),
    }
    return People(implementation, places).all()


@pytest.fixture
def at_once(implementation):
    """`at_once(act, *people)`: `act(by)` of each person at the same moment. Returns what each got: "done" or a sentence."""

    def press(act, *people):
        start, said = threading.Barrier(len(people)), []

        def one(by):
            try:
                with use(implementation):
                    start.wait(20)
                    act(by)
                said.append("done")
            except DomainError as error:
                said.append(error.message)
            finally:
                connection.close()

        threads = [threading.Thread(target=one, args=(by,)) for by in people]
        for thread in threads:
            thread.start()
        for thread in threads:
            thread.join(40)
        return sorted(said)

    return press


def test_one_decision_is_recorded_by_two(at_once, people, coc, implementation):
    with use(implementation):
        committee, version = approving.body(coc), approving.asked(coc)
    said = at_once(lambda by: approving.decide(committee, [version], by=by), people["staff"], people["coc_staff"])
    assert (len(said), said.count("done")) == (2, 1)
    with use(implementation):
        assert Decision.objects.count() == 1
        assert version.effects.get(coc=coc).state == "approved"


def test_one_report_is_closed_by_two(at_once, people, implementation):
    with use(implementation):
        report = deviations.report_deviation(what="A password was on a note.", by=people["end_user"])[0]
        deviations.review_deviation(deviation_id=report.pk, text="Somebody else's note.", by=ROBOT)

    def close(by):
        deviations.close_deviation(deviation_id=report.pk, text="Nothing was broken.", answer="Thank you.", by=by)

    said = at_once(close, people["staff"], people["administrator"])
    assert (len(said), said.count("done")) == (2, 1)
    with use(implementation):
        assert CaseNote.objects.filter(text="Nothing was broken.").count() == 1
        assert Notice.objects.filter(user=people["end_user"], sentence__endswith="is closed.").count() == 1


def test_one_sanction_is_lifted_by_two(at_once, people, agency, implementation):
    with use(implementation):
        ladder.load_shipped(by=ROBOT, starts_on=factories.LONG_AGO)
        license = people["end_user"].people.get().licenses.get()
        proposed = sanctions.propose(
            violation_class=ViolationClass.objects.get(name="Major"),
            organization=agency,
            license=license,
            happened_on=settings.today(),
            summary="A password was shared.",
            by=ROBOT,
        )
        found = next(each for each in proposed if each.takes_licenses)
        sanctions.notify(sanction_id=found.pk, by=ROBOT)

    def lift(by):
        sanctions.lift(sanction_id=found.pk, reason="It was somebody else.", by=by)

    said = at_once(lift, people["staff"], people["administrator"])
    assert (len(said), said.count("done")) == (2, 1)
    with use(implementation):
        assert Sanction.objects.get(pk=found.pk).state == "lifted"
        assert CaseNote.objects.filter(text__startswith="It was somebody else.").count() == 1


def test_one_person_acknowledges_twice_at_once(at_once, people, coc, implementation):
    with use(implementation):
        version = publish(documents.version("policies_procedures", cocs=[coc], effective_on=dt.date(2025, 1, 1)))
        PolicySetting.objects.create(document=version.document, audience=["end_users"], starts_on=dt.date(2020, 1, 1))
    reader = people["end_user"]

    def read(by):
        policies.acknowledge(version_id=version.pk, language="en", sha256="1" * 64, name="Pat", by=by)

    assert at_once(read, reader, reader) == ["done", "done"]
    with use(implementation):
        assert Acknowledgement.objects.count() == 1


def test_one_campaign_is_started_by_two(at_once, people, agency, implementation):
    with use(implementation):
        campaign = campaigns.create_campaign(
            name="All agencies",
            version_id=documents.version().pk,
            audience=Audience(),
            deadline_on=settings.today() + dt.timedelta(days=30),
            by=people["staff"],
        )

    def start(by):
        campaigns.start_campaign(campaign_id=campaign.pk, by=by)

    said = at_once(start, people["staff"], people["administrator"])
    assert (len(said), said.count("done")) == (2, 1)
    assert Job.objects.filter(kind=campaigns.SEND).count() == 1
