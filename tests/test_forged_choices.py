"""Every field that names a row refuses rows the reader may not know of: of another implementation, and of another agency.

A new form with such a field must be added here: the first test finds it.
"""

from __future__ import annotations

import pytest
from django import forms
from django.urls import reverse

from hmislead.access.scopes import ROBOT
from hmislead.documents.models import CommentPeriod, LibraryClause
from hmislead.quizzes.models import Quiz
from hmislead.tenancy import operations as tenancy
from hmislead.tenancy.context import use
from policies.cases.models import ViolationClass
from tests import factories
from tests.documents import factories as documents
from training.models import Course

pytestmark = pytest.mark.django_db

# page: (who, kind of the page's own thing, {field: kind of the forged row}, other arguments)
PAGES = {
    "access:invitation-new": ("administrator", None, {"coc": "coc", "organization": "agency"}, {}),
    "access:member-detail": ("administrator", "user", {"coc": "coc", "organization": "agency"}, {}),
    "agreements:agreement-create": ("staff", None, {"organization": "agency"}, {"type": "participation"}),
    "approvals:comment-new": ("staff", "period", {"block": "block"}, {}),
    "documents:citation-new": ("staff", "version", {"cited": "document"}, {}),
    "documents:clause-insert": ("staff", "version", {"clause": "clause"}, {}),
    "documents:contradiction-new": ("staff", None, {"first": "document", "second": "document"}, {}),
    "documents:version-attest": ("staff", "version", {"block": "block"}, {"standard": "GOV-20"}),
    "policies:setting-new": ("staff", None, {"document": "document", "quiz": "quiz"}, {}),
    "cases:deviation-new": ("cho_lead", None, {"organization": "agency"}, {}),
    "cases:grievance-new": ("cho_lead", None, {"organization": "agency"}, {}),
    "cases:sanction-propose": (
        "staff",
        None,
        {"organization": "agency", "license": "license", "violation_class": "violation_class"},
        {},
    ),
    "cases:step-new": ("staff", None, {"violation_class": "violation_class"}, {}),
    "directory:contact-add": ("cho_lead", "agency", {"person": "person"}, {}),
    "directory:signatory-add": ("staff", "agency", {"person": "person"}, {}),
    "directory:attestation-add": ("staff", "agency", {"attested_by": "person"}, {}),
    "directory:participation-add": ("staff", "agency", {"coc": "coc"}, {}),
    "directory:organization-add": ("staff", None, {"cocs": "coc"}, {}),
    "directory:organization-merge": ("staff", "agency", {"other": "agency"}, {}),
    "directory:person-merge": ("staff", "person", {"other": "person"}, {}),
    "directory:project-add": ("staff", None, {"organization": "agency"}, {}),
    "directory:coc-signatory-add": ("coc_staff", "coc", {"person": "person"}, {}),
    "directory:member-add": ("coc_staff", "body", {"person": "person"}, {}),
    "directory:designation-add": ("coc_staff", "coc", {"organization": "agency", "body": "body"}, {}),
    "directory:license-request": ("cho_lead", None, {"organization": "agency"}, {}),
    "directory:departure-report": ("cho_lead", None, {"license": "license"}, {}),
    "directory:staff-create": ("staff", None, {"person": "person", "organization": "agency"}, {}),
    "directory:affiliation-add": ("staff", "project", {"residential_project_id": "project"}, {}),
    "training:person-record": ("staff", "person", {"courses": "course"}, {}),
    "training:completion-correct": ("staff", "completion", {"course": "course"}, {}),
    "reporting:report-new": ("staff", None, {"organization": "agency"}, {"kind": "cho"}),
    "reporting:schedule-new": ("staff", None, {"organization": "agency"}, {"kind": "cho"}),
}
# Of these the neighbour's, in the same implementation, are refused to an agency or to CoC staff as well.
NARROWED = {name: row for name, row in PAGES.items() if row[0] in {"cho_lead", "coc_staff"} and "body" not in row[2]}


