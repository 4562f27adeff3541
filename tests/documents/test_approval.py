"""What governing bodies decide: who may, with which votes, and what it does to versions and where they hold."""

from __future__ import annotations

import datetime as dt

import pytest
import time_machine
from django.core.exceptions import ObjectDoesNotExist, PermissionDenied

from hmislead.access import operations as access_operations
from hmislead.access.scopes import ROBOT
from hmislead.documents import effective
from hmislead.documents.models import Condition, Decision, VersionEffect
from hmislead.documents.operations import approval
from hmislead.documents.operations.decisions import ItemData, VoteData, needed_for_quorum, record_decision
from hmislead.errors import DomainError
from hmislead.jobs.models import Job
from hmislead.tenancy import operations as tenancy_operations
from hmislead.tenancy import settings
from hmislead.tenancy.context import use
from tests import factories
from tests.documents import approving
from tests.documents import factories as documents
from tests.documents.approving import LONG_AGO, decide, votes

pytestmark = pytest.mark.django_db


@pytest.fixture
def body(coc):
    return approving.body(coc)


def row(version, coc):
    return VersionEffect.objects.get(version=version, coc=coc)


def take_effect(version, coc, *, by=ROBOT, day=None, **changes):
    values = {"effective_from": day or settings.today(), "must_sign_again": False, **changes}
    return approval.make_effective(version_id=version.pk, coc_id=coc.pk, by=by, **values)


# Asking


def test_a_submitted_version_is_put_before_every_coc_and_their_staff_are_told(people, coc):
    other = factories.CoCFactory()
    version = documents.version(state="submitted")
    made = approval.request_approval(version_id=version.pk, by=people["staff"])
    assert {effect.coc_id for effect in made} == {coc.pk, other.pk}
    assert {effect.state for effect in made} == {"requested"}
    assert approval.request_approval(version_id=version.pk, by=people["staff"]) == []


@pytest.mark.parametrize("state", ["draft", "in_comment", "superseded", "retired"])
def test_only_what_was_submitted_is_put_before_a_body(people, coc, state):
    version = documents.version(state=state)
    with pytest.raises(DomainError, match="Submit it first"):
        approval.request_approval(version_id=version.pk, by=people["staff"])


def test_only_lead_staff_ask(people, coc):
    version = documents.version(state="submitted")
    with pytest.raises(PermissionDenied):
        approval.request_approval(version_id=version.pk, by=people["coc_staff"])
    with pytest.raises(ObjectDoesNotExist):
        approval.request_approval(version_id=version.pk, by=people["end_user"])


# Deciding


def test_coc_staff_record_an_approval_of_a_bundle(people, coc, body):
    bundle = [approving.asked(coc), approving.asked(coc, "end_user"), approving.asked(coc, "privacy_plan")]
    decision = decide(body, bundle, by=people["coc_staff"], agenda_item="4.2")
    assert decision.items.count() == 3
    assert decision.votes.filter(vote="yes").count() == 3
    for version in bundle:
        version.refresh_from_db()
        found = row(version, coc)
        assert (version.state, found.state, found.approved_on) == ("approved", "approved", settings.today())
        assert found.decision == decision


@pytest.mark.parametrize("name", ["cho_lead", "end_user", "auditor", "outsider"])
def test_nobody_else_records_decisions(people, coc, body, name):
    version = approving.asked(coc)
    with pytest.raises((PermissionDenied, ObjectDoesNotExist)):
        decide(body, [version], by=people[name])
    assert not Decision.objects.exists()


def test_staff_of_another_coc_record_nothing_here(tenant, people, coc, body):
    stranger = factories.member(tenant, "stranger")
    access_operations.grant_role(user=stranger, role="coc_staff", by=ROBOT, coc=factories.CoCFactory())
    with pytest.raises((PermissionDenied, ObjectDoesNotExist)):
        decide(body, [approving.asked(coc)], by=stranger)


