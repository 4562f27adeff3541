"""Who holds which role: the pages and endpoints, and the last administrator."""

import datetime as dt
import threading

import pytest
from django.core.exceptions import PermissionDenied
from django.db import connection
from django.test import Client

from hmislead.access import operations, scopes
from hmislead.access.models import RoleGrant
from hmislead.access.scopes import ROBOT
from hmislead.accounts.models import ApiToken, Membership
from hmislead.errors import DomainError
from hmislead.tenancy.context import use
from tests import factories
from tests.accounts.conftest import make_administrator, make_member


def test_an_administrator_grants_and_ends_a_role(implementation, administrator, signed_in):
    member = make_member(implementation, "dana@example.org")
    browser = signed_in(administrator)
    page = f"/i/north/settings/people/{member.pk}/"
    assert browser.post(page, {"role": "lead_staff"}).status_code == 302
    with use(implementation):
        grant = RoleGrant.objects.get(user=member)
        assert grant.granted_by == administrator
        assert scopes.of(member).scopes("manage_directory").everything
    assert "Lead staff" in browser.get("/i/north/settings/people/").content.decode()
    assert browser.post(f"/i/north/settings/roles/{grant.pk}/end/").status_code == 302
    member.__dict__.pop("_access", None)
    with use(implementation):
        assert not scopes.of(member).has("view_directory")


@pytest.mark.parametrize(
    ("fields", "says"),
    [
        ({"role": "cho_lead"}, "Choose the agency"),
        ({"role": "coc_staff"}, "Choose the CoC"),
        ({"role": "auditor"}, "last day"),
        ({"role": "owner"}, "valid choice"),
        ({"role": ""}, "required"),
    ],
)
def test_a_role_needs_its_own_kind_of_place(implementation, administrator, signed_in, fields, says):
    member = make_member(implementation, "dana@example.org")
    answer = signed_in(administrator).post(f"/i/north/settings/people/{member.pk}/", fields)
    assert answer.status_code == 422
    assert says in answer.content.decode()


def test_a_place_of_another_implementation_cannot_be_chosen(
    implementation, other_implementation, administrator, signed_in
):
    with use(other_implementation):
        foreign = factories.OrganizationFactory(name="Foreign")
    member = make_member(implementation, "dana@example.org")
    fields = {"role": "cho_lead", "organization": str(foreign.pk)}
    answer = signed_in(administrator).post(f"/i/north/settings/people/{member.pk}/", fields)
    assert answer.status_code == 422
    assert "Foreign" not in answer.content.decode()


def test_the_last_administrator_stays(implementation, administrator, signed_in):
    browser = signed_in(administrator)
    with use(implementation):
        grant = RoleGrant.objects.get(user=administrator)
    for path in (f"roles/{grant.pk}/end/", f"people/{administrator.pk}/remove/"):
        answer = browser.post(f"/i/north/settings/{path}")
        assert answer.status_code == 409
        assert "last Lead administrator" in answer.content.decode()
    assert Membership.objects.filter(user=administrator).exists()


def test_an_administrator_who_cannot_sign_in_does_not_count(implementation, administrator):
    asleep = make_administrator(implementation, "asleep@example.org")
    asleep.is_active = False
    asleep.save()
    with use(implementation), pytest.raises(DomainError, match="last Lead administrator"):
        operations.end_membership(user_id=administrator.pk, by=administrator)


def test_taking_somebody_out_ends_roles_and_tokens_here_alone(implementation, other_implementation, administrator):
    member = make_administrator(implementation, "dana@example.org")
    with use(other_implementation):
        operations.grant_role(user=member, role="lead_staff", by=scopes.ROBOT)
    soon = dt.datetime.now(dt.UTC) + dt.timedelta(days=1)
    for n, where in enumerate((implementation, other_implementation)):
        ApiToken.objects.create(
            implementation=where, user=member, name="x", prefix="x", secret_hash=str(n), expires_at=soon
        )
    with use(implementation):
        operations.end_membership(user_id=member.pk, by=administrator)
        assert not RoleGrant.objects.filter(user=member, revoked_at=None).exists()
    assert [each.implementation for each in Membership.objects.filter(user=member)] == [other_implementation]
    assert [each.implementation for each in ApiToken.objects.filter(user=member, revoked_at=None)] == [
        other_implementation
    ]
    with use(other_implementation):
        assert RoleGrant.objects.filter(user=member, revoked_at=None).exists()


@pytest.mark.parametrize("name", ["staff", "coc_staff", "cho_lead", "security_officer", "auditor", "end_user"])
def test_nobody_else_gets_in(people, signed_in, name):
    browser = signed_in(people[name])
    for path in ("invitations/", "invitations/new/", "sign-in/"):
        assert browser.get(f"/i/north/settings/{path}").status_code == 403, path
    reads = name in {"staff", "auditor"}
    for path in ("people/", f"people/{people['administrator'].pk}/"):
        assert browser.get(f"/i/north/settings/{path}").status_code == (200 if reads else 403), path
    forged = {"role": "lead_administrator"}
    assert browser.post(f"/i/north/settings/people/{people[name].pk}/", forged).status_code == 403
    with pytest.raises(PermissionDenied):
        operations.grant_role(user=people[name], role="lead_administrator", by=people[name])
    with pytest.raises(PermissionDenied):
        operations.end_membership(user_id=people["administrator"].pk, by=people[name])


