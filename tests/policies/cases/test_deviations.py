"""Deviation reports: from anybody, without client data, followed by their sender, handled by staff."""

from __future__ import annotations

import pytest
from django.core.exceptions import PermissionDenied, ValidationError
from django.db import connection
from django.urls import reverse

from hmislead.compliance.models import Status
from hmislead.errors import DomainError, WrongState
from hmislead.notices.models import Notice
from hmislead.tenancy.operations import change_setting
from policies.cases import clocks
from policies.cases.models import CaseNote, Deviation
from policies.cases.operations import deviations
from tests import factories

pytestmark = pytest.mark.django_db
URL = "/p/north/report/"
SECRET = "Client John was shown to others."


def status():
    return Status.objects.get(requirement="deviations-reviewed").state


def test_a_report_gets_a_number_of_its_year_and_a_day(people, report):
    assert report.number == f"DV-{factories.TODAY.year}-001"
    assert report.review_by == clocks.after(factories.TODAY, 5)
    assert report.reporter == people["end_user"]
    assert Notice.objects.filter(user=people["staff"], type="case_received", due_on=report.review_by).count() == 1
    assert status() in {"met", "due_soon"}


def test_client_data_is_refused_and_kept_nowhere(people):
    with pytest.raises(ValidationError):
        deviations.report_deviation(what=SECRET, by=people["end_user"])
    assert not Deviation.objects.exists()
    with connection.cursor() as cursor:
        cursor.execute("SELECT count(*) FROM policies_deviationevent")
        assert cursor.fetchone() == (0,)


def test_an_anonymous_report_names_nobody_in_the_history_either(client, people, tenant):
    client.force_login(people["end_user"])
    answer = client.post(
        reverse("cases:deviation-new", kwargs={"slug": "north"}), {"what": "A screen was open.", "anonymous": "on"}
    )
    assert answer.status_code == 302
    made = Deviation.objects.get()
    assert made.reporter is None
    with connection.cursor() as cursor:
        cursor.execute("SELECT pgh_context::text FROM policies_deviationevent")
        assert all(str(people["end_user"].pk) not in (row[0] or "") for row in cursor.fetchall())
    assert not Deviation.objects.visible_to(people["end_user"]).exists()


def test_a_named_report_says_who_in_the_history(client, people, tenant):
    client.force_login(people["end_user"])
    client.post(reverse("cases:deviation-new", kwargs={"slug": "north"}), {"what": "A screen was open."})
    with connection.cursor() as cursor:
        cursor.execute("SELECT pgh_context::text FROM policies_deviationevent")
        assert str(people["end_user"].pk) in cursor.fetchone()[0]


def test_it_is_reviewed_acted_upon_and_closed_with_notes(people, report, classes):
    staff = people["staff"]
    deviations.review_deviation(deviation_id=report.pk, text="It was so.", violation_class=classes["major"], by=staff)
    deviations.act_on_deviation(deviation_id=report.pk, text="We spoke with them.", by=staff)
    closed = deviations.close_deviation(deviation_id=report.pk, text="Done.", answer="We trained them.", by=staff)
    assert (closed.state, closed.closed_on, closed.answer) == ("closed", factories.TODAY, "We trained them.")
    assert list(report.notes.values_list("state", "text")) == [
        ("reviewed", "It was so."), ("action", "We spoke with them."), ("closed", "Done."),
    ]  # fmt: skip
    assert Notice.objects.filter(user=people["end_user"], type="case_answered").count() == 1
    with pytest.raises(WrongState):
        deviations.close_deviation(deviation_id=report.pk, text="Again.", by=staff)


def test_a_note_holds_no_client_data_and_is_not_empty(people, report):
    with pytest.raises(ValidationError):
        deviations.review_deviation(deviation_id=report.pk, text=SECRET, by=people["staff"])
    with pytest.raises(DomainError, match="few words"):
        deviations.review_deviation(deviation_id=report.pk, text=" ", by=people["staff"])
    assert not CaseNote.objects.exists()