@pytest.mark.parametrize(
    ("cast", "outcome", "fits"),
    [
        ("yyy--", "approved", True),
        ("yy---", "approved", False),  # two of three: no quorum
        ("yyrr-", "approved", False),  # who stepped back does not make the quorum
        ("yyarr", "approved", True),
        ("yynn-", "approved", False),  # a tie fails
        ("yynn-", "rejected", True),
        ("aaa--", "rejected", True),
        ("yaaaa", "approved", True),  # one for, none against
        ("yyn--", "rejected", False),
        ("nnny-", "approved", False),
        ("nnny-", "rejected", True),
    ],
)
def test_the_outcome_follows_from_the_votes(people, coc, body, cast, outcome, fits):
    version = approving.asked(coc)
    if fits:
        assert decide(body, [version], by=people["staff"], cast=cast, outcome=outcome).outcome == outcome
    else:
        with pytest.raises(DomainError):
            decide(body, [version], by=people["staff"], cast=cast, outcome=outcome)
        assert row(version, coc).state == "requested"


def test_without_a_quorum_of_its_own_more_than_half_of_the_members_decide(coc):
    body = approving.body(coc, quorum=None)
    assert [needed_for_quorum(body, seated) for seated in (1, 4, 5, 6)] == [1, 3, 3, 4]


def test_nobody_votes_twice_not_even_from_two_seats(people, coc, body):
    version, (first, *_) = approving.asked(coc), approving.seats(body)
    twice = [*votes(body, "yyy"), VoteData(first.pk, "yes")]
    with pytest.raises(DomainError, match="named twice"):
        decide(body, [version], by=people["staff"], votes=twice)
    second_seat = approving.seat(body, person=first.person)
    with pytest.raises(DomainError, match="named twice"):
        decide(body, [version], by=people["staff"], votes=[*votes(body, "yyy"), VoteData(second_seat.pk, "yes")])


def test_a_vote_counts_on_the_last_day_of_a_seat_and_no_more_the_day_after(people, coc, body):
    yesterday = settings.today() - dt.timedelta(days=1)
    gone = approving.seat(body, ends_on=yesterday)
    cast = [*votes(body, "yyy"), VoteData(gone.pk, "yes")]
    with pytest.raises(DomainError, match="no member"):
        decide(body, [approving.asked(coc)], by=people["staff"], votes=cast)
    assert decide(body, [approving.asked(coc)], by=people["staff"], votes=cast, met_on=yesterday).votes.count() == 4


def test_mover_and_seconder_are_two_members_who_did_not_step_back(people, coc, body):
    version, seats = approving.asked(coc), approving.seats(body)
    elsewhere = approving.seats(approving.body(coc))[0]
    for mover, seconder, cast in [
        (seats[0], seats[0], "yyy"),
        (seats[0], elsewhere, "yyy"),
        (elsewhere, seats[0], "yyy"),
        (seats[0], seats[1], "ryyyy"),
    ]:
        with pytest.raises(DomainError):
            decide(body, [version], by=people["staff"], cast=cast, mover_id=mover.pk, seconder_id=seconder.pk)


def test_a_body_approves_only_the_types_it_was_given(people, coc, body):
    version = approving.asked(coc, "monitoring_plan")
    with pytest.raises(DomainError, match="may not approve"):
        decide(body, [version], by=people["staff"])


def test_a_body_decides_only_what_its_own_coc_was_asked(people, coc, body):
    version = approving.asked(factories.CoCFactory())
    with pytest.raises(DomainError, match="does not wait"):
        decide(body, [version], by=people["staff"])


def test_a_bundle_is_approved_as_a_whole_or_not_at_all(people, coc, body):
    good, bad = approving.asked(coc), approving.asked(coc, "monitoring_plan")
    with pytest.raises(DomainError):
        decide(body, [good, bad], by=people["staff"])
    assert row(good, coc).state == "requested"
    assert not Decision.objects.exists()


def test_a_meeting_that_lies_ahead_has_decided_nothing(people, coc, body):
    with pytest.raises(DomainError, match="lies ahead"):
        decide(body, [approving.asked(coc)], by=people["staff"], met_on=settings.today() + dt.timedelta(days=1))


def test_the_same_version_is_not_decided_twice(people, coc, body):
    version = approving.asked(coc)
    decide(body, [version], by=people["staff"])
    with pytest.raises(DomainError, match="does not wait"):
        decide(body, [version], by=people["staff"])


