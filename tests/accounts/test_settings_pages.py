"""Settings: values with effective dates, the implementation's own facts, and its life."""

import datetime as dt
import io

import pytest
import time_machine
from django.core.exceptions import PermissionDenied
from django.test import Client
from PIL import Image

from hmislead.access.models import RoleGrant
from hmislead.access.scopes import ROBOT
from hmislead.errors import DomainError, RefusedFile, WrongState
from hmislead.tenancy import operations, settings
from hmislead.tenancy.context import use
from hmislead.tenancy.models import Implementation, SettingValue
from tests.accounts.conftest import make_administrator

URL = "/i/north/settings/values/session.idle_minutes/"


def picture(kind="PNG", size=(40, 20), **options):
    out = io.BytesIO()
    Image.new("RGB", size, "navy").save(out, kind, **options)
    return out.getvalue()


def test_a_value_holds_from_its_day(implementation, administrator, signed_in):
    browser = signed_in(administrator)
    with use(implementation):
        today = settings.today()
    later = today + dt.timedelta(days=10)
    answer = browser.post(URL, {"value": "15", "effective_from": later.isoformat(), "note": "Board of May"})
    assert answer.status_code == 302
    with use(implementation):
        assert settings.value("session.idle_minutes") == 30
        assert settings.value("session.idle_minutes", on=later) == 15
        assert settings.value("session.idle_minutes", on=later - dt.timedelta(days=1)) == 30
        row = SettingValue.objects.get(key="session.idle_minutes")
    assert (row.changed_by, row.note) == (administrator, "Board of May")
    page = browser.get(URL).content.decode()
    assert "(coming)" in page
    assert "Board of May" in page
    assert "15 minutes from" in browser.get("/i/north/settings/").content.decode()
    assert browser.post(f"/i/north/settings/withdraw/{row.pk}/").status_code == 302
    with use(implementation):
        assert settings.value("session.idle_minutes", on=later) == 30


def test_today_is_the_day_of_the_implementations_zone(implementation, administrator):
    """23:30 on the 14th in Honolulu is the 15th in UTC."""
    implementation.timezone = "Pacific/Honolulu"
    implementation.save()
    with time_machine.travel("2027-03-15T09:30:00Z"), use(implementation):
        row = operations.change_setting(key="session.idle_minutes", value=15, by=administrator)
    assert row.effective_from == dt.date(2027, 3, 14)


def test_past_days_keep_their_rule(implementation, administrator, signed_in):
    with use(implementation):
        yesterday = settings.today() - dt.timedelta(days=1)
        with pytest.raises(DomainError, match="from today"):
            operations.change_setting(key="session.idle_minutes", value=15, effective_from=yesterday, by=administrator)
    answer = signed_in(administrator).post(URL, {"value": "15", "effective_from": yesterday.isoformat()})
    assert answer.status_code == 422
    assert "A change holds from today" in answer.content.decode()


def test_in_setup_a_rule_may_be_dated_back(implementation, administrator):
    implementation.state = "setup"
    implementation.save()
    with use(implementation):
        before = settings.today() - dt.timedelta(days=400)
        operations.change_setting(key="session.idle_minutes", value=15, effective_from=before, by=administrator)
        assert settings.value("session.idle_minutes", on=before) == 15


@pytest.mark.parametrize("value", ["4", "241", "many", ""])
def test_a_value_outside_its_limits_is_refused(implementation, administrator, signed_in, value):
    with use(implementation):
        today = settings.today().isoformat()
    answer = signed_in(administrator).post(URL, {"value": value, "effective_from": today})
    assert answer.status_code == 422
    with use(implementation):
        assert not SettingValue.objects.filter(key="session.idle_minutes").exists()


