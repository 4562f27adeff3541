"""Sanctions: from the ladder to their end, what they do to licenses, and what an appeal does to them."""

from __future__ import annotations

from decimal import Decimal

import pytest
from django.core.exceptions import PermissionDenied, ValidationError
from django.urls import reverse

from hmislead.compliance import gate
from hmislead.compliance.engine import recheck
from hmislead.compliance.models import Status
from hmislead.errors import DomainError, WrongState
from hmislead.notices.models import Message, Notice
from hmislead.tenancy.models import Implementation
from hmislead.tenancy.operations import change_setting
from hmislead.web.templatetags.web import long_date
from policies.cases import clocks
from policies.cases.ladder import steps_for
from policies.cases.models import LadderStep, Sanction, Violation
from policies.cases.operations import appeals, deviations, ladder, nightly, sanctions
from tests import factories
from tests.policies.cases.conftest import days
from tests.test_every_page import READERS

pytestmark = pytest.mark.django_db
TODAY = factories.TODAY


@pytest.fixture(autouse=True)
def open_gate(monkeypatch, people):
    """Of the requirements that shut the gate, only the one under test: what else is missing has tests of its own."""
    from hmislead.compliance import registry

    monkeypatch.setattr(registry, "blocking", lambda: ["not-sanctioned"])


def kinds(made):
    return sorted(each.kind for each in made)


def test_the_ladder_says_which_sanctions_follow(propose):
    made = propose("major")
    assert kinds(made) == ["license_suspension", "training_special"]
    assert {each.violation.offense for each in made} == {1}
    assert {each.state for each in made} == {"proposed"}


def test_offenses_are_counted_by_what_was_decided_before(propose, people):
    for each in propose("minor", happened_on=TODAY - days(60)):
        sanctions.notify(sanction_id=each.pk, by=people["staff"])
    second = propose("minor", happened_on=TODAY - days(30))
    assert [(each.violation.offense, each.length_days) for each in second] == [(2, 7)]
    assert propose("minor")[0].violation.offense == 2, "what is only proposed does not count"
    sanctions.withdraw(sanction_id=second[0].pk, reason="A mistake.", by=people["staff"])
    assert propose("minor")[0].violation.offense == 2


def test_the_page_names_the_other_sanctions_and_the_notice_its_first_day(propose, people, client):
    first, second = propose("major")
    client.force_login(people["staff"])
    page = client.get(first.get_absolute_url()).content.decode()
    assert second.get_absolute_url() in page
    asked = client.get(f"{first.get_absolute_url()}notify/").content.decode()
    assert "told by mail. It takes effect at once." in asked
    Sanction.objects.filter(pk=first.pk).update(notice_days=7)
    asked = client.get(f"{first.get_absolute_url()}notify/").content.decode()
    assert f"It takes effect on {long_date(TODAY + days(7))}." in asked


def test_the_highest_step_stands_for_later_offenses(classes):
    assert [each.offense for each in steps_for(classes["minor"], 9, TODAY)] == [3]
    assert steps_for(classes["minor"], 1, factories.LONG_AGO - days(1)) == []


@pytest.mark.parametrize(("months", "expected"), [(3, 2), (2, 1)])
def test_an_old_offense_counts_no_more(propose, people, months, expected):
    change_setting(key="cases.lookback_months", value=months, by=people["administrator"])
    sanctions.notify(sanction_id=propose("minor", happened_on=TODAY - days(80))[0].pk, by=people["staff"])
    assert propose("minor")[0].violation.offense == expected


@pytest.mark.parametrize(("of", "expected"), [("any", 2), ("same", 1)])
def test_offenses_of_another_class_count_by_setting(propose, people, of, expected):
    change_setting(key="cases.offenses_of", value=of, by=people["administrator"])
    sanctions.notify(sanction_id=propose("minor")[0].pk, by=people["staff"])
    assert propose("major")[0].violation.offense == expected


def test_a_login_shared_after_a_departure_counts_as_second_offense(propose, people):
    first = propose("major", departed_login=True)
    assert {each.violation.offense for each in first} == {2}
    assert [each.length_days for each in first] == [30]
    change_setting(key="cases.departed_login_offense", value=3, by=people["administrator"])
    assert kinds(propose("major", departed_login=True)) == ["license_revocation"]