def test_a_rejected_version_is_asked_for_again(people, coc, body):
    version = approving.asked(coc)
    decide(body, [version], by=people["staff"], cast="nnn", outcome="rejected")
    version.refresh_from_db()
    assert (row(version, coc).state, version.state) == ("rejected", "submitted")
    assert len(approval.request_approval(version_id=version.pk, by=people["staff"])) == 1
    decide(body, [version], by=people["staff"])
    assert row(version, coc).state == "approved"


# Conditions


def test_conditions_hold_a_version_back_until_the_last_is_met(people, coc, body):
    version = approving.asked(coc)
    decide(body, [version], by=people["staff"], outcome="conditions", conditions=["Name the fee.", "Ask counsel."])
    assert row(version, coc).state == "conditions"
    with pytest.raises(DomainError, match="2 of its conditions"):
        take_effect(version, coc, by=people["staff"])
    first, second = Condition.objects.order_by("pk")
    approval.clear_condition(condition_id=first.pk, how="Named in clause 4.", by=people["coc_staff"])
    with pytest.raises(DomainError, match="1 of its conditions"):
        take_effect(version, coc, by=people["staff"])
    approval.clear_condition(condition_id=second.pk, how="Counsel wrote.", by=people["coc_staff"])
    assert row(version, coc).state == "approved"
    assert take_effect(version, coc, by=people["staff"]).state == "effective"
    with pytest.raises(DomainError, match="was cleared"):
        approval.clear_condition(condition_id=second.pk, how="Again.", by=people["coc_staff"])


@pytest.mark.parametrize(
    ("outcome", "conditions"), [("approved", ["Name the fee."]), ("conditions", []), ("conditions", [" "])]
)
def test_conditions_and_their_outcome_belong_together(people, coc, body, outcome, conditions):
    with pytest.raises(DomainError, match="belong together"):
        decide(body, [approving.asked(coc)], by=people["staff"], outcome=outcome, conditions=conditions)


# Taking effect


def test_a_version_takes_effect_and_the_one_before_it_ends_the_day_before(people, coc, body):
    old = documents.version(cocs=[coc])
    new = documents.next_version(old.document, state="submitted")
    VersionEffect.objects.create(version=new, coc=coc, requested_on=LONG_AGO)
    decide(body, [new], by=people["staff"])
    take_effect(new, coc, by=people["staff"], must_sign_again=True)
    today = settings.today()
    old.refresh_from_db()
    new.refresh_from_db()
    assert (old.state, new.state, new.effective_on, new.must_sign_again) == ("superseded", "effective", today, True)
    assert row(old, coc).effective_until == today - dt.timedelta(days=1)
    assert Job.objects.filter(key=f"publish:{new.pk}").count() == 1


def test_a_version_stays_in_effect_while_one_coc_still_holds_to_it(people, coc, body):
    other = factories.CoCFactory()
    old = documents.version(cocs=[coc, other])
    new = documents.next_version(old.document, state="submitted")
    VersionEffect.objects.create(version=new, coc=coc, requested_on=LONG_AGO)
    decide(body, [new], by=people["staff"])
    take_effect(new, coc)
    old.refresh_from_db()
    assert (old.state, row(old, coc).state, row(old, other).state) == ("effective", "superseded", "effective")


def test_a_day_ahead_is_left_to_its_night(people, coc, body):
    version = approving.asked(coc)
    decide(body, [version], by=people["staff"])
    day = settings.today() + dt.timedelta(days=3)
    assert take_effect(version, coc, day=day).state == "approved"
    assert approval.take_due_effects(day - dt.timedelta(days=1)) == 0
    assert approval.take_due_effects(day) == 1
    assert (row(version, coc).state, row(version, coc).effective_from) == ("effective", day)
    assert approval.take_due_effects(day) == 0


def test_nothing_takes_effect_before_it_was_approved(people, coc, body):
    version = approving.asked(coc)
    decide(body, [version], by=people["staff"])
    with pytest.raises(DomainError, match="cannot take effect before"):
        take_effect(version, coc, day=settings.today() - dt.timedelta(days=1))


def test_a_template_needs_an_answer_whether_it_is_signed_again(people, coc, body):
    version = approving.asked(coc)
    decide(body, [version], by=people["staff"])
    with pytest.raises(DomainError, match="older version"):
        take_effect(version, coc, must_sign_again=None)


