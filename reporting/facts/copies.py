"""The executed copies of agreements in force: what the pack of them holds, and its index (GOV-05..07, MGT-37..42)."""

from __future__ import annotations

import datetime as dt
import re
from pathlib import PurePosixPath
from typing import Any

from django.db.models import Exists, OuterRef, Q, QuerySet
from django.utils.text import slugify

from agreements.models import Agreement, AgreementParty, Packet
from hmislead.directory.models import CoC, Participation
from hmislead.directory.querysets import running
from hmislead.errors import DomainError
from hmislead.files.models import StoredFile
from reporting.facts import shared, told
from reporting.facts.results import Day

Facts = dict[str, Any]
MOST_FILES, MOST_BYTES = 2_000, 400 * 1024 * 1024
TOO_MUCH = (
    "There are {number} executed copies, which is more than one pack holds ({most}, or 400 MB). "
    "Ask for the pack of one CoC instead."
)


def collect(coc: CoC | None, day: Day, *, by: Any) -> Facts:
    """The index of the pack. Raises DomainError for more than one pack holds."""
    agreements = list(_in_force(coc, day.on, by))
    size = sum(_file(each).size for each in agreements)
    if len(agreements) > MOST_FILES or size > MOST_BYTES:
        raise DomainError(TOO_MUCH.format(number=f"{len(agreements):,}", most=f"{MOST_FILES:,}"))
    sealed = set(
        Packet.objects.filter(agreement__in=agreements, sealed_at__isnull=False).values_list("agreement", flat=True)
    )
    rows = [_row(number, each, each.pk in sealed) for number, each in enumerate(agreements, start=1)]
    without = _in_force(coc, day.on, by, with_file=False).count()
    more = [f"{len(sealed):,} of them {'was' if len(sealed) == 1 else 'were'} signed and sealed here."]
    if without:
        more.append(f"{shared.count(without, ('agreement', 'agreements'))} in force without a copy on file.")
    facts = told.facts(
        coc=coc, day=day,
        answer=f"{shared.count(len(agreements), ('executed copy', 'executed copies'))} of agreements in force.",
        more=more,
        tables=[
            told.table(
                "Index",
                [
                    told.column("File", width="quarter"),
                    "Agreement",
                    told.column("Parties", width="quarter"),
                    told.column("Signed", told.DAY),
                    told.column("In effect from", told.DAY),
                    told.column("Last day", told.DAY),
                    "Sealed here",
                    "SHA-256",
                ],
                rows,
                lead="Each file is in the zip file of this pack under the name given here, as it is kept, byte by byte.",
                empty="No agreement in force has a copy on file.",
                wide=True,
            )
        ],
        method=(
            "The pack holds the copy on file of every agreement that is in force on the day and that whoever asked for it "
            "may read. Copies are not joined or changed: that would break their seals. Whether a sealed copy is ours and "
            "unaltered can be checked on the public page for it; a copy that was uploaded can be compared with its SHA-256.",
        ),
        words=(
            ("SHA-256", "A checksum: two files with the same one are the same, byte by byte."),
            ("Sealed here", "Signed in this system, and closed with the digital seal of this implementation."),
        ),
        standards=("GOV-05", "GOV-06", "GOV-07"),
    )  # fmt: skip
    facts["files"] = [[str(each.file_id), row[0]] for each, row in zip(agreements, rows, strict=True)]
    return facts


def _in_force(coc: CoC | None, on: dt.date, by: Any, *, with_file: bool = True) -> QuerySet[Agreement]:
    found = Agreement.objects.visible_to(by).in_force(on).filter(file__isnull=not with_file)
    if coc is not None:
        here = Participation.objects.filter(running(on), coc=coc, organization=OuterRef("organization"))
        # The HMIS Lead signs everything, for agencies of every CoC.
        agencies = ~Q(role=AgreementParty.Role.LEAD) & Exists(here)
        theirs = AgreementParty.objects.filter(Q(coc=coc) | agencies, agreement=OuterRef("pk"))
        found = found.filter(Exists(theirs))
    rows: QuerySet[Agreement] = found.for_list().order_by("type", "effective_on", "pk")
    return rows


def _file(agreement: Agreement) -> StoredFile:
    assert agreement.file is not None  # only those with a copy on file are asked for
    return agreement.file


def _row(number: int, agreement: Agreement, sealed: bool) -> list[Any]:
    parties = sorted({str(party) for party in agreement.parties.all()})
    return [
        _name(number, agreement),
        str(agreement),
        "; ".join(parties),
        agreement.signed_on,
        agreement.effective_on,
        agreement.ends_on,
        "Yes" if sealed else "No",
        " ".join(re.findall(".{16}", _file(agreement).sha256)),
    ]


def _name(number: int, agreement: Agreement) -> str:
    """The name of a copy in the pack: in the order of the index, naming whom it binds besides the HMIS Lead, and no person."""
    lead = AgreementParty.Role.LEAD
    named = [party.organization for party in agreement.parties.all() if party.role != lead and party.organization]
    organizations = sorted({organization.name for organization in named})
    about = slugify(organizations[0])[:40] if organizations else ""
    suffix = PurePosixPath(_file(agreement).name).suffix.lower() or ".pdf"
    return "-".join(part for part in (f"{number:04}", agreement.type.replace("_", "-"), about) if part) + suffix