def test_an_agencys_offenses_are_its_own(propose, people):
    sanctions.notify(sanction_id=propose("minor")[0].pk, by=people["staff"])
    assert propose("minor", license=None)[0].violation.offense == 1


def test_last_years_sanction_stays_when_the_ladder_changes(propose, people, classes):
    made = propose("minor")[0]
    step = LadderStep.objects.get(violation_class=classes["minor"], offense=1)
    ladder.save_step(
        step_id=step.pk, violation_class=classes["minor"], offense=1, kind="license_suspension", length_days=3,
        by=people["staff"],
    )  # fmt: skip
    step.refresh_from_db()
    assert step.ends_on == TODAY - days(1)
    assert kinds(propose("minor")) == ["license_suspension"]
    made.refresh_from_db()
    assert made.kind == "training_standard"


def test_a_report_leads_to_a_sanction_and_moves_to_action(propose, report, people, classes):
    with pytest.raises(DomainError, match="Review the report first"):
        propose(deviation_id=report.pk)
    deviations.review_deviation(
        deviation_id=report.pk, text="It was so.", violation_class=classes["major"], by=people["staff"]
    )
    made = propose(deviation_id=report.pk)
    report.refresh_from_db()
    assert report.state == "action"
    assert made[0].violation.deviation == report


def test_a_suspension_takes_the_license_away_and_the_gate_says_why(suspend, license, people, agency):
    sanction = suspend()
    license.refresh_from_db()
    assert (license.state, license.state_reason) == ("suspended", f"Sanction {sanction.number}")
    answer = gate.check(license)
    assert [reason.note for reason in answer.reasons] == [f"Sanction {sanction.number}"]
    assert (sanction.state, sanction.began_on, sanction.ends_on) == ("in_effect", TODAY, TODAY + days(13))
    told = Notice.objects.filter(type="sanction_notice").values_list("user__email", flat=True)
    assert set(told) == {"end_user@example.org", "cho_lead@example.org"}
    logged = Message.objects.filter(subject__contains=sanction.number)
    assert logged.count() == 2
    assert all(str(license.person) not in message.subject for message in logged)


def test_a_suspended_license_is_not_reactivated_past_its_sanction(suspend, license, people):
    from hmislead.directory.operations import licenses

    suspend()
    with pytest.raises(licenses.ShutGate, match="No sanction takes the license away"):
        licenses.reactivate_license(license_id=license.pk, by=people["staff"])


def test_it_ends_by_itself_at_night_and_the_license_is_back(suspend, license, people):
    sanction = suspend()
    last = sanction.ends_on
    assert nightly.move_sanctions(last) == 0, "its last day is a day of it"
    Sanction.objects.filter(pk=sanction.pk).update(ends_on=TODAY - days(1))
    assert nightly.move_sanctions(TODAY) == 1
    assert nightly.move_sanctions(TODAY) == 0
    sanction.refresh_from_db()
    license.refresh_from_db()
    assert (sanction.state, sanction.over_on) == ("lifted", TODAY)
    assert license.state == "active"
    assert gate.check(license).is_open
    assert not Status.objects.filter(requirement="not-sanctioned").exists()


def test_a_notice_runs_its_days_before_it_takes_effect(propose, license, people):
    change = {"kind": "license_suspension", "length_days": 5, "notice_days": 5, "reason": "It was serious."}
    made = propose("minor")[0]
    sanctions.change(sanction_id=made.pk, by=people["staff"], **change)
    told = sanctions.notify(sanction_id=made.pk, by=people["staff"])
    assert (told.state, told.starts_on, told.ends_on) == ("notified", TODAY + days(5), TODAY + days(9))
    assert nightly.move_sanctions(TODAY + days(4)) == 0
    license.refresh_from_db()
    assert license.state == "active"
    Sanction.objects.filter(pk=made.pk).update(starts_on=TODAY)
    assert nightly.move_sanctions(TODAY) == 1
    license.refresh_from_db()
    assert license.state == "suspended"


def test_nothing_moves_at_night_in_setup(propose, people, tenant, license):
    made = propose("minor")[0]
    sanctions.notify(sanction_id=made.pk, by=people["staff"])
    Sanction.objects.filter(pk=made.pk).update(starts_on=TODAY)
    Implementation.objects.filter(pk=tenant.pk).update(state="setup")
    tenant.refresh_from_db()

    class Night:
        as_of = TODAY

    nightly.after_night(Night())
    made.refresh_from_db()
    assert made.state == "notified"


