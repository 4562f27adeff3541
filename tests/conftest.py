"""What every room's tests start from: two implementations, one tenant entered, and one person per role."""

from __future__ import annotations

import pytest

from hmislead.access import operations as access_operations
from hmislead.access.scopes import ROBOT
from hmislead.tenancy.context import use
from tests import factories


@pytest.fixture
def implementation(db):
    """A live implementation with no rows of its own. Enter it with `use` or the `tenant` fixture."""
    return factories.ImplementationFactory(slug="north", state="live")


@pytest.fixture
def other_implementation(db):
    """Somebody else's implementation: what must never show."""
    return factories.ImplementationFactory(slug="south", state="live")


@pytest.fixture
def tenant(implementation):
    """`implementation`, entered for the whole test."""
    with use(implementation):
        yield implementation


@pytest.fixture
def coc(tenant):
    return factories.CoCFactory(number="OH-504")


@pytest.fixture
def agency(tenant, coc):
    """A CHO that takes part in `coc`."""
    organization = factories.OrganizationFactory(name="Harbor House")
    factories.OrganizationRoleFactory(organization=organization, role="cho")
    factories.ParticipationFactory(organization=organization, coc=coc)
    return organization


@pytest.fixture
def neighbour(tenant):
    """Another CHO, outside `coc`."""
    organization = factories.OrganizationFactory(name="Neighbor Services")
    factories.OrganizationRoleFactory(organization=organization, role="cho")
    return organization


@pytest.fixture
def people(tenant, agency, neighbour, coc):
    """Users by role: `administrator`, `staff`, `coc_staff`, `cho_lead` (of `agency`), `security_officer` (of `agency`),
    `neighbour_lead`, `end_user` (a license at `agency`), `auditor`, and `outsider` (no member)."""
    at = {
        "administrator": ("lead_administrator", {}),
        "staff": ("lead_staff", {}),
        "coc_staff": ("coc_staff", {"coc": coc}),
        "cho_lead": ("cho_lead", {"organization": agency}),
        "security_officer": ("cho_security_officer", {"organization": agency}),
        "neighbour_lead": ("cho_lead", {"organization": neighbour}),
        "auditor": ("auditor", {"ends_on": factories.NEXT_YEAR}),
    }
    users = {}
    for name, (role, scope) in at.items():
        users[name] = factories.member(tenant, name)
        access_operations.grant_role(user=users[name], role=role, by=ROBOT, **scope)
    users["end_user"] = factories.member(tenant, "end_user")
    person = factories.PersonFactory(user=users["end_user"], email=users["end_user"].email)
    factories.LicenseFactory(person=person, organization=agency)
    users["outsider"] = factories.UserFactory(email="outsider@example.org")
    return users
