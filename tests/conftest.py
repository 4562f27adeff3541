"""What every room's tests start from: two implementations, one tenant entered, and one person per role."""

from __future__ import annotations

from collections.abc import Mapping

import pytest
from django.db import transaction

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


class People(Mapping):
    """Users by the name of their role, each made when they are first asked for: most tests need one or two."""

    def __init__(self, tenant, places):
        self._tenant, self._places, self._made = tenant, places, {}

    def __getitem__(self, name):
        if name not in self._made:
            with use(self._tenant), transaction.atomic():
                self._made[name] = self._make(name, *self._places[name])
        return self._made[name]

    def __iter__(self):
        return iter(self._places)

    def __len__(self):
        return len(self._places)

    def _make(self, name, role, scope):
        if name == "outsider":
            return factories.UserFactory(email="outsider@example.org")
        user = factories.member(self._tenant, name)
        if name == "end_user":
            person = factories.PersonFactory(user=user, email=user.email)
            factories.LicenseFactory(person=person, **scope)
        else:
            access_operations.grant_role(user=user, role=role, by=ROBOT, **scope)
        return user


@pytest.fixture
def people(tenant, agency, neighbour, coc):
    """Users by role: `administrator`, `staff`, `coc_staff`, `cho_lead` (of `agency`), `security_officer` (of `agency`),
    `neighbour_lead`, `end_user` (a license at `agency`), `auditor`, and `outsider` (no member)."""
    places = {
        "administrator": ("lead_administrator", {}),
        "staff": ("lead_staff", {}),
        "coc_staff": ("coc_staff", {"coc": coc}),
        "cho_lead": ("cho_lead", {"organization": agency}),
        "security_officer": ("cho_security_officer", {"organization": agency}),
        "neighbour_lead": ("cho_lead", {"organization": neighbour}),
        "auditor": ("auditor", {"ends_on": factories.NEXT_YEAR}),
        "end_user": ("", {"organization": agency}),
        "outsider": ("", {}),
    }
    return People(tenant, places)


@pytest.fixture
def everybody(people):
    """All of `people`, for tests of what reaches those whom they do not name."""
    return dict(people)