def things(organization, coc):
    """One row of each kind that a field may name, of the implementation that is entered."""
    person = factories.PersonFactory()
    course = Course.objects.create(title=f"Privacy {organization}", topics=["privacy"])
    version = documents.version(state="draft")
    return {
        "agency": organization,
        "coc": coc,
        "person": person,
        "license": factories.LicenseFactory(organization=organization, person=factories.PersonFactory()),
        "body": coc.bodies.create(name="Board"),
        "course": course,
        "completion": course.completions.create(person=person, completed_on=factories.LONG_AGO),
        "document": version.document,
        "version": version,
        "block": version.blocks.get(),
        "period": CommentPeriod.objects.create(
            version=documents.version("privacy_notice", state="in_comment"),
            opens_on=factories.LONG_AGO,
            closes_on=factories.NEXT_YEAR,
            groups=["chos"],
        ),
        "clause": LibraryClause.objects.create(name=f"Kept {organization}", heading="Kept", body="Text."),
        "violation_class": ViolationClass.objects.create(name=f"Major {organization}"),
        "quiz": Quiz.objects.create(title=f"Privacy {organization}"),
        "project": factories.ProjectFactory(organization=organization, project_type=1),
    }


@pytest.fixture
def own(people, agency, coc):
    tenancy.change_setting(key="mfa.required_roles", value=[], by=ROBOT)
    return things(agency, coc) | {"user": people["end_user"]}


@pytest.fixture
def foreign(other_implementation):
    with use(other_implementation):
        return things(factories.OrganizationFactory(name="Far Shelter"), factories.CoCFactory(number="KY-500"))


def refused(client, user, slug, name, own, forged):
    """The fields, of those forged, that the page did not refuse."""
    _, about, fields, more = PAGES[name]
    kwargs = {"slug": slug} | ({"pk": own[about].pk} if about else {})
    client.force_login(user)
    sent = {**more, **{field: str(forged[kind].pk) for field, kind in fields.items()}}
    kwargs |= {part: sent.pop(part) for part in ("type", "standard") if part in sent}
    answer = client.post(reverse(name, kwargs=kwargs), sent)
    assert answer.status_code in {200, 422}, (name, answer.status_code)
    form = next(each for each in _flat(answer.context) if isinstance(each, forms.BaseForm) and each.is_bound)
    return [field for field in fields if not _invalid_choice(form, field)]


def _flat(context):
    return [value for layer in context for each in layer.dicts for value in each.values()]


def _invalid_choice(form, field):
    codes = {error.code for error in form.errors.as_data().get(field, [])}
    return bool(codes & {"invalid_choice", "invalid_pk_value"})


def _subclasses(kind):
    for each in kind.__subclasses__():
        yield each
        yield from _subclasses(each)


def test_every_form_that_names_a_row_is_on_a_page_above():
    ours = ("hmislead", "agreements", "training", "reporting", "policies")
    named = set()
    for form in _subclasses(forms.Form):
        if form.__module__.partition(".")[0] in ours and not form.__subclasses__():
            fields = getattr(form, "base_fields", {})
            named |= {name for name, field in fields.items() if isinstance(field, forms.ModelChoiceField)}
    assert named <= {field for _, _, fields, _ in PAGES.values() for field in fields}


@pytest.mark.parametrize("name", PAGES)
def test_rows_of_another_implementation_are_refused(client, foreign, people, tenant, own, name):
    assert refused(client, people[PAGES[name][0]], tenant.slug, name, own, foreign) == []


@pytest.mark.parametrize("name", NARROWED)
def test_rows_of_another_agency_are_refused_to_who_works_for_one(client, people, tenant, own, neighbour, name):
    theirs = things(neighbour, factories.CoCFactory(number="OH-505"))
    assert refused(client, people[PAGES[name][0]], tenant.slug, name, own, theirs) == []
