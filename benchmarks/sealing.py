"""How many packets of a campaign are queued in a second, and what a sealed copy costs beside bare WeasyPrint and pyHanko.

    bin/manage shell -c "import benchmarks.sealing; benchmarks.sealing.main()"
    bin/manage shell -c "import benchmarks.sealing; benchmarks.sealing.main('--packets', '500', '--seals', '50')"

Everything happens in one transaction that is rolled back: no mail leaves. Names and numbers are invented. What a worker
does besides, one commit for each batch, is little against the statements of a batch. One person in `--with-sign-in` has a
sign-in and is told by a notice and a mail; the others get a personal link.
"""

from __future__ import annotations

import argparse
import datetime as dt
import statistics
import time
from io import BytesIO
from typing import Any
from unittest import mock

import pghistory
from django.conf import settings as django_settings
from django.db import connection
from django.urls import reverse
from pyhanko.pdf_utils.incremental_writer import IncrementalPdfFileWriter
from pyhanko.sign import fields, signers
from weasyprint import CSS, HTML
from weasyprint.text.fonts import FontConfiguration

from agreements.audiences import Audience
from agreements.models import Candidate, Packet
from agreements.operations import campaigns, copies, signing
from hmislead.access.scopes import ROBOT
from hmislead.accounts.models import Membership, User
from hmislead.directory.models import License, Organization, OrganizationRole, Person, Signatory
from hmislead.documents import drawing, pdf
from hmislead.documents.merge_fields import FIELD
from hmislead.documents.models import Block, Document, DocumentVersion
from hmislead.documents.starting import starting
from hmislead.seals import operations as seals
from hmislead.tenancy import context, settings
from hmislead.tenancy.context import use
from hmislead.tenancy.models import Implementation

PEOPLE_PER_AGENCY = 10
LONG_AGO = dt.date(2025, 1, 1)


class RolledBackError(Exception):
    """Ends the transaction of the benchmark."""


def main(*arguments: str) -> None:
    """Prints packets queued per second, sealed copies per second, medians in seconds and their ratio."""
    parser = argparse.ArgumentParser()
    parser.add_argument("--packets", type=int, default=5_000)
    parser.add_argument("--seals", type=int, default=500)
    parser.add_argument("--with-sign-in", type=int, default=0, help="one person in so many; 0: nobody")
    chosen = parser.parse_args(arguments)
    reverse("verify:verify")  # the addresses of all pages are read now, not in the first packet
    implementation = Implementation.objects.create(slug=f"bench-{time.time_ns()}", name="Benchmark", state="live")
    try:
        with pghistory.context(source="job"), use(implementation):
            campaign = _campaign(chosen.packets, chosen.with_sign_in)
            _queue(campaign)
            _seal(list(campaign.packets.order_by("pk")[: chosen.seals]))
            raise RolledBackError
    except RolledBackError:
        User.objects.filter(email__endswith=f"@{implementation.slug}.example.org").delete()
        implementation.delete()


def _queue(campaign: campaigns.Campaign) -> None:
    connection.cursor().execute("ANALYZE")
    batches, more, own = [], True, time.process_time()
    while more:
        began = time.perf_counter()
        more = campaigns.send_step(campaign.pk)
        batches.append(time.perf_counter() - began)
    own = time.process_time() - own
    campaign.refresh_from_db()
    sent, seconds = campaign.packets.filter(state="sent").count(), sum(batches)
    print(
        f"{sent:,} packets queued in {seconds:.1f} s: {sent / seconds:.0f} a second, {len(campaign.problems)} problems"
    )
    print(f"a batch of {campaigns.BATCH}: median {statistics.median(batches):.2f} s, slowest {max(batches):.2f} s")
    print(f"own work of the process {own:.1f} s: {sent / own:.0f} a second")


def _seal(packets: list[Packet]) -> None:
    """Each packet is signed, then sealed as a worker does it, then drawn and signed once more with the bare tools."""
    taken: dict[str, list[float]] = {"ours": [], "bare": []}
    for packet in packets:
        _sign(packet)
        pages: list[str] = []
        with mock.patch.object(
            pdf, "printable", side_effect=lambda html, keep=pages, real=pdf.printable: _kept(keep, real(html))
        ):
            began = time.perf_counter()
            copies.seal_packet(packet.pk)
            taken["ours"].append(time.perf_counter() - began)
        began = time.perf_counter()
        _bare(pages[0])
        taken["bare"].append(time.perf_counter() - began)
    if not packets:
        return
    ours, bare = (statistics.median(taken[name]) for name in ("ours", "bare"))
    total = sum(taken["ours"])
    print(f"{len(packets):,} copies sealed in {total:.1f} s: {len(packets) / total:.1f} a second")
    print(f"sealed copy, signed packet to stored file      {ours:.3f} s")
    print(f"WeasyPrint and pyHanko alone, fonts and key kept {bare:.3f} s")
    print(f"ratio                                          {ours / bare:.2f}")