def test_an_agencys_suspension_takes_all_its_licenses_and_gives_them_back(propose, people, agency, license, neighbour):
    second = factories.LicenseFactory(organization=agency)
    blocked = factories.LicenseFactory(organization=agency, state="suspended", state_reason="Failing: training")
    theirs = factories.LicenseFactory(organization=neighbour)
    recheck(licenses=[second.pk, blocked.pk, theirs.pk])
    made = next(each for each in propose("major", license=None) if each.takes_licenses)
    sanctions.notify(sanction_id=made.pk, by=people["staff"])

    def states():
        rows = [license, second, blocked, theirs]
        for row in rows:
            row.refresh_from_db()
        return [row.state for row in rows]

    assert states() == ["suspended", "suspended", "suspended", "active"]
    sanctions.lift(sanction_id=made.pk, reason="All were trained.", by=people["staff"])
    assert states() == ["active", "active", "suspended", "active"], "who was suspended before stays so"


def test_two_sanctions_on_one_license_end_one_by_one(suspend, propose, license, people):
    first = suspend()
    second = propose("major")[0]
    sanctions.approve(sanction_id=second.pk, record="I agree.", by=people["administrator"])
    sanctions.notify(sanction_id=second.pk, by=people["staff"])
    sanctions.lift(sanction_id=first.pk, reason="Served.", by=people["staff"])
    license.refresh_from_db()
    assert (license.state, license.state_reason) == ("suspended", f"Sanction {second.number}")
    sanctions.lift(sanction_id=second.pk, reason="Served.", by=people["staff"])
    license.refresh_from_db()
    assert license.state == "active"


def test_a_license_that_lacks_something_else_stays_suspended_and_says_what(suspend, license, people, monkeypatch):
    from hmislead.compliance import registry

    sanction = suspend()
    monkeypatch.setattr(registry, "blocking", lambda: ["not-sanctioned", "end-user-agreement"])
    stay = sanctions.lift(sanction_id=sanction.pk, reason="Served.", by=people["staff"])
    assert "End-user agreement in force" in stay[0]
    license.refresh_from_db()
    assert license.state == "suspended"


def test_a_revocation_ends_the_license_after_approval(propose, license, people):
    made = propose("major", departed_login=True)[0]
    sanctions.change(sanction_id=made.pk, kind="license_revocation", reason="Third time.", by=people["staff"])
    with pytest.raises(DomainError, match="A Lead administrator approves"):
        sanctions.notify(sanction_id=made.pk, by=people["staff"])
    with pytest.raises(PermissionDenied):
        sanctions.approve(sanction_id=made.pk, record="I agree.", by=people["staff"])
    sanctions.approve(sanction_id=made.pk, record="I agree.", by=people["administrator"])
    sanctions.notify(sanction_id=made.pk, by=people["staff"])
    license.refresh_from_db()
    assert (license.state, license.state_reason) == ("terminated", f"Sanction {made.number}")
    stay = sanctions.lift(sanction_id=made.pk, reason="It was too hard.", by=people["staff"])
    assert stay == ["A revoked license stays ended. A new one can be requested."]


def test_a_change_needs_a_new_approval(propose, people):
    made = propose("severe")[0]
    sanctions.approve(sanction_id=made.pk, record="I agree.", by=people["administrator"])
    sanctions.change(sanction_id=made.pk, kind="license_suspension", length_days=90, reason="More.", by=people["staff"])
    with pytest.raises(DomainError, match="approves this sanction first"):
        sanctions.notify(sanction_id=made.pk, by=people["staff"])


def test_a_penalty_has_an_amount_and_touches_no_license(propose, people, license):
    made = propose("minor")[0]
    sanctions.change(sanction_id=made.pk, kind="financial", reason="By contract.", by=people["staff"])
    with pytest.raises(DomainError, match="amount"):
        sanctions.notify(sanction_id=made.pk, by=people["staff"])
    sanctions.change(
        sanction_id=made.pk, kind="financial", amount=Decimal(250), reason="By contract.", by=people["staff"]
    )
    assert sanctions.notify(sanction_id=made.pk, by=people["staff"]).state == "in_effect"
    license.refresh_from_db()
    assert license.state == "active"


