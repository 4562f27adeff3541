"""Recording, changing and ending agreements: who may, what is refused and in which words."""

from __future__ import annotations

import datetime as dt
from contextlib import nullcontext

import pytest
from django.core.exceptions import ObjectDoesNotExist, PermissionDenied
from django.core.files.uploadedfile import SimpleUploadedFile

from agreements import operations
from agreements.models import Agreement
from agreements.parties import SUBJECT, PartyData
from hmislead.compliance.models import Status
from hmislead.documents.merge_fields import used_in
from hmislead.documents.starting import starting
from hmislead.documents.types import TYPES
from hmislead.errors import DomainError, RefusedFile
from hmislead.files.models import StoredFile
from hmislead.tenancy.context import use
from tests import factories
from tests.agreements.factories import LONG_AGO, lead, with_agency, with_coc, with_user
from tests.test_every_page import READERS

pytestmark = pytest.mark.django_db
ONE = dt.timedelta(days=1)


@pytest.fixture
def the_lead(tenant):
    return lead()


def record(by, agency, **changes):
    values = {
        "type": "participation",
        "parties": [PartyData("cho", organization_id=agency.pk)],
        "signed_on": LONG_AGO,
        "effective_on": LONG_AGO,
    }
    return operations.record_agreement(by=by, **{**values, **changes})


def paper(content=b"Signed by both parties.", name="signed.txt"):
    return SimpleUploadedFile(name, content)


@pytest.mark.parametrize(
    ("who", "outcome"),
    [
        ("administrator", None),
        ("staff", None),
        ("cho_lead", PermissionDenied),
        ("security_officer", PermissionDenied),
        ("end_user", PermissionDenied),
        ("auditor", PermissionDenied),
        ("coc_staff", PermissionDenied),
        ("outsider", PermissionDenied),
    ],
)
def test_who_may_record(people, agency, the_lead, who, outcome):
    with pytest.raises(outcome) if outcome else nullcontext():
        record(people[who], agency)
    assert Agreement.objects.count() == (0 if outcome else 1)


def test_the_only_lead_is_added_as_a_party(people, agency, the_lead):
    agreement = record(people["staff"], agency)
    assert set(agreement.parties.values_list("role", "organization_id")) == {
        ("cho", agency.pk),
        ("lead", the_lead.pk),
    }


def test_without_a_lead_or_with_two_it_asks(people, agency):
    with pytest.raises(DomainError, match="No agency has the role HMIS Lead yet"):
        record(people["staff"], agency)
    lead("One")
    lead("Two")
    with pytest.raises(DomainError, match="Say which HMIS Lead signs"):
        record(people["staff"], agency)


@pytest.mark.parametrize(
    ("type", "party", "sentence"),
    [
        ("coc_lead", PartyData("coc"), "Say which CoC"),
        ("participation", PartyData("cho"), "Say which agency"),
        ("end_user", PartyData("end_user"), "Say which person"),
        ("vendor", PartyData("vendor"), "Say which vendor"),
        ("data_use", PartyData("other"), "Say who the other party"),
        ("pii_access", PartyData("other"), "Say who the other party"),
        ("integration", PartyData("other"), "Say who the other party"),
        ("business_associate", PartyData("vendor"), "Say which agency"),
        ("data_sharing", PartyData("other"), "Say which agency"),
        ("participation", PartyData("vendor"), "Say which agency"),
    ],
)
def test_each_type_needs_its_parties(people, agency, the_lead, type, party, sentence):
    with pytest.raises(DomainError, match=sentence):
        record(people["staff"], agency, type=type, parties=[party])


def test_an_end_user_is_a_person_at_an_agency(people, agency, the_lead):
    person = factories.PersonFactory()
    with pytest.raises(DomainError, match="Say which person"):
        record(people["staff"], agency, type="end_user", parties=[PartyData("end_user", person_id=person.pk)])
    party = PartyData("end_user", person_id=person.pk, organization_id=agency.pk)
    agreement = record(people["staff"], agency, type="end_user", parties=[party])
    assert agreement.parties.get().person == person