@pytest.mark.parametrize("key", sorted(settings.DEFINITIONS))
def test_every_setting_has_a_page_whose_form_keeps_its_default(implementation, administrator, signed_in, key):
    """What the form shows is what it sends: saving without a change changes nothing."""
    browser = signed_in(administrator)
    url = f"/i/north/settings/values/{key}/"
    page = browser.get(url)
    assert page.status_code == 200
    form = page.context["form"]
    sent = {name: form[name].value() for name in form.fields}
    shown = form["value"].field.widget.format_value(sent["value"])
    if isinstance(sent["value"], str) or sent["value"] is None or not isinstance(shown, list):
        sent["value"] = shown or ""
    answer = browser.post(url, {name: value for name, value in sent.items() if value is not None})
    assert answer.status_code == 302, answer.context["form"].errors
    with use(implementation):
        if key != "mfa.required_roles":
            assert settings.value(key) == settings.check(settings.DEFINITIONS[key], settings.DEFINITIONS[key].default)


def test_the_roles_that_need_a_second_factor_are_chosen_from_the_roles(implementation, administrator):
    with use(implementation):
        operations.change_setting(key="mfa.required_roles", value=["cho_lead", "lead_administrator"], by=administrator)
        assert settings.value("mfa.required_roles") == ["lead_administrator", "cho_lead"]
        with pytest.raises(DomainError, match="choose one of"):
            operations.change_setting(key="mfa.required_roles", value=["king"], by=administrator)


@pytest.mark.parametrize(("name", "status"), [("auditor", 200), ("staff", 200), ("cho_lead", 403), ("end_user", 403)])
def test_who_reads_settings(people, signed_in, name, status):
    browser = signed_in(people[name])
    assert browser.get("/i/north/settings/").status_code == status
    page = browser.get(URL)
    assert page.status_code == status
    assert "Decide another value" not in page.content.decode()
    for path in ("implementation/", "state/"):
        assert browser.get(f"/i/north/settings/{path}").status_code == 403


@pytest.mark.parametrize("name", ["staff", "coc_staff", "cho_lead", "auditor", "end_user", "outsider"])
def test_only_administrators_change_anything(people, name):
    by = people[name]
    for step in (
        lambda: operations.change_setting(key="session.idle_minutes", value=10, by=by),
        lambda: operations.change_implementation(name="Mine", timezone="America/Denver", by=by),
        lambda: operations.change_logo(content=picture(), by=by),
        lambda: operations.move_implementation(to="closed", by=by),
    ):
        with pytest.raises(PermissionDenied):
            step()


def test_a_post_without_the_right_changes_nothing(people, signed_in):
    browser = signed_in(people["staff"])
    answer = browser.post(URL, {"value": "15", "effective_from": settings.today().isoformat()})
    assert answer.status_code == 200
    assert not SettingValue.objects.filter(key="session.idle_minutes").exists()


def test_settings_of_another_implementation_do_not_show(implementation, other_implementation, administrator, signed_in):
    with use(other_implementation):
        row = operations.change_setting(
            key="session.idle_minutes", value=77, note="south only", effective_from=dt.date(2099, 1, 1), by=ROBOT
        )
    browser = signed_in(administrator)
    assert "south only" not in browser.get(URL).content.decode()
    assert browser.post(f"/i/north/settings/withdraw/{row.pk}/").status_code == 404
    assert browser.get("/i/south/settings/").status_code == 404


def test_name_zone_and_logo(implementation, administrator, signed_in):
    browser = signed_in(administrator)
    upload = io.BytesIO(picture(size=(1200, 300)))
    upload.name = "logo.png"
    fields = {"name": "Harbor HMIS", "timezone": "America/Denver", "logo": upload}
    assert browser.post("/i/north/settings/implementation/", fields).status_code == 302
    implementation.refresh_from_db()
    assert (implementation.name, implementation.timezone) == ("Harbor HMIS", "America/Denver")
    answer = Client().get(implementation.logo_url)
    assert answer.headers["Content-Type"] == "image/png"
    assert Image.open(io.BytesIO(answer.content)).size == (600, 150)
    assert implementation.logo_url in browser.get("/i/north/settings/").content.decode()
    fields = {"name": "Harbor HMIS", "timezone": "America/Denver", "no_logo": "on"}
    browser.post("/i/north/settings/implementation/", fields)
    assert Client().get("/i/north/logo/").status_code == 404