def test_days_and_amounts_only_where_they_belong(propose, people):
    made = propose("minor")[0]
    for wrong in ({"kind": "prosecution", "length_days": 3}, {"kind": "prosecution", "amount": Decimal(1)}):
        with pytest.raises(DomainError):
            sanctions.change(sanction_id=made.pk, reason="So.", by=people["staff"], **wrong)


def test_the_summary_holds_no_client_data(propose):
    with pytest.raises(ValidationError):
        propose(summary="Client Mary was shown.")
    assert not Violation.objects.exists()


def test_without_a_step_nothing_is_proposed(propose):
    LadderStep.objects.all().delete()
    with pytest.raises(DomainError, match="no sanction for this class"):
        propose()


def test_who_sees_which_sanction(propose, suspend, people):
    proposed = propose("minor")[0]
    sanction = suspend()
    seen = {
        role: set(Sanction.objects.visible_to(user).values_list("pk", flat=True)) & {proposed.pk, sanction.pk}
        for role, user in people.items()
    }
    all_of_them, told = {proposed.pk, sanction.pk}, {sanction.pk}
    assert seen == dict.fromkeys(READERS, all_of_them) | {
        "cho_lead": told, "end_user": told, "body_member": set(), "coc_staff": set(), "neighbour_lead": set(),
        "security_officer": set(), "outsider": set(),
    }  # fmt: skip


def test_an_appeal_is_filed_once_in_time_by_who_it_concerns(suspend, people):
    sanction = suspend()
    assert sanction.appeal_until == clocks.after(TODAY, 10)
    with pytest.raises(Sanction.DoesNotExist):
        appeals.appeal(sanction_id=sanction.pk, text="Not fair.", by=people["neighbour_lead"])
    with pytest.raises(PermissionDenied):
        appeals.appeal(sanction_id=sanction.pk, text="Not fair.", by=people["auditor"])
    appeals.appeal(sanction_id=sanction.pk, text="It was not me.", by=people["end_user"])
    with pytest.raises(DomainError, match="already"):
        appeals.appeal(sanction_id=sanction.pk, text="Again.", by=people["cho_lead"])
    assert Notice.objects.filter(user=people["staff"], sentence__contains="Decide the appeal").exists()


@pytest.mark.parametrize(("late", "refused"), [(0, False), (1, True)])
def test_the_last_day_to_appeal(suspend, people, late, refused):
    sanction = suspend()
    Sanction.objects.filter(pk=sanction.pk).update(appeal_until=TODAY - days(late))
    if refused:
        with pytest.raises(DomainError, match="could be appealed until"):
            appeals.appeal(sanction_id=sanction.pk, text="It was not me.", by=people["end_user"])
    else:
        appeals.appeal(sanction_id=sanction.pk, text="It was not me.", by=people["end_user"])


@pytest.mark.parametrize(("holds", "state"), [(True, "active"), (False, "suspended")])
def test_an_appeal_holds_the_sanction_back_by_setting(suspend, people, license, holds, state):
    change_setting(key="cases.appeal_suspends", value=holds, by=people["administrator"])
    sanction = suspend()
    appeals.appeal(sanction_id=sanction.pk, text="It was not me.", by=people["end_user"])
    license.refresh_from_db()
    assert license.state == state
    Sanction.objects.filter(pk=sanction.pk).update(appealed_on=TODAY - days(4))
    with pytest.raises(DomainError, match="Decision"):
        appeals.rule(sanction_id=sanction.pk, ruling="perhaps", text="It was you.", by=people["staff"])
    appeals.rule(sanction_id=sanction.pk, ruling="stands", text="It was you.", by=people["staff"])
    sanction.refresh_from_db()
    license.refresh_from_db()
    assert (sanction.state, license.state) == ("in_effect", "suspended")
    assert sanction.ends_on == TODAY + days(17 if holds else 13), "days held back are added at the end"