def test_coc_staff_put_nothing_into_effect(people, coc, body):
    version = approving.asked(coc)
    decide(body, [version], by=people["staff"])
    with pytest.raises(PermissionDenied):
        take_effect(version, coc, by=people["coc_staff"])


def test_what_no_body_approves_the_lead_puts_into_effect(people, coc):
    version = documents.version("vendor", state="submitted")
    with pytest.raises(DomainError, match="No governing body"):
        approval.request_approval(version_id=version.pk, by=people["staff"])
    take_effect(version, coc, by=people["staff"])
    version.refresh_from_db()
    assert (version.state, row(version, coc).state, row(version, coc).decision) == ("effective", "effective", None)


def test_what_a_body_approves_never_takes_effect_without_it(people, coc):
    version = documents.version(state="submitted")
    with pytest.raises(DomainError, match="not approved"):
        take_effect(version, coc, by=people["staff"])


def test_a_body_of_the_other_implementation_is_not_found_here(implementation, other_implementation):
    with use(implementation):
        coc = factories.CoCFactory()
        body, version = approving.body(coc), approving.asked(coc)
        cast = votes(body, "yyy")
    with use(other_implementation), pytest.raises(ObjectDoesNotExist):
        record_decision(
            body_id=body.pk,
            met_on=settings.today(),
            motion="To approve it.",
            outcome="approved",
            items=[ItemData(version.pk)],
            votes=cast,
            mover_id=cast[0].member_id,
            seconder_id=cast[1].member_id,
            by=ROBOT,
        )


# Which version holds


def two_cocs(agency, coc):
    other = factories.CoCFactory()
    factories.ParticipationFactory(organization=agency, coc=other)
    old = documents.version(cocs=[coc, other])
    new = documents.next_version(old.document, cocs=[])
    VersionEffect.objects.filter(version=old, coc=coc).update(state="superseded", effective_until=dt.date(2025, 5, 31))
    documents.effect(new, coc, effective_from=dt.date(2025, 6, 1))
    return other, old, new


@pytest.mark.parametrize(("several", "expected"), [("newest", 2), ("all", None)])
def test_an_agency_in_two_cocs_goes_by_the_leads_setting(people, agency, coc, several, expected):
    other, _, new = two_cocs(agency, coc)
    tenancy_operations.change_setting(key="documents.several_cocs", value=several, by=people["administrator"])
    found = effective.version_for("participation", organization_id=agency.pk, on=settings.today())
    assert getattr(found, "number", None) == expected
    documents.effect(new, other, effective_from=dt.date(2025, 7, 1))
    assert effective.version_for("participation", organization_id=agency.pk, on=settings.today()) == new


def test_the_day_a_version_ends_and_the_next_begins(people, agency, coc):
    _, old, new = two_cocs(agency, coc)
    found = [
        effective.version_in("participation", [coc.pk], on=day) for day in (dt.date(2025, 5, 31), dt.date(2025, 6, 1))
    ]
    assert found == [old, new]
    assert effective.version_in("participation", [coc.pk], on=dt.date(2024, 1, 1)) is None


def test_a_person_goes_by_the_cocs_of_their_agencies(people, agency, coc):
    version = documents.version("end_user", cocs=[coc])
    holder = factories.LicenseFactory(organization=agency)
    outsider = factories.PersonFactory()
    assert effective.version_for("end_user", person_id=holder.person_id, on=settings.today()) == version
    assert effective.version_for("end_user", person_id=outsider.pk, on=settings.today()) is None


def test_midnight_of_the_implementation_decides_the_day(people, coc, body):
    version = approving.asked(coc)
    with time_machine.travel(dt.datetime(2026, 3, 2, 4, 30, tzinfo=dt.UTC), tick=False):  # 23:30 on 1 March in New York
        with pytest.raises(DomainError, match="lies ahead"):
            decide(body, [version], by=ROBOT, met_on=dt.date(2026, 3, 2))
        assert decide(body, [version], by=ROBOT, met_on=dt.date(2026, 3, 1)).met_on == dt.date(2026, 3, 1)
