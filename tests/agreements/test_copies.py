"""Who gets the sealed copy: each signer and whoever may see the packet, signed in; nobody else."""

from __future__ import annotations

import pytest
from django.urls import reverse

from agreements.models import Packet
from agreements.operations import copies
from hmislead.audit.models import FileAccess
from tests import factories
from tests.agreements.test_packets import both_sides, member_person, sent, sign

pytestmark = pytest.mark.django_db


@pytest.fixture
def sides(tenant, agency):
    return both_sides(tenant, agency)


@pytest.fixture
def complete(people, agency, sides):
    """A packet that all have signed, and that waits for its copy."""
    packet = sent(people["staff"], agency)
    sign(packet, sides["director"])
    sign(packet, sides["manager"])
    packet.refresh_from_db()
    return packet


@pytest.fixture
def sealed(complete):
    copies.seal_packet(complete.pk)
    complete.refresh_from_db()
    return complete


def url(packet, slug="north"):
    return reverse("agreements:packet-copy", kwargs={"slug": slug, "pk": packet.pk})


@pytest.mark.parametrize("who", ["director", "manager"])
def test_each_signer_downloads_the_copy_and_the_look_is_logged(client, sealed, sides, who):
    client.force_login(sides[who].user)
    answer = client.get(url(sealed))
    assert answer.status_code == 200
    assert b"".join(answer.streaming_content).startswith(b"%PDF")
    assert answer["Content-Disposition"].startswith("attachment")
    assert answer["Cache-Control"] == "private, no-store"
    look = FileAccess.objects.get()
    assert (look.file_id, look.user_id, look.how) == (sealed.agreement.file_id, sides[who].user_id, "page")


def test_a_signer_who_may_open_no_files_still_gets_the_copy(client, sealed, sides):
    """The file alone is closed to a director without a role; as a signer they have their copy."""
    client.force_login(sides["director"].user)
    file = reverse("files:file-download", kwargs={"slug": "north", "pk": sealed.agreement.file_id})
    assert client.get(file).status_code == 404
    assert client.get(url(sealed)).status_code == 200


def test_the_pages_of_a_signer_link_to_it(client, sealed, sides):
    client.force_login(sides["director"].user)
    signer = sealed.signers.get(signed_by=sides["director"])
    for name, pk in (("agreements:sign", signer.pk), ("agreements:packet-detail", sealed.pk)):
        page = client.get(reverse(name, kwargs={"slug": "north", "pk": pk})).content.decode()
        assert f'href="{url(sealed)}"' in page


def test_whoever_signed_something_else_finds_nothing(client, tenant, sealed):
    client.force_login(member_person(tenant, "stranger").user)
    assert client.get(url(sealed)).status_code == 404
    assert FileAccess.objects.count() == 0


def test_another_tenant_finds_nothing(client, sealed, sides, other_implementation):
    for user, slug in ((factories.member(other_implementation, "far"), "north"), (sides["director"].user, "south")):
        client.force_login(user)
        assert client.get(url(sealed, slug)).status_code == 404
    assert FileAccess.objects.count() == 0


def test_before_the_seal_it_says_that_there_is_none_yet(client, complete, sides):
    client.force_login(sides["director"].user)
    answer = client.get(url(complete))
    assert answer.status_code == 409
    assert "There is no sealed copy yet" in answer.content.decode()
    assert Packet.objects.get(pk=complete.pk).sealed_at is None
