"""The public page: for anybody, without personal data, while the implementation is live and the page is on."""

from __future__ import annotations

import pytest
from django.db import connection
from django.test.utils import CaptureQueriesContext
from django.urls import reverse

from hmislead.compliance.registry import Evaluation
from hmislead.documents import field_values, publishing
from hmislead.documents.field_values import general_values
from hmislead.tenancy import settings
from hmislead.tenancy.context import use
from hmislead.tenancy.operations import change_setting
from policies import requirements
from tests import factories
from tests.documents.factories import version as make_version
from tests.policies.conftest import publish

pytestmark = pytest.mark.django_db
URL = "/p/north/"


def test_anybody_reads_what_is_in_effect_in_their_language(client, policy_version, agency):
    page = client.get(URL).content.decode()
    assert "Policies" in page
    assert "Harbor House" in page
    assert "end_user" not in page
    assert "in effect since 1 January 2025" in page
    spanish = client.get(f"{URL}?lang=es").content.decode()
    assert '<html lang="es">' in spanish
    assert "Agencias que participan" in spanish
    assert "1 de enero de 2025" in spanish
    copy = policy_version.copies.get(language="en")
    assert (
        "Text 1"
        in client.get(reverse("public_policies:copy", kwargs={"slug": "north", "pk": copy.pk})).content.decode()
    )


def test_private_documents_stay_out(client, policy_version, coc):
    vendor = publish(make_version("vendor", title="Secret contract", cocs=[coc]))
    copy = vendor.copies.get()
    assert "Secret" not in client.get(URL).content.decode()
    assert client.get(reverse("public_policies:copy", kwargs={"slug": "north", "pk": copy.pk})).status_code == 404
    assert client.get(reverse("public_policies:copy-pdf", kwargs={"slug": "north", "pk": copy.pk})).status_code == 404


def test_a_copy_is_read_at_its_own_implementation_alone(client, implementation, other_implementation):
    with use(implementation):
        made = publish(make_version("monitoring_plan", cocs=[factories.CoCFactory()]))
        key = made.copies.get().pk
    found = {
        slug: client.get(reverse("public_policies:copy", kwargs={"slug": slug, "pk": key})).status_code
        for slug in ("north", "south")
    }
    assert found == {"north": 200, "south": 404}


def test_the_page_is_off_by_setting_and_before_going_live(client, tenant, people, policy_version):
    change_setting(key="policies.public_page", value=False, by=people["administrator"])
    assert client.get(URL).status_code == 404
    assert requirements.posted(Evaluation(as_of=settings.today())).get().result == "not_met"
    change_setting(key="policies.public_page", value=True, by=people["administrator"])
    type(tenant).objects.filter(pk=tenant.pk).update(state="setup")
    assert client.get(URL).status_code == 404


def test_more_documents_and_agencies_cost_no_more_queries(client, policy_version, coc):
    def queries():
        with CaptureQueriesContext(
            connection,
        ) as caught:
            assert client.get(URL).status_code == 200
        return len(caught)

    before = queries()
    for number in range(3):
        publish(make_version("monitoring_plan", title=f"Plan {number}", cocs=[coc]), "en", "es")
        organization = factories.OrganizationFactory()
        factories.OrganizationRoleFactory(organization=organization)
        factories.ParticipationFactory(organization=organization, coc=coc)
    assert queries() == before


def test_posting_needs_a_copy_of_every_public_document(tenant, policy_version, coc):
    def result():
        return requirements.posted(Evaluation(as_of=settings.today())).get().result

    assert result() == "met"
    plan = make_version("monitoring_plan", title="Plan", cocs=[coc])
    assert result() == "not_met"
    publish(plan)
    assert result() == "met"


def test_documents_can_name_the_address_of_this_page(tenant, settings):
    settings.PUBLIC_URL = "https://hmis.example.org"
    assert general_values()["policies.url"] == "https://hmis.example.org/p/north/"


def test_a_published_copy_names_its_cocs_and_day_and_shows_no_field(tenant, coc, people):
    change_setting(key="fields.lead_email", value="hmis@lead.example", by=people["administrator"])
    body = "{{coc.name}} from {{date.effective}}. Write to {{lead.contact_email}}, pay {{fee.schedule}}."
    made = make_version(
        "monitoring_plan", cocs=[coc, factories.CoCFactory(name="Second", number="OH-900")], texts=[("Plan", body)]
    )
    made.blocks.update(heading_es="Plan", body_es=body)
    publishing.publish_next(made.pk)
    publishing.publish_next(made.pk)
    english, spanish = (made.copies.get(language=code).html for code in ("en", "es"))
    assert f"{coc.name} and Second from 1 January 2025. Write to hmis@lead.example, pay [Schedule of fees]." in english
    assert f"{coc.name} y Second from 1 de enero de 2025." in spanish
    assert "[Calendario de cuotas]" in spanish
    assert field_values.lacking(made) == ["Schedule of fees"]
