"""A decision recorded wrong is withdrawn: what is as before, what stays, and when it is refused."""

from __future__ import annotations

import datetime as dt

import pytest
from django.core.exceptions import ObjectDoesNotExist, PermissionDenied
from django.urls import reverse

from hmislead.access.scopes import ROBOT
from hmislead.documents.models import Condition, Decision, DocumentVersion, ReviewCycle, VersionEffect
from hmislead.documents.operations import approval, reviews
from hmislead.documents.operations.corrections import withdraw_decision
from hmislead.errors import DomainError
from hmislead.tenancy import settings
from tests.documents import approving
from tests.documents import factories as documents
from tests.documents.approving import decide

pytestmark = pytest.mark.django_db


@pytest.fixture
def body(coc):
    return approving.body(coc)


def withdraw(decision, by=ROBOT, reason="The wrong version."):
    return withdraw_decision(decision_id=decision.pk, reason=reason, by=by)


@pytest.mark.parametrize(
    ("cast", "outcome", "conditions"),
    [("yyyn-", "approved", []), ("yyyn-", "conditions", ["Name the fee."]), ("nnny-", "rejected", [])],
)
def test_its_versions_wait_again_and_can_be_decided_anew(people, coc, body, cast, outcome, conditions):
    version = approving.asked(coc)
    wrong = decide(body, [version], by=people["coc_staff"], cast=cast, outcome=outcome, conditions=conditions)
    withdraw(wrong, people["coc_staff"])
    effect = VersionEffect.objects.get()
    assert (effect.state, effect.decision, effect.approved_on, effect.reviewed_on) == ("requested", None, None, None)
    assert DocumentVersion.objects.get().state == "submitted"
    assert not Condition.objects.exists()
    wrong.refresh_from_db()
    assert (wrong.withdrawn_because, wrong.withdrawn_on, wrong.state) == (
        "The wrong version.",
        settings.today(),
        "withdrawn",
    )
    assert wrong.items.count() == 1
    decide(body, [version], by=people["coc_staff"])
    assert VersionEffect.objects.get().state == "approved"


def test_it_is_withdrawn_once_and_with_a_reason(people, coc, body):
    wrong = decide(body, [approving.asked(coc)], by=ROBOT)
    with pytest.raises(DomainError, match="recorded wrong"):
        withdraw(wrong, reason=" ")
    withdraw(wrong)
    with pytest.raises(DomainError, match="was withdrawn on"):
        withdraw(wrong)


def test_a_version_with_a_day_in_effect_holds_it(people, coc, body):
    version = approving.asked(coc)
    wrong = decide(body, [version], by=ROBOT)
    ahead = settings.today() + dt.timedelta(days=5)
    approval.make_effective(version_id=version.pk, coc_id=coc.pk, effective_from=ahead, must_sign_again=False, by=ROBOT)
    with pytest.raises(DomainError, match="takes effect"):
        withdraw(wrong)
    wrong.refresh_from_db()
    assert wrong.withdrawn_on is None


def test_a_condition_that_was_met_and_a_new_request_hold_it(people, coc, body):
    held, again = approving.asked(coc), approving.asked(coc, "end_user")
    first = decide(body, [held], by=ROBOT, outcome="conditions", conditions=["One.", "Two."])
    approval.clear_condition(condition_id=held.effects.get().conditions.first().pk, how="Done.", by=ROBOT)
    with pytest.raises(DomainError, match="was met"):
        withdraw(first)
    second = decide(body, [again], by=ROBOT, cast="nnny-", outcome="rejected")
    approval.request_approval(version_id=again.pk, by=ROBOT)
    with pytest.raises(DomainError, match="asked for again"):
        withdraw(second)


def test_a_bundle_is_withdrawn_as_a_whole_or_not_at_all(people, coc, body):
    one, two = approving.asked(coc), approving.asked(coc, "end_user")
    wrong = decide(body, [one, two], by=ROBOT)
    approval.make_effective(
        version_id=two.pk, coc_id=coc.pk, effective_from=settings.today(), must_sign_again=False, by=ROBOT
    )
    with pytest.raises(DomainError):
        withdraw(wrong)
    assert VersionEffect.objects.get(version=one).state == "approved"


def test_a_reaffirmation_gives_back_the_day_and_the_review(people, coc, body):
    version = documents.version("privacy_plan", cocs=())
    before = dt.date(2025, 6, 1)
    documents.effect(version, coc, reviewed_on=before, approved_on=before)
    reviews.open_due(settings.today())
    wrong = decide(body, [version], by=ROBOT, reaffirmed=True)
    assert VersionEffect.objects.get().reviewed_on == settings.today()
    withdraw(wrong)
    assert VersionEffect.objects.get().reviewed_on == before
    cycle = ReviewCycle.objects.get()
    assert (cycle.closed_on, cycle.outcome, cycle.decision) == (None, "", None)


@pytest.mark.parametrize("name", ["cho_lead", "end_user", "auditor"])
def test_who_may_not_record_may_not_withdraw(people, coc, body, name):
    wrong = decide(body, [approving.asked(coc)], by=ROBOT)
    with pytest.raises((PermissionDenied, ObjectDoesNotExist)):
        withdraw(wrong, people[name])


def test_the_page_asks_for_the_reason_and_shows_it(people, client, coc, body):
    wrong = decide(body, [approving.asked(coc)], by=ROBOT)
    client.force_login(people["coc_staff"])
    url = reverse("approvals:decision-withdraw", kwargs={"slug": "north", "pk": wrong.pk})
    assert client.post(url, {"reason": ""}).status_code == 422
    sent = client.post(url, {"reason": "Two votes were mixed up."})
    assert "Two votes were mixed up." in client.get(sent.url).content.decode()
    assert Decision.objects.get().withdrawn_by == people["coc_staff"]