def test_an_auditor_reads_roles_and_is_shown_no_button(people, signed_in):
    page = signed_in(people["auditor"]).get(f"/i/north/settings/people/{people['staff'].pk}/").content.decode()
    assert "Lead staff" in page
    assert "End now" not in page
    assert "Grant role" not in page
    assert "Take out" not in page


def test_an_auditor_of_one_coc_finds_no_other_member(people, signed_in, tenant, coc):
    user = factories.member(tenant, "coc_auditor")
    operations.grant_role(user=user, role="auditor", coc=coc, ends_on=factories.NEXT_YEAR, by=ROBOT)
    browser = signed_in(user)
    assert people["staff"].email not in browser.get("/i/north/settings/people/").content.decode()
    assert browser.get(f"/i/north/settings/people/{people['staff'].pk}/").status_code == 404


def test_an_outsider_finds_nothing(people, signed_in):
    browser = signed_in(people["outsider"])
    for path in ("people/", "invitations/", "sign-in/", ""):
        assert browser.get(f"/i/north/settings/{path}").status_code == 404


def test_nobody_signed_in_is_sent_to_sign_in(implementation):
    answer = Client().get("/i/north/settings/people/")
    assert answer.headers["Location"] == "/accounts/login/?next=/i/north/settings/people/"


def test_the_api_grants_ends_and_invites(implementation, administrator, signed_in):
    member = make_member(implementation, "dana@example.org")
    browser = signed_in(administrator)
    made = browser.post(
        "/api/v1/i/north/role-grants/", {"user": str(member.pk), "role": "lead_staff"}, "application/json"
    )
    assert made.status_code == 201, made.content
    listed = browser.get("/api/v1/i/north/role-grants/?role=lead_staff").json()["results"]
    assert [row["user"] for row in listed] == [str(member.pk)]
    assert browser.post(f"/api/v1/i/north/role-grants/{made.json()['id']}/end/").json()["revoked_at"]
    wrong = browser.post(
        "/api/v1/i/north/role-grants/", {"user": str(member.pk), "role": "cho_lead"}, "application/json"
    )
    assert wrong.status_code == 409
    invited = browser.post("/api/v1/i/north/invitations/", {"email": "x@example.org", "name": "X"}, "application/json")
    assert invited.status_code == 201, invited.content
    assert set(invited.json()) >= {"email", "state"}
    assert "secret" not in invited.content.decode()
    assert browser.post(f"/api/v1/i/north/invitations/{invited.json()['id']}/withdraw/").json()["state"] == "withdrawn"


def test_the_api_knows_nobody_outside(implementation, other_implementation, administrator, signed_in):
    stranger = make_member(other_implementation, "stranger@example.org")
    answer = signed_in(administrator).post(
        "/api/v1/i/north/role-grants/", {"user": str(stranger.pk), "role": "lead_staff"}, "application/json"
    )
    assert answer.status_code == 400
    assert not Membership.objects.filter(user=stranger, implementation=implementation).exists()


def test_lists_cost_the_same_queries_with_one_row_and_with_three(
    implementation, administrator, signed_in, django_assert_num_queries
):
    from django.test.utils import CaptureQueriesContext

    browser = signed_in(administrator)
    browser.get("/i/north/settings/people/")
    with CaptureQueriesContext(connection) as one:
        browser.get("/i/north/settings/people/")
    for n in range(3):
        make_administrator(implementation, f"more{n}@example.org")
    with django_assert_num_queries(len(one)):
        browser.get("/i/north/settings/people/")


@pytest.mark.django_db(transaction=True)
def test_two_administrators_who_end_each_others_role_at_once(implementation):
    """One of them succeeds; the other is told that nobody would be left."""
    users = [make_administrator(implementation, f"{name}@example.org") for name in ("one", "two")]
    start, outcomes = threading.Barrier(2), []

    def end_the_other(by, other):
        try:
            with use(implementation):
                grant = RoleGrant.objects.get(user=other)
                start.wait(timeout=10)
                operations.revoke_role(grant_id=grant.pk, by=by)
            outcomes.append("ended")
        except (DomainError, PermissionDenied):
            outcomes.append("refused")
        finally:
            connection.close()

    threads = [threading.Thread(target=end_the_other, args=pair) for pair in (users, users[::-1])]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join(timeout=20)
    assert sorted(outcomes) == ["ended", "refused"]
    with use(implementation):
        assert RoleGrant.objects.filter(role="lead_administrator", revoked_at=None).count() == 1


def test_an_administrator_whose_role_ends_does_not_count(implementation, administrator):
    other = make_member(implementation, "other@example.org")
    with use(implementation):
        operations.grant_role(user=other, role="lead_administrator", ends_on=factories.NEXT_YEAR, by=scopes.ROBOT)
        with pytest.raises(DomainError, match="last Lead administrator"):
            operations.end_membership(user_id=administrator.pk, by=administrator)