def test_a_zone_further_west_takes_no_role_away_that_began_today(implementation, signed_in):
    # Half past midnight in New York is still yesterday in Denver.
    with time_machine.travel(dt.datetime(2026, 11, 23, 5, 30, tzinfo=dt.UTC)):
        browser = signed_in(make_administrator(implementation, "new@example.org"))
        fields = {"name": "Harbor HMIS", "timezone": "America/Denver"}
        assert browser.post("/i/north/settings/implementation/", fields).status_code == 302
        assert browser.get("/i/north/settings/implementation/").status_code == 200
    with use(Implementation.objects.get(pk=implementation.pk)):
        assert RoleGrant.objects.get(user__email="new@example.org").starts_on == dt.date(2026, 11, 22)


@pytest.mark.parametrize(
    "content",
    [
        b"<svg xmlns='http://www.w3.org/2000/svg'><script>alert(1)</script></svg>",
        b"\x89PNG\r\n\x1a\n" + b"broken" * 20,
        b"GIF89a" + b"\x00" * 40,
        picture("BMP"),
        picture(size=(4001, 4)),
        b"",
    ],
)
def test_what_is_no_small_picture_is_refused(tenant, content):
    if not content:
        assert operations.change_logo(content=None, by=ROBOT).logo_version == ""
        return
    with pytest.raises(RefusedFile):
        operations.change_logo(content=content, by=ROBOT)


def test_what_a_picture_hides_does_not_come_in(tenant):
    """A comment in a JPEG, or a page behind it, is not drawn and so not kept."""
    sent = picture("JPEG", comment=b"<script>alert(1)</script>") + b"<html>tail</html>"
    kept = bytes(operations.change_logo(content=sent, by=ROBOT).logo)
    assert b"script" not in kept
    assert b"html" not in kept


@pytest.mark.parametrize("start", Implementation.State.values)
@pytest.mark.parametrize("to", Implementation.State.values)
def test_every_pair_of_states(tenant, start, to):
    Implementation.objects.filter(pk=tenant.pk).update(state=start)
    if to in Implementation.NEXT[start]:
        assert operations.move_implementation(to=to, by=ROBOT).state == to
    else:
        with pytest.raises(WrongState):
            operations.move_implementation(to=to, by=ROBOT)


def test_a_state_is_changed_only_after_reading(implementation, administrator, signed_in):
    browser = signed_in(administrator)
    assert browser.post("/i/north/settings/state/", {"to": "closed"}).status_code == 422
    implementation.refresh_from_db()
    assert implementation.state == "live"
    assert browser.post("/i/north/settings/state/", {"to": "transition", "sure": "on"}).status_code == 302
    assert browser.post("/i/north/settings/state/", {"to": "setup", "sure": "on"}).status_code == 409
    implementation.refresh_from_db()
    assert implementation.state == "transition"


def test_the_api_reads_and_decides(implementation, administrator, signed_in):
    browser = signed_in(administrator)
    listed = browser.get("/api/v1/i/north/settings/").json()
    assert {row["key"] for row in listed} == set(settings.DEFINITIONS)
    made = browser.post("/api/v1/i/north/settings/session.idle_minutes/decisions/", {"value": 20}, "application/json")
    assert made.status_code == 201, made.content
    assert browser.get("/api/v1/i/north/settings/session.idle_minutes/").json()["value"] == 20
    wrong = browser.post("/api/v1/i/north/settings/session.idle_minutes/decisions/", {"value": 1}, "application/json")
    assert wrong.status_code == 409
    assert "5 to 240" in wrong.json()["detail"]
    assert browser.get("/api/v1/i/north/settings/nothing/").status_code == 404