def test_an_agency_must_have_the_role_it_signs_in(people, the_lead):
    partner = factories.OrganizationFactory(name="Food Bank")
    with pytest.raises(DomainError, match="Food Bank does not have the role Covered Homeless Organization"):
        record(people["staff"], partner)


@pytest.mark.parametrize(
    ("dates", "sentence"),
    [
        ({"signed_on": None}, "Give the day on which the last party signed"),
        ({"signed_on": factories.TODAY + 2 * ONE}, "lies ahead"),
        ({"ends_on": LONG_AGO - ONE}, "cannot end before it takes effect"),
        ({"ends_on": LONG_AGO + ONE, "signed_on": LONG_AGO + 2 * ONE}, "signed after its last day"),
    ],
)
def test_impossible_dates_are_refused(people, agency, the_lead, dates, sentence):
    with pytest.raises(DomainError, match=sentence):
        record(people["staff"], agency, **dates)


def test_an_old_paper_may_lack_its_day_of_signing(people, agency, the_lead):
    agreement = record(people["staff"], agency, signed_on=None, carried_over=True)
    assert agreement.carried_over
    assert Status.objects.get(requirement="participation-agreement", subject_id=agency.pk).state == "met"


def test_the_same_agreement_is_recorded_once(people, agency, the_lead):
    record(people["staff"], agency)
    with pytest.raises(DomainError, match="recorded already"):
        record(people["staff"], agency)
    record(people["staff"], agency, effective_on=LONG_AGO + ONE)
    assert Agreement.objects.count() == 2


def test_an_agency_of_another_implementation_does_not_exist(people, other_implementation, implementation):
    # Leave the tenant to make the stranger, then come back.
    from hmislead.tenancy.context import _current

    token = _current.set(None)
    with use(other_implementation):
        stranger = factories.OrganizationFactory()
    _current.reset(token)
    with use(implementation):
        lead()
        with pytest.raises(ObjectDoesNotExist):
            record(people["staff"], stranger)


def test_a_change_moves_the_agreement_to_the_right_agency_and_checks_both(people, agency, neighbour, the_lead):
    agreement = record(people["staff"], agency)
    operations.change_agreement(
        agreement_id=agreement.pk,
        parties=[PartyData("cho", organization_id=neighbour.pk)],
        signed_on=LONG_AGO,
        effective_on=LONG_AGO,
        title="Renewed",
        by=people["staff"],
    )
    states = dict(Status.objects.filter(requirement="participation-agreement").values_list("subject_id", "state"))
    assert states == {agency.pk: "not_met", neighbour.pk: "met"}
    assert Agreement.objects.get().title == "Renewed"


@pytest.mark.parametrize(
    ("terminated_on", "reason", "sentence"),
    [
        (LONG_AGO - ONE, "Left", "cannot end before that day"),
        (LONG_AGO + 31 * ONE, "Left", "Its last day is"),
        (LONG_AGO + ONE, "  ", "Say why"),
    ],
)
def test_a_termination_needs_a_reason_and_a_possible_day(people, agency, the_lead, terminated_on, reason, sentence):
    agreement = record(people["staff"], agency, ends_on=LONG_AGO + 30 * ONE)
    with pytest.raises(DomainError, match=sentence):
        operations.terminate_agreement(
            agreement_id=agreement.pk, terminated_on=terminated_on, reason=reason, by=people["staff"]
        )


def test_an_ended_agreement_is_not_changed_until_the_ending_is_taken_back(people, agency, the_lead):
    agreement, by = record(people["staff"], agency), people["staff"]
    operations.terminate_agreement(agreement_id=agreement.pk, terminated_on=LONG_AGO + ONE, reason="Left", by=by)
    for verb in (
        lambda: operations.terminate_agreement(
            agreement_id=agreement.pk, terminated_on=LONG_AGO + ONE, reason="Left", by=by
        ),
        lambda: operations.change_agreement(
            agreement_id=agreement.pk, signed_on=LONG_AGO, effective_on=LONG_AGO, by=by
        ),
    ):
        with pytest.raises(DomainError, match="was ended on 2 January 2024"):
            verb()
    operations.undo_termination(agreement_id=agreement.pk, by=by)
    assert Status.objects.get(requirement="participation-agreement", subject_id=agency.pk).state == "met"
    with pytest.raises(DomainError, match="was not ended"):
        operations.undo_termination(agreement_id=agreement.pk, by=by)


