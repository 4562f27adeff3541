"""The pages and endpoints of webhooks, as people and machines use them."""

from __future__ import annotations

import pytest
from django.urls import reverse
from rest_framework.test import APIClient

from hmislead.access.scopes import ROBOT
from hmislead.accounts import tokens
from hmislead.accounts.sealing import unseal
from hmislead.tenancy import operations as tenancy
from hmislead.web.models import IdempotencyKey
from hmislead.webhooks import delivery
from hmislead.webhooks.models import Delivery, Endpoint
from tests.webhooks import factories

pytestmark = pytest.mark.django_db
FORM = {"name": "Warehouse", "url": "https://example.org/hook?code=abc", "codes": ["agreement.recorded"]}


@pytest.fixture
def administrator(client, people):
    tenancy.change_setting(key="mfa.required_roles", value=[], by=ROBOT)
    client.force_login(people["administrator"])
    return client


def url(name, **kwargs):
    return reverse(f"webhooks:{name}", kwargs={"slug": "north", **kwargs})


def test_a_secret_is_shown_once(administrator, tenant):
    made = administrator.post(url("endpoint-new"), FORM)
    endpoint = Endpoint.objects.get()
    secret = unseal(endpoint.sealed_secret)
    assert secret.startswith("whsec_")
    assert secret in made.content.decode()
    assert made["Cache-Control"] == "private, no-store"
    for name in ("endpoint-detail", "endpoint-edit", "endpoint-secret"):
        assert secret not in administrator.get(url(name, pk=endpoint.pk)).content.decode()
    again = administrator.post(url("endpoint-secret", pk=endpoint.pk))
    endpoint.refresh_from_db()
    assert unseal(endpoint.sealed_secret) in again.content.decode()
    assert secret not in again.content.decode()


@pytest.mark.parametrize(
    ("changes", "sentence"),
    [
        ({"url": "https://127.0.0.1/"}, "leads into a private network"),
        ({"url": "http://example.org/"}, "must be a full https:// address"),
        ({"codes": []}, "Choose at least one."),
        ({"codes": ["agreement.sung"]}, "agreement.sung is not one of the available choices."),
    ],
)
def test_a_form_that_cannot_be_is_refused_with_a_sentence(administrator, tenant, changes, sentence):
    answer = administrator.post(url("endpoint-new"), FORM | changes)
    assert answer.status_code == 422
    assert sentence in answer.content.decode()
    assert not Endpoint.objects.exists()


def test_a_name_is_taken_until_its_webhook_is_removed(administrator, tenant):
    endpoint = factories.endpoint(name="warehouse")
    assert administrator.post(url("endpoint-new"), FORM).status_code == 422
    asked = administrator.get(url("endpoint-remove", pk=endpoint.pk)).content.decode()
    assert "This cannot be undone" in asked
    assert administrator.post(url("endpoint-remove", pk=endpoint.pk)).status_code == 302
    assert administrator.post(url("endpoint-new"), FORM).status_code == 200


def test_the_test_button_leads_to_what_became_of_it(administrator, endpoint, receiver):
    answer = administrator.post(url("endpoint-test", pk=endpoint.pk))
    made = Delivery.objects.get()
    assert answer["Location"] == made.get_absolute_url()
    delivery.send_due_of(endpoint.implementation_id, endpoint.pk)
    shown = administrator.get(made.get_absolute_url()).content.decode()
    assert "204" in shown
    assert str(made.event_id) in shown


def test_what_failed_is_sent_again_under_the_same_id(administrator, endpoint, receiver):
    failed = factories.failed_delivery(of=endpoint)
    administrator.post(url("delivery-again", pk=failed.pk))
    delivery.send_due_of(endpoint.implementation_id, endpoint.pk)
    failed.refresh_from_db()
    assert (failed.state, failed.attempts, failed.tries.count()) == ("delivered", 1, 2)
    assert [headers["webhook-id"] for _, headers, _ in receiver.got] == [str(failed.event_id)]


def test_who_only_reads_sees_the_host_and_no_buttons(client, people, tenant):
    tenancy.change_setting(key="mfa.required_roles", value=[], by=ROBOT)
    endpoint = factories.endpoint()
    client.force_login(people["auditor"])
    shown = client.get(endpoint.get_absolute_url()).content.decode()
    assert "example.org" in shown
    assert "code=abc" not in shown
    assert url("endpoint-test", pk=endpoint.pk) not in shown
    assert "code=abc" not in client.get(url("endpoint-list")).content.decode()


@pytest.mark.parametrize("name", ["endpoint-list", "delivery-list"])
def test_lists_cost_the_same_however_long(administrator, tenant, name, django_assert_max_num_queries):
    counts = []
    for number in range(3):
        factories.failed_delivery(of=factories.endpoint(name=f"Listener {number}"))
        with django_assert_max_num_queries(40) as asked:
            assert "Listener" in administrator.get(url(name)).content.decode()
        counts.append(len(asked))
    assert counts[1] == counts[2]


@pytest.fixture
def api(people, tenant):
    secret = tokens.create(
        name="Machine", wanted=["view_settings", "manage_settings"], days=1, by=people["administrator"]
    )[1]
    client = APIClient()
    client.credentials(HTTP_AUTHORIZATION=f"Bearer {secret}")
    return client


def test_the_api_gives_a_secret_once_and_keeps_no_copy_of_it(api):
    body = {"name": "Warehouse", "url": FORM["url"], "events": ["license.active"]}
    made = api.post("/api/v1/i/north/webhooks/", body, headers={"Idempotency-Key": "once"})
    assert made.status_code == 201
    endpoint = Endpoint.objects.get()
    assert made.json()["secret"] == unseal(endpoint.sealed_secret)
    assert made["Cache-Control"] == "private, no-store"
    assert not IdempotencyKey.objects.exists()
    assert api.post("/api/v1/i/north/webhooks/", body, headers={"Idempotency-Key": "once"}).status_code == 409
    read = api.get(f"/api/v1/i/north/webhooks/{endpoint.pk}/").json()
    assert (read["host"], read["events"]) == ("example.org", ["license.active"])
    assert not {"secret", "url", "sealed_secret"} & set(read)


def test_the_api_changes_only_what_is_named(api):
    endpoint = factories.endpoint()
    address = f"/api/v1/i/north/webhooks/{endpoint.pk}/"
    assert api.patch(address, {"events": ["license.active"]}).json()["events"] == ["license.active"]
    assert api.post(f"{address}pause/").json()["state"] == "paused"
    assert api.post(f"{address}pause/").status_code == 409
    assert api.delete(address).status_code == 204
    endpoint.refresh_from_db()
    assert (endpoint.url, endpoint.state) == (FORM["url"], "removed")


def test_the_api_lists_every_event(api):
    codes = [row["code"] for row in api.get("/api/v1/i/north/webhooks/events/").json()]
    assert "agreement.recorded" in codes
    assert "webhook.test" not in codes
