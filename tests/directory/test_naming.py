"""Whom CoC staff may choose for a seat or a power to sign, and that choosing opens nothing (decision 0006)."""

import pytest
from django.urls import reverse

from hmislead.access.scopes import ROBOT
from hmislead.directory.forms.cocs import MemberForm
from hmislead.directory.models import BodyMember, Person, Signatory
from hmislead.directory.operations import cocs, contacts
from tests import factories

pytestmark = pytest.mark.django_db


@pytest.fixture
def stands_for(agency, neighbour, coc):
    """People by what they are: the first three stand for `coc` or an agency in it, the others do not."""
    other = factories.CoCFactory(number="OH-505")
    made = {
        "contact": factories.ContactFactory(organization=agency, person=factories.PersonFactory()).person,
        "signatory": factories.PersonFactory(job_title="Executive director"),
        "member": factories.PersonFactory(),
        "user of the agency": factories.LicenseFactory(organization=agency).person,
        "contact elsewhere": factories.ContactFactory(organization=neighbour, person=factories.PersonFactory()).person,
        "member elsewhere": factories.PersonFactory(),
        "signatory elsewhere": factories.PersonFactory(),
    }
    power = {"title": "Director", "basis": "By-laws", "by": ROBOT}
    contacts.add_signatory(person_id=made["signatory"].pk, organization_id=agency.pk, **power)
    contacts.add_signatory(person_id=made["signatory elsewhere"].pk, coc_id=other.pk, **power)
    for name, where in (("member", coc), ("member elsewhere", other)):
        body = cocs.add_body(coc_id=where.pk, name="Board", by=ROBOT)
        cocs.seat_member(body_id=body.pk, person_id=made[name].pk, by=ROBOT)
    return made


def test_coc_staff_name_who_stands_for_their_share(people, stands_for):
    found = set(Person.objects.nameable_by(people["coc_staff"]).values_list("pk", flat=True))
    assert {name for name, person in stands_for.items() if person.pk in found} == {"contact", "signatory", "member"}
    assert not Person.objects.visible_to(people["coc_staff"]).exists(), "to name somebody is not to see them"


def test_the_system_names_everybody_and_an_end_user_themselves_alone(people, stands_for):
    assert Person.objects.nameable_by(ROBOT).count() == Person.objects.count()
    assert [person.user for person in Person.objects.nameable_by(people["end_user"])] == [people["end_user"]]


def test_a_choice_shows_name_and_title_and_nothing_else(people, stands_for):
    labels = {label for key, label in MemberForm(by=people["coc_staff"]).fields["person"].choices if key}
    assert f"{stands_for['signatory']}, Executive director" in labels
    assert not any("@" in label for label in labels)


def test_coc_staff_seat_and_empower_by_page(client, people, tenant, coc, stands_for):
    client.force_login(people["coc_staff"])
    body = coc.bodies.get()
    page = reverse("directory:member-add", kwargs={"slug": tenant.slug, "pk": body.pk})
    assert client.post(page, {"person": stands_for["contact"].pk, "effective_at": "2026-01-05"}).status_code == 302
    assert BodyMember.objects.filter(body=body, person=stands_for["contact"]).exists()
    answer = client.post(page, {"person": stands_for["user of the agency"].pk, "effective_at": "2026-01-05"})
    assert (answer.status_code, list(answer.context["form"].errors)) == (422, ["person"])
    page = reverse("directory:coc-signatory-add", kwargs={"slug": tenant.slug, "pk": coc.pk})
    sent = {"title": "Chair", "basis": "By-laws", "effective_at": "2026-01-05"}
    assert client.post(page, {"person": stands_for["member"].pk, **sent}).status_code == 302
    assert Signatory.objects.filter(coc=coc, person=stands_for["member"]).exists()


def test_the_operations_that_pages_and_api_share_refuse_the_others(people, coc, stands_for):
    sent = {"title": "Chair", "basis": "By-laws", "by": people["coc_staff"]}
    for name in ("user of the agency", "contact elsewhere", "member elsewhere", "signatory elsewhere"):
        with pytest.raises(Person.DoesNotExist):
            contacts.add_signatory(person_id=stands_for[name].pk, coc_id=coc.pk, **sent)
        with pytest.raises(Person.DoesNotExist):
            cocs.seat_member(body_id=coc.bodies.get().pk, person_id=stands_for[name].pk, by=people["coc_staff"])
    contacts.add_signatory(person_id=stands_for["signatory"].pk, coc_id=coc.pk, **sent)


def test_a_named_persons_page_stays_closed(client, people, tenant, stands_for):
    client.force_login(people["coc_staff"])
    for name in ("person-detail", "person-history", "person-edit"):
        page = reverse(f"directory:{name}", kwargs={"slug": tenant.slug, "pk": stands_for["signatory"].pk})
        assert client.get(page).status_code == 404, name