def test_overturned_gives_the_license_back_and_counts_as_no_offense(suspend, propose, people, license):
    sanction = suspend()
    appeals.appeal(sanction_id=sanction.pk, text="It was not me.", by=people["cho_lead"])
    appeals.rule(sanction_id=sanction.pk, ruling="overturned", text="It was somebody else.", by=people["staff"])
    sanction.refresh_from_db()
    license.refresh_from_db()
    assert (sanction.state, sanction.ruling, license.state) == ("lifted", "overturned", "active")
    assert propose("minor")[0].violation.offense == 1


def test_shortened_has_an_earlier_last_day(suspend, people):
    sanction = suspend()
    appeals.appeal(sanction_id=sanction.pk, text="Too long.", by=people["end_user"])
    with pytest.raises(DomainError, match="earlier"):
        appeals.rule(
            sanction_id=sanction.pk, ruling="shortened", ends_on=sanction.ends_on, text="So.", by=people["staff"]
        )
    appeals.rule(
        sanction_id=sanction.pk, ruling="shortened", ends_on=TODAY + days(2), text="First time.", by=people["staff"]
    )
    sanction.refresh_from_db()
    assert (sanction.state, sanction.ends_on) == ("in_effect", TODAY + days(2))


def test_one_that_has_not_begun_is_never_shortened_to_before_its_first_day(propose, people):
    made = next(each for each in propose("major") if each.takes_licenses)
    Sanction.objects.filter(pk=made.pk).update(notice_days=5)
    sanctions.notify(sanction_id=made.pk, by=people["staff"])
    appeals.appeal(sanction_id=made.pk, text="Too long.", by=people["end_user"])
    shorter = {"sanction_id": made.pk, "ruling": "shortened", "text": "First time.", "by": people["staff"]}
    with pytest.raises(DomainError, match="earlier"):
        appeals.rule(ends_on=TODAY + days(4), **shorter)
    made.refresh_from_db()
    assert (made.state, made.ruling, made.ends_on) == ("appealed", "", TODAY + days(18)), "nothing was half saved"
    appeals.rule(ends_on=TODAY + days(5), **shorter)
    made.refresh_from_db()
    assert (made.state, made.starts_on, made.ends_on) == ("notified", TODAY + days(5), TODAY + days(5))


def test_wrong_moves_are_refused(suspend, people):
    sanction = suspend()
    with pytest.raises(WrongState):
        sanctions.notify(sanction_id=sanction.pk, by=people["staff"])
    with pytest.raises(WrongState):
        sanctions.withdraw(sanction_id=sanction.pk, reason="No.", by=people["staff"])
    with pytest.raises(DomainError, match="no open appeal"):
        appeals.rule(sanction_id=sanction.pk, ruling="stands", text="So.", by=people["staff"])
    with pytest.raises(PermissionDenied):
        sanctions.lift(sanction_id=sanction.pk, reason="Please.", by=people["cho_lead"])


def test_the_form_offers_the_licenses_of_the_chosen_agency_alone(client, people, classes, agency, license, neighbour):
    other = factories.LicenseFactory(organization=neighbour)
    address = reverse("cases:sanction-propose", kwargs={"slug": "north"})
    client.force_login(people["staff"])
    assert set(client.get(address).context["form"].fields) == {"organization"}, "the agency is asked first"
    offered = client.get(address, {"organization": neighbour.pk}).context["form"].fields["license"].queryset
    assert list(offered) == [other]
    sent = {"violation_class": classes["major"].pk, "happened_on": factories.TODAY, "summary": "A login was shared."}
    at_agency = f"{address}?organization={agency.pk}"
    wrong = client.post(at_agency, {**sent, "organization": agency.pk, "license": other.pk})
    assert (wrong.status_code, list(wrong.context["form"].errors)) == (422, ["license"])
    assert client.post(at_agency, {**sent, "organization": agency.pk, "license": license.pk}).status_code == 302
    assert {each.license for each in Sanction.objects.all()} == {license}


def test_every_member_reads_the_ladder_and_who_handles_cases_changes_it(client, people, classes):
    for name, changes in (("end_user", False), ("staff", True)):
        client.force_login(people[name])
        for page in ("ladder", "class-list"):
            shown = client.get(reverse(f"cases:{page}", args=["north"]))
            text = shown.content.decode()
            assert (shown.status_code, classes["severe"].name in text) == (200, True)
            assert (f"/{classes['severe'].pk}/" in text) == changes