def test_a_paper_is_kept_for_who_may_see_the_agency(people, agency, the_lead):
    agreement = record(people["staff"], agency)
    operations.attach_file(agreement_id=agreement.pk, file=paper(), by=people["staff"])
    stored = Agreement.objects.get().file
    may = {name for name in people if StoredFile.objects.visible_to(people[name]).filter(pk=stored.pk).exists()}
    assert may == READERS | {"cho_lead"}


def test_a_vendors_contract_is_the_leads_alone(people, agency, the_lead):
    factories.OrganizationRoleFactory(organization=agency, role="vendor")
    agreement = record(
        people["staff"], agency, type="vendor", parties=[PartyData("vendor", organization_id=agency.pk)], file=paper()
    )
    may = {name for name in people if StoredFile.objects.visible_to(people[name]).filter(pk=agreement.file_id).exists()}
    assert may == READERS


@pytest.mark.parametrize("type", ["business_associate", "data_sharing", "pii_access", "integration", "consultant"])
def test_an_agency_reads_what_binds_it_and_nothing_of_parties_outside(people, agency, the_lead, type):
    factories.OrganizationRoleFactory(organization=agency, role="vendor")
    role = SUBJECT[type]
    parties = [PartyData(role, organization_id=agency.pk)]
    agreement = record(people["staff"], agency, type=type, parties=parties, file=paper())
    readable = StoredFile.objects.visible_to(people["cho_lead"]).filter(pk=agreement.file_id).exists()
    assert readable == (role == "cho")


@pytest.mark.parametrize("type", [kind for kind in SUBJECT if kind in TYPES])
def test_each_starting_text_names_the_parties_that_its_type_has(type):
    """A text that names an agency is signed by one; a text about a partner or vendor by them."""
    shipped = starting(type)
    fields = set(used_in([text for block in shipped.blocks for text in (block.heading, block.body)]))
    if "agency.name" in fields:
        assert SUBJECT[type] in {"cho", "end_user"}
    if "other_party.name" in fields:
        assert SUBJECT[type] in {"other", "vendor"}


def test_a_file_that_is_none_is_refused_and_nothing_is_recorded(people, agency, the_lead):
    with pytest.raises(RefusedFile):
        record(people["staff"], agency, file=paper(b"<html>", "signed.pdf"))
    assert Agreement.objects.count() == 0


def test_who_sees_which_agreements(people, agency, neighbour, coc):
    person = people["end_user"].people.get()
    own = with_user(person, agency)
    elsewhere = with_user(person, neighbour)
    ours, theirs, of_coc = with_agency(agency), with_agency(neighbour), with_coc(coc)
    everything = {own, elsewhere, ours, theirs, of_coc}
    expected = dict.fromkeys(READERS, everything) | {
        "cho_lead": {own, ours},
        "neighbour_lead": {elsewhere, theirs},
        "end_user": {own, elsewhere},
        "coc_staff": set(),  # may see results, not the papers behind them
        "body_member": set(),
        "security_officer": set(),
        "outsider": set(),
    }
    assert {name: set(Agreement.objects.visible_to(user)) for name, user in people.items()} == expected


def test_the_standing_of_an_agreement(agency):
    day = dt.date(2026, 6, 15)
    made = {
        "in_force": with_agency(agency),
        "ending_soon": with_agency(agency, ends_on=day + 30 * ONE),
        "expired": with_agency(agency, ends_on=day - ONE),
        "ended": with_agency(agency, terminated_on=day),
        "waiting": with_agency(agency, effective_on=day + ONE),
    }
    rows = Agreement.objects.with_standing(day, soon_days=30)
    assert {row.standing: row for row in rows} == made
    assert set(Agreement.objects.in_force(day)) == {made["in_force"], made["ending_soon"]}