def test_only_handlers_review(people, report):
    with pytest.raises(PermissionDenied):
        deviations.review_deviation(deviation_id=report.pk, text="Mine.", by=people["end_user"])
    with pytest.raises(Deviation.DoesNotExist):
        deviations.review_deviation(deviation_id=report.pk, text="Theirs.", by=people["cho_lead"])


def test_a_late_review_turns_the_requirement_and_a_review_turns_it_back(people, report):
    Deviation.objects.update(review_by=factories.TODAY - factories.dt.timedelta(days=1))
    second = deviations.report_deviation(what="Another screen.", by=None)[0]
    assert status() == "overdue"
    deviations.review_deviation(deviation_id=report.pk, text="Nothing found.", by=people["staff"])
    assert status() in {"met", "due_soon"}
    deviations.review_deviation(deviation_id=second.pk, text="Nothing found.", by=people["staff"])
    assert status() == "met"


def test_its_sender_follows_it_and_reads_no_notes(client, people, tenant, report):
    deviations.review_deviation(deviation_id=report.pk, text="Inner thoughts.", by=people["staff"])
    client.force_login(people["end_user"])
    page = client.get(report.get_absolute_url()).content.decode()
    assert report.number in page
    assert "Inner thoughts" not in page
    assert report.number in client.get(reverse("cases:mine", kwargs={"slug": "north"})).content.decode()
    client.force_login(people["cho_lead"])
    assert client.get(report.get_absolute_url()).status_code == 404


def sent(client, **more):
    return client.post(URL, {"what": "A screen was open.", **more})


def test_anybody_reports_in_public_and_follows_it_by_number_and_code(client, tenant, agency, people):
    assert "Do not write who a client is" in client.get(URL).content.decode()
    page = sent(client, organization=agency.pk)
    made = Deviation.objects.get()
    assert (page.status_code, made.organization, made.reporter) == (200, agency, None)
    code = page.context["code"]
    assert code in page.content.decode()
    assert code not in made.code_hash
    follow = client.post("/p/north/follow/", {"number": made.number.lower(), "code": code.lower()})
    assert "Received" in follow.content.decode()
    assert "A screen was open" not in follow.content.decode()
    assert client.post("/p/north/follow/", {"number": made.number, "code": "AAAAAAAAAA"}).status_code == 422
    assert client.post("/p/south/follow/", {"number": made.number, "code": code}).status_code == 404


def test_the_public_form_refuses_client_data_and_shows_what_was_typed(client, tenant):
    page = sent(client, what=SECRET)
    assert page.status_code == 422
    assert "a name after the word client" in page.content.decode()
    assert "Client John" in page.content.decode(), "nothing typed is lost"
    assert not Deviation.objects.exists()
    spanish = client.post(f"{URL}?lang=es", {"what": SECRET})
    assert "No se guardó nada" in spanish.content.decode()


def test_the_public_form_offers_only_what_the_public_page_names(client, tenant, neighbour, other_implementation):
    assert sent(client, organization=neighbour.pk).status_code == 422, "it takes part in no CoC"
    assert not Deviation.objects.exists()


def test_one_address_sends_so_many_an_hour_by_setting(client, tenant, people):
    change_setting(key="cases.public_per_hour", value=2, by=people["administrator"])
    assert [sent(client).status_code for _ in range(3)] == [200, 200, 422]
    assert Deviation.objects.count() == 2
    assert "Try again in an hour" in sent(client).content.decode()


def test_somebody_signed_in_stays_unnamed_on_the_public_form(client, tenant, people):
    client.force_login(people["end_user"])
    sent(client)
    with connection.cursor() as cursor:
        cursor.execute("SELECT pgh_context::text FROM policies_deviationevent")
        assert str(people["end_user"].pk) not in (cursor.fetchone()[0] or "")
