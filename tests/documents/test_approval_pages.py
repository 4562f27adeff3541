"""The way of a version through the pages: asked, decided with a condition, cleared, in effect; and its yearly review."""

from __future__ import annotations

import datetime as dt

import pytest
from django.urls import reverse

from hmislead.compliance.registry import Evaluation
from hmislead.documents.models import Condition, Decision, ReviewCycle, VersionEffect
from hmislead.documents.operations import reviews
from hmislead.documents.publishing import publish_next
from hmislead.documents.requirements import documents_reviewed
from hmislead.tenancy import settings
from tests import factories
from tests.documents import approving
from tests.documents import factories as documents
from tests.documents.approving import decide

pytestmark = pytest.mark.django_db


@pytest.fixture
def body(coc):
    return approving.body(coc)


def url(name, **kwargs):
    return reverse(f"approvals:{name}", kwargs={"slug": "north", **kwargs})


def motion(body, version, **changes):
    seats = approving.seats(body)
    votes = {f"vote_{seat.pk}": "yes" for seat in seats[:3]} | {f"vote_{seats[3].pk}": "recused"}
    return {
        "met_on": settings.today().isoformat(),
        "items": [f"approve:{version.pk}"],
        "motion": "To approve it.",
        "mover": str(seats[0].pk),
        "seconder": str(seats[1].pk),
        "outcome": "conditions",
        "conditions": "Name the fee.",
        **votes,
        **changes,
    }


def test_from_submitted_over_a_condition_into_effect(people, client, coc, body):
    version = documents.version(state="submitted")
    client.force_login(people["staff"])
    assert client.post(url("approval-request", pk=version.pk), {"cocs": [coc.pk]}).status_code == 302
    client.force_login(people["coc_staff"])
    sent = client.post(url("decision-create", pk=body.pk), motion(body, version))
    decision = Decision.objects.get()
    assert sent.status_code == 302
    shown = client.get(url("decision-detail", pk=decision.pk)).content.decode()
    assert "Name the fee." not in shown
    assert "Recused 1" in shown
    assert "Name the fee." in client.get(url("version-approval", pk=version.pk)).content.decode()
    cleared = client.post(url("condition-clear", pk=Condition.objects.get().pk), {"how": "Named in clause 4."})
    assert cleared.status_code == 302
    client.force_login(people["staff"])
    day = settings.today().isoformat()
    started = client.post(
        url("effect-start", pk=version.pk, coc=coc.pk), {"effective_from": day, "must_sign_again": "no"}
    )
    assert started.status_code == 302
    assert VersionEffect.objects.get().state == "effective"


def test_a_decision_without_a_quorum_is_refused_and_nothing_typed_is_lost(people, client, coc, body):
    version = approving.asked(coc)
    client.force_login(people["coc_staff"])
    sent = motion(body, version, outcome="approved", conditions="", motion="A motion of our own.")
    first = approving.seats(body)[0]
    answer = client.post(url("decision-create", pk=body.pk), {**sent, f"vote_{first.pk}": ""})
    assert answer.status_code == 422
    assert "No quorum" in answer.content.decode()
    assert "A motion of our own." in answer.content.decode()


def test_a_published_copy_is_frozen_with_its_checksum(people, coc):
    version = documents.version(texts=(("Duties", "We do **our** part."),), cocs=[coc])
    assert publish_next(version.pk) is False
    copy = version.copies.get()
    assert "<strong>our</strong>" in copy.html
    assert len(copy.sha256) == 64
    with copy.pdf.content.open("rb") as file:
        assert file.read(5) == b"%PDF-"
    assert publish_next(version.pk) is False
    assert version.copies.count() == 1


# Reviews


def in_effect(coc, reviewed_on):
    version = documents.version("privacy_plan", cocs=())
    documents.effect(version, coc, reviewed_on=reviewed_on)
    return version


def test_a_review_opens_90_days_ahead_once_and_closes_when_reaffirmed(people, coc, body):
    version = in_effect(coc, dt.date(2025, 6, 1))
    due = dt.date(2026, 6, 1)
    assert reviews.open_due(due - dt.timedelta(days=91)) == 0
    assert reviews.open_due(due - dt.timedelta(days=90)) == 1
    assert reviews.open_due(due - dt.timedelta(days=89)) == 0
    decision = decide(body, [version], by=people["coc_staff"], reaffirmed=True)
    cycle = ReviewCycle.objects.get()
    assert (cycle.due_on, cycle.outcome, cycle.decision, cycle.closed_on) == (
        due,
        "reaffirmed",
        decision,
        settings.today(),
    )
    assert VersionEffect.objects.get().reviewed_on == settings.today()


@pytest.mark.parametrize(
    ("reviewed_on", "as_of", "expected"),
    [
        (dt.date(2025, 6, 1), dt.date(2026, 6, 1), "due_soon"),
        (dt.date(2025, 6, 1), dt.date(2026, 6, 2), "overdue"),
        (dt.date(2025, 6, 1), dt.date(2025, 7, 1), "met"),
        (dt.date(2024, 2, 29), dt.date(2025, 2, 28), "due_soon"),
        (dt.date(2024, 2, 29), dt.date(2025, 3, 1), "overdue"),
    ],
)
def test_plans_and_policies_are_reviewed_within_the_year(tenant, coc, reviewed_on, as_of, expected):
    version = documents.version("privacy_plan", cocs=())
    documents.effect(version, coc, reviewed_on=reviewed_on, effective_from=reviewed_on)
    assert documents_reviewed(Evaluation(as_of=as_of)).get(pk=coc.pk).result == expected


def test_a_plan_that_is_not_in_effect_in_a_coc_fails_there_alone(tenant, coc):
    other = factories.CoCFactory()
    in_effect(coc, settings.today())
    found = {row.pk: row.result for row in documents_reviewed(Evaluation(as_of=settings.today()))}
    assert found == {coc.pk: "met", other.pk: "not_met"}
