"""The timeline: who did what, in words, in few queries, without keys or names the reader may not see."""

import pghistory
from django.db import connection
from django.test.utils import CaptureQueriesContext

from hmislead.access.scopes import ROBOT
from hmislead.audit.timeline import timeline
from hmislead.directory.models import Contact, Person
from hmislead.directory.operations import contacts, organizations
from tests import factories


def acted(by, operation, **arguments):
    with pghistory.context(user=str(by.pk), source="page"):
        return operation(by=by, **arguments)


def told(entries):
    return [(entry.who, entry.verb, entry.changes) for entry in entries]


def test_changes_are_told_in_words(tenant, people):
    staff = people["staff"]
    agency = organizations.add_organization(name="Open Door", is_vsp=True, by=ROBOT)
    acted(staff, organizations.change_organization, organization_id=agency.pk, phone="555-0100", is_vsp=False)
    assert told(timeline([agency])) == [
        (
            staff.get_short_name(),
            "Changed organization",
            [("Victim service provider", "Yes", "No"), ("Phone", "–", "555-0100")],
        ),
        ("The system", "Added organization", [("Name", "", "Open Door"), ("Victim service provider", "", "Yes")]),
    ]


def test_rows_written_together_each_have_their_event(tenant, people):
    with pghistory.context(user=str(people["staff"].pk), source="page"):
        made = Person.objects.bulk_create(factories.PersonFactory.build_batch(3))
    written = [event for person in made for event in person.events.all()]
    assert [(event.pgh_obj_id, event.pgh_label, event.implementation_id) for event in written] == [
        (person.pk, "insert", tenant.pk) for person in made
    ]
    assert {event.pgh_context["user"] for event in written} == {str(people["staff"].pk)}
    assert len({event.pgh_context_id for event in written}) == 1


def test_what_hangs_on_it_is_told_even_when_it_is_gone(agency):
    contact = factories.ContactFactory(organization=agency)
    name = str(contact.person)
    contact.delete()
    entries = timeline([], related={Contact: {"organization_id": agency.pk}})
    assert [entry.verb for entry in entries] == ["Removed contact", "Added contact"]
    assert ("Person", "", name) in entries[1].changes
    assert ("Function", "", "Agency lead") in entries[1].changes


def test_names_out_of_sight_are_not_told(agency, neighbour, people):
    contact = factories.ContactFactory(organization=neighbour)
    entries = timeline([contact], by=people["cho_lead"])
    assert ("Person", "", "something you may not see") in entries[0].changes
    assert str(contact.person.pk) not in str(entries)


def test_few_queries_whatever_happened(agency, people):
    def count():
        with CaptureQueriesContext(
            connection,
        ) as queries:
            assert timeline([agency], related={Contact: {"organization_id": agency.pk}}, by=people["staff"])
        return len(queries)

    for function in ("agency_lead", "security_officer"):
        person = factories.PersonFactory()
        acted(
            people["staff"],
            contacts.name_contact,
            organization_id=agency.pk,
            person_id=person.pk,
            function=function,
        )
    few = count()
    for function in ("executive_director", "data_contact"):
        person = factories.PersonFactory()
        acted(
            people["administrator"],
            contacts.name_contact,
            organization_id=agency.pk,
            person_id=person.pk,
            function=function,
        )
    assert count() == few