def _kept(keep: list[str], html: str) -> str:
    keep.append(html)
    return html


def _sign(packet: Packet) -> None:
    for candidate in Candidate.objects.filter(signer__packet=packet).select_related("signer__packet", "person"):
        evidence = signing.Evidence("link", "192.0.2.1", "Benchmark")
        signing.sign(
            candidate=candidate,
            name=str(candidate),
            sha256=packet.sha256,
            consent=True,
            evidence=evidence,
            initials={block["key"]: "AQ" for block in packet.blocks},
        )


def _bare(html: str) -> bytes:
    """The same page with nothing of ours but its style sheet and the key."""
    fonts, style = _prepared()
    drawn = HTML(string=html, url_fetcher=drawing.NothingOutside()).write_pdf(
        font_config=fonts, stylesheets=[style], pdf_variant="pdf/ua-1"
    )
    meta = signers.PdfSignatureMetadata(
        field_name="Seal",
        subfilter=fields.SigSeedSubFilter.PADES,
        certify=True,
        docmdp_permissions=fields.MDPPerm.NO_CHANGES,
    )
    out = BytesIO()
    signer = seals._signer(seals.current_key().sealed_key)
    signers.PdfSigner(meta, signer=signer).sign_pdf(IncrementalPdfFileWriter(BytesIO(drawn)), output=out)
    return out.getvalue()


_KEPT: list[Any] = []


def _prepared() -> tuple[FontConfiguration, CSS]:
    if not _KEPT:
        fonts = FontConfiguration()
        sheet = (django_settings.BASE_DIR / drawing.STYLE).read_text(encoding="utf-8")
        _KEPT.extend((fonts, CSS(string=sheet, font_config=fonts, url_fetcher=drawing.NothingOutside())))
    return _KEPT[0], _KEPT[1]


def _campaign(count: int, with_sign_in: int) -> campaigns.Campaign:
    """People with a license each, the shipped end-user agreement in effect, and a campaign that is being sent."""
    lead = Organization.objects.create(name="Lead")
    OrganizationRole.objects.create(organization=lead, role="hmis_lead", starts_on=LONG_AGO)
    agencies = Organization.objects.bulk_create(
        Organization(name=f"Agency {number}") for number in range(count // PEOPLE_PER_AGENCY + 1)
    )
    people = Person.objects.bulk_create(
        Person(first_name="Ada", last_name=f"Quill {number}", email=f"ada{number}@example.org")
        for number in range(count)
    )
    if with_sign_in:
        _give_sign_ins(people[::with_sign_in])
    License.objects.bulk_create(
        License(person=person, organization=agencies[number // PEOPLE_PER_AGENCY], requested_on=LONG_AGO)
        for number, person in enumerate(people)
    )
    Signatory.objects.create(person=people[0], organization=lead, title="Director", basis="By-laws", starts_on=LONG_AGO)
    campaign = campaigns.create_campaign(
        name="All end users",
        version_id=_template().pk,
        audience=Audience(),
        deadline_on=settings.today() + dt.timedelta(days=30),
        by=ROBOT,
    )
    campaign.become("sending", total=count)
    return campaign


def _give_sign_ins(people: list[Person]) -> None:
    here = context.current()
    for number, person in enumerate(people):
        person.user = User(email=f"u{number}@{here.slug}.example.org")
    User.objects.bulk_create([person.user for person in people])
    Membership.objects.bulk_create(Membership(user=person.user, implementation=here) for person in people)
    Person.objects.bulk_update(people, ["user"], batch_size=1_000)


def _template() -> DocumentVersion:
    shipped = starting("end_user")
    document = Document.objects.create(type="end_user", title=shipped.title, number="D-1")
    version = DocumentVersion.objects.create(document=document, number=1, state="effective", effective_on=LONG_AGO)
    Block.objects.bulk_create(
        Block(version=version, key=each.key, position=place, heading=_filled(each.heading), body=_filled(each.body))
        for place, each in enumerate(shipped.blocks, 1)
    )
    return version


def _filled(text: str) -> str:
    """The text with the merge fields alone that a packet knows without the settings of a real HMIS Lead."""
    known = {"person.name", "agency.name", "implementation.name", "date.today", "date.effective"}
    return FIELD.sub(lambda found: found[0] if found[1] in known else "it", text)
