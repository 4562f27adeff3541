"""`use`: one tenant for one transaction, in Python and PostgreSQL alike; and the doors that roll back."""

from __future__ import annotations

import pytest
from django.core.exceptions import PermissionDenied
from django.db import connection, transaction
from django.http import Http404, HttpResponse
from django.template.response import TemplateResponse
from django.test import RequestFactory
from django.urls import get_resolver

from hmislead.access.middleware import DefaultDenyMiddleware, declared_access
from hmislead.access.pages import page, public
from hmislead.directory.models import CoC, Organization
from hmislead.errors import DomainError
from hmislead.tenancy import context
from hmislead.tenancy.context import TenantContextError, use
from hmislead.tenancy.crossing import cross_into
from hmislead.tenancy.models import Crossing
from tests import factories

pytestmark = pytest.mark.django_db


def test_without_a_tenant_there_are_no_rows_and_no_writes(implementation):
    with use(implementation):
        factories.OrganizationFactory()
    assert Organization.objects.count() == 0
    with pytest.raises(Exception, match=r"row-level security|not-null"), transaction.atomic():
        Organization.objects.create(name="Nobody's")
    with pytest.raises(TenantContextError):
        context.current()


def test_a_second_tenant_inside_the_first_is_refused(implementation, other_implementation):
    with use(implementation), pytest.raises(TenantContextError), use(other_implementation):
        pass


def test_the_same_tenant_again_is_a_savepoint(implementation):
    with use(implementation):
        with use(implementation):
            factories.OrganizationFactory()
        assert Organization.objects.count() == 1


def test_the_setting_does_not_outlive_its_block_in_an_outer_transaction(implementation):
    with use(implementation):
        pass
    with connection.cursor() as cursor:
        cursor.execute("SELECT current_setting('app.implementation', true)")
        assert cursor.fetchone()[0] in ("", None)


@pytest.mark.django_db(transaction=True)
def test_an_error_rolls_everything_back(implementation):
    def fail_half_way():
        with use(implementation):
            factories.OrganizationFactory()
            raise ZeroDivisionError

    with pytest.raises(ZeroDivisionError):
        fail_half_way()
    with use(implementation):
        assert Organization.objects.count() == 0


def test_crossing_is_logged_even_when_its_work_fails(implementation):
    with pytest.raises(ZeroDivisionError), cross_into(implementation, why="a test"):
        raise ZeroDivisionError
    assert list(Crossing.objects.values_list("implementation", "why")) == [(implementation.pk, "a test")]


def wrong_page(kind):
    """A page that writes and then answers wrongly in one of the ways pages can."""

    @page("view_directory")
    def view(request):
        CoC.objects.create(number="OH-999", name="Half-saved")
        if kind == "domain error":
            raise DomainError("No.")
        if kind == "forbidden":
            raise PermissionDenied
        if kind == "not found":
            raise Http404
        if kind == "broken template":
            return TemplateResponse(request, "no/such/template.html")
        return HttpResponse(status=int(kind))

    return view


@pytest.mark.parametrize(
    "kind", ["400", "409", "422", "500", "domain error", "forbidden", "not found", "broken template"]
)
@pytest.mark.django_db(transaction=True)
def test_a_page_that_fails_leaves_no_write(kind, implementation):
    with use(implementation):
        from hmislead.access import operations
        from hmislead.access.operations import create_permission_rows
        from hmislead.access.scopes import ROBOT

        create_permission_rows()  # a truncated database has lost them
        user = factories.UserFactory()
        operations.grant_role(user=user, role="lead_staff", by=ROBOT)
    request = RequestFactory().post("/i/north/x/")
    request.user, request.session = user, {}
    try:
        response = wrong_page(kind)(request, slug="north")
        assert response.status_code >= 400
    except Exception as error:  # noqa: BLE001 - Django's handlers turn these into answers outside the block
        assert type(error).__name__ in {"PermissionDenied", "Http404", "TemplateDoesNotExist"}  # noqa: PT017
    with use(implementation):
        assert CoC.objects.filter(number="OH-999").count() == 0


def test_a_view_that_declares_no_access_is_refused():
    def planted(request):
        return HttpResponse("secret")

    deny = DefaultDenyMiddleware(planted)
    with pytest.raises(PermissionDenied, match="does not say"):
        deny.process_view(RequestFactory().get("/"), planted, (), {})
    assert deny.process_view(RequestFactory().get("/"), public(planted), (), {}) is None


def views_by_address(patterns, route=""):
    for pattern in patterns:
        here = route + str(pattern.pattern)
        if hasattr(pattern, "url_patterns"):
            yield from views_by_address(pattern.url_patterns, here)
        else:
            yield here, pattern.callback


# Old addresses of the sign-in library that only redirect to its newer ones. Refused, and nobody needs them.
REFUSED = {f"accounts/social/{rest}/" for rest in ("login/cancelled", "login/error", "signup", "connections")}


def test_every_address_leads_to_a_view_that_declares_its_access():
    views = views_by_address(get_resolver().url_patterns)
    assert {address for address, view in views if not declared_access(view)} == REFUSED
