"""Writing documents: made from a starting text, block by block, or uploaded; attested; cited."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass, field
from io import BytesIO
from typing import Any
from uuid import UUID

import pikepdf
from django.core.exceptions import PermissionDenied
from django.db import transaction
from django.db.models import F, Max
from django.utils import timezone
from django.utils.text import slugify

from hmislead.documents import completeness, policy, types
from hmislead.documents.clause_map import clauses_of
from hmislead.documents.models import Attestation, Block, Citation, Document, DocumentVersion
from hmislead.documents.starting import NoStartingText, languages, starting
from hmislead.errors import DomainError, RefusedFile
from hmislead.files.operations import store_file
from hmislead.tenancy import settings
from hmislead.tenancy.operations import next_number

NOT_YOURS = "Only the HMIS Lead's staff may write documents."
CLOSED = "This version is not a draft any more. Begin a new version to change the text."
MAX_UPLOAD_BYTES = 50 * 1024 * 1024
COPIED = ("key", "position", "heading", "body", "heading_es", "body_es", "standards", "variant", "initials")


@dataclass(frozen=True)
class BlockData:
    """What a clause says. `standards` are ids of the catalogue or the 2004 crosswalk."""

    heading: str
    body: str = ""
    heading_es: str = ""
    body_es: str = ""
    standards: tuple[str, ...] = ()
    variant: str = ""
    initials: bool = field(default=False)


@transaction.atomic
def create_document(
    *, type: str, by: Any, title: str = "", title_es: str = "", from_starting: bool = True, file: Any = None
) -> Document:
    """Begin a document with its first draft: from our starting text, from a blank page, or from an uploaded PDF.

    Without titles it is named after its kind, and in Spanish as our starting text is.

    `type` is a key of `types.TYPES`. Raises DomainError for an unknown type, RefusedFile for a file that is no PDF.
    """
    _require_editor(by)
    if type not in types.TYPES:
        raise DomainError("Choose what kind of document it is.")
    kind = types.TYPES[type]
    document = Document.objects.create(
        type=type,
        number=f"D-{next_number('D'):03d}",
        title=title.strip() or kind.label,
        title_es=title_es.strip() or ("" if title.strip() else _spanish_title(type)),
        is_public=kind.public,
        needs_approval=type in settings.value("documents.approved_by_body"),
        owner=by if getattr(by, "pk", None) else None,
    )
    version = _version(document, 1, by, file=file)
    if file is None and from_starting:
        _write_starting(version)
    completeness.keep(version)
    return document


@transaction.atomic
def rename_document(*, document_id: UUID, title: str, by: Any, title_es: str = "") -> Document:
    """Give a document other titles. What was published or sent keeps the one it had. Raises DomainError without one."""
    _require_editor(by)
    document: Document = Document.objects.visible_to(by).select_for_update(of=("self",)).get(pk=document_id)
    if not title.strip():
        raise DomainError("Title: give the document a name.")
    document.title, document.title_es = title.strip(), title_es.strip()
    document.save(update_fields=["title", "title_es", "updated_at"])
    return document


def _spanish_title(type: str) -> str:
    return starting(type, "es").title if "es" in languages(type) else ""


@transaction.atomic
def new_version(*, document_id: UUID, by: Any, file: Any = None) -> DocumentVersion:
    """Begin the next version with the clauses of the latest one. Raises DomainError while another is in work."""
    _require_editor(by)
    document = Document.objects.visible_to(by).select_for_update(of=("self",)).get(pk=document_id)
    if document.retired_on:
        raise DomainError("This document is retired. Begin a new document instead.")
    if document.versions.filter(state__in=("draft", "in_comment", "submitted", "approved")).exists():
        raise DomainError("A version of this document is in work already. Finish it first.")
    latest = document.versions.order_by("-number").first()
    version = _version(document, latest.number + 1 if latest else 1, by, file=file)
    if file is None and latest:
        Block.objects.bulk_create(
            Block(version=version, **{name: getattr(block, name) for name in COPIED}) for block in latest.blocks.all()
        )
        Citation.objects.bulk_create(
            Citation(
                version=version, cited=each.cited, cited_number=each.cited_number, title=each.title, url=each.url,
                covers=each.covers,
            )
            for each in latest.citations.all()
        )  # fmt: skip
    completeness.keep(version)
    return version


@transaction.atomic
def add_block(*, version_id: UUID, data: BlockData, by: Any, after_id: UUID | None = None) -> Block:
    """Add a clause, at the end or after another one."""
    version = _writable(version_id, by)
    _check(version, data)
    last = version.blocks.aggregate(last=Max("position"))["last"] or 0
    position = last + 1
    if after_id is not None:
        position = version.blocks.get(pk=after_id).position + 1
        version.blocks.filter(position__gte=position).update(position=F("position") + 1)
    block = Block.objects.create(
        version=version, key=_new_key(version, data.heading), position=position, **_columns(data)
    )
    completeness.keep(version)
    return block


@transaction.atomic
def change_block(*, block_id: UUID, data: BlockData, by: Any) -> Block:
    """Change a clause. What a reviewer confirmed of it must be confirmed again when its words or Standards change."""
    block = _block(block_id, by)
    _check(block.version, data)
    columns = _columns(data)
    said = ("heading", "body", "heading_es", "body_es", "standards")
    if any(getattr(block, name) != columns[name] for name in said):
        withdraw_attestations(block.attestations.all(), because="The clause was changed.")
    for name, value in columns.items():
        setattr(block, name, value)
    block.save(update_fields=[*columns, "updated_at"])
    completeness.keep(block.version)
    return block


@transaction.atomic
def move_block(*, block_id: UUID, up: bool, by: Any) -> Block:
    """Let a clause change places with the one before (`up`) or after it; at the end of the row nothing happens."""
    block = _block(block_id, by)
    others = block.version.blocks.exclude(pk=block.pk)
    other = (
        others.filter(position__lt=block.position).order_by("-position").first()
        if up
        else others.filter(position__gt=block.position).order_by("position").first()
    )
    if other:
        block.position, other.position = other.position, block.position
        other.save(update_fields=["position", "updated_at"])
        block.save(update_fields=["position", "updated_at"])
    return block


@transaction.atomic
def remove_block(*, block_id: UUID, by: Any) -> None:
    """Take a clause out of a draft. History keeps it."""
    block = _block(block_id, by)
    block.delete()
    completeness.keep(block.version)


@transaction.atomic
def attest(
    *, version_id: UUID, standard: str, by: Any, block_id: UUID | None = None, pages: str = "", note: str = ""
) -> Attestation:
    """State, by name, that a version meets a Standard: in a clause, or on pages of an uploaded file.

    Takes the place of an earlier statement. Raises DomainError for a Standard this type does not owe, or when nothing
    is named where it is met.
    """
    version = _writable(version_id, by)
    if standard not in {clause.standard for clause in clauses_of(version.document.type)}:
        raise DomainError(f"{standard} is no clause of a {version.document.get_type_display().lower()}.")
    block = version.blocks.get(pk=block_id) if block_id else None
    is_upload = version.source == DocumentVersion.Source.UPLOAD
    if is_upload:
        _check_pages(version, pages)
    elif block is None and not version.citations.filter(covers__contains=[standard]).exists():
        raise DomainError("Say which clause meets it.")
    withdraw_attestations(version.attestations.filter(standard=standard), because="Stated anew.")
    made = Attestation.objects.create(
        version=version, block=block, standard=standard, pages=pages.strip(), note=note.strip()[:500], reviewer=by,
        attested_on=settings.today(),
    )  # fmt: skip
    completeness.keep(version)
    return made


def withdraw_attestations(attestations: Any, *, because: str) -> int:
    """Withdraw statements that stand. Returns how many."""
    standing = attestations.filter(withdrawn_at=None)
    return int(standing.update(withdrawn_at=timezone.now(), withdrawn_because=because))


@transaction.atomic
def cite(
    *,
    version_id: UUID,
    by: Any,
    cited_id: UUID | None = None,
    cited_number: int | None = None,
    title: str = "",
    url: str = "",
    covers: Iterable[str] = (),
) -> Citation:
    """Cite another document: one of ours (a version of it, or always the current one), or one kept elsewhere."""
    version = _writable(version_id, by)
    cited = Document.objects.visible_to(by).get(pk=cited_id) if cited_id else None
    if cited is None and not title.strip():
        raise DomainError("Choose one of your documents, or give the title of one kept elsewhere.")
    if cited is not None and cited.pk == version.document_id:
        raise DomainError("A document cannot cite itself.")
    made = Citation.objects.create(
        version=version,
        cited=cited,
        cited_number=cited_number,
        title=title.strip(),
        url=url.strip(),
        covers=list(covers),
    )
    completeness.keep(version)
    return made


@transaction.atomic
def uncite(*, citation_id: UUID, by: Any) -> None:
    """Take a citation out of a draft."""
    citation = Citation.objects.visible_to(by).get(pk=citation_id)
    version = _writable(citation.version_id, by)
    citation.delete()
    completeness.keep(version)


def _version(document: Document, number: int, by: Any, *, file: Any) -> DocumentVersion:
    version = DocumentVersion(document=document, number=number, created_by=by if getattr(by, "pk", None) else None)
    if file is not None:
        version.page_count = _pages(file)
        file.seek(0)
        version.file = store_file(
            file=file, permission="view_documents", by=by, allowed={"pdf"}, max_bytes=MAX_UPLOAD_BYTES
        )
        version.source = DocumentVersion.Source.UPLOAD
    version.save(force_insert=True)
    return version


def _pages(file: Any) -> int:
    """How many pages an uploaded PDF has. Raises RefusedFile for a file that only bears the name."""
    try:
        with pikepdf.open(BytesIO(file.read())) as pdf:
            return len(pdf.pages)
    except pikepdf.PasswordError:
        raise RefusedFile("This PDF is locked with a password. Save it without one, then send it again.") from None
    except pikepdf.PdfError:
        raise RefusedFile("This file cannot be read as a PDF. Open it, save it as PDF, and send that.") from None


def _check_pages(version: DocumentVersion, pages: str) -> None:
    """Pages as people write them, `4, 7-9`, each of them in the file."""
    try:
        numbers = [int(part) for piece in pages.split(",") for part in piece.split("-")]
    except ValueError:
        numbers = []
    if not numbers or min(numbers) < 1 or max(numbers) > (version.page_count or 0):
        raise DomainError(f"Say on which pages, such as 4, 7-9. The file has {version.page_count} pages.")


def _write_starting(version: DocumentVersion) -> None:
    """The clauses of our starting text, in every language we ship it in. Types without one begin blank."""
    kind = version.document.type
    try:
        english = starting(kind)
    except NoStartingText:
        return
    spanish = {block.key: block for block in starting(kind, "es").blocks} if "es" in languages(kind) else {}
    Block.objects.bulk_create(
        Block(
            version=version, key=block.key, position=position, heading=block.heading, body=block.body,
            heading_es=spanish[block.key].heading if block.key in spanish else "",
            body_es=spanish[block.key].body if block.key in spanish else "",
            standards=list(block.standards), variant=block.variant, initials=block.initials,
        )
        for position, block in enumerate(english.blocks, 1)
    )  # fmt: skip


def _columns(data: BlockData) -> dict[str, Any]:
    return {
        "heading": data.heading.strip(),
        "body": data.body.strip(),
        "heading_es": data.heading_es.strip(),
        "body_es": data.body_es.strip(),
        "standards": list(data.standards),
        "variant": data.variant,
        "initials": data.initials,
    }


def _check(version: DocumentVersion, data: BlockData) -> None:
    if not data.heading.strip():
        raise DomainError("Give the clause a heading.")
    known = {clause.standard for clause in clauses_of(version.document.type)}
    strange = [standard for standard in data.standards if standard not in known]
    if strange:
        raise DomainError(f"{strange[0]} is no clause of a {version.document.get_type_display().lower()}.")


def _new_key(version: DocumentVersion, heading: str) -> str:
    base = slugify(heading)[:50] or "clause"
    taken = set(version.blocks.values_list("key", flat=True))
    return next(key for key in (base, *(f"{base}-{n}" for n in range(2, 1000))) if key not in taken)


def _block(block_id: UUID, by: Any) -> Block:
    block = Block.objects.visible_to(by).select_related("version__document").get(pk=block_id)
    block.version = _writable(block.version_id, by)
    return block


def _writable(version_id: UUID, by: Any) -> DocumentVersion:
    """The version, locked, while it may be written. Raises DomainError from submission on."""
    _require_editor(by)
    version = (
        DocumentVersion.objects.visible_to(by)
        .select_related("document")
        .select_for_update(of=("self",))
        .get(pk=version_id)
    )
    if not version.is_writable:
        raise DomainError(CLOSED)
    found: DocumentVersion = version
    return found


def _require_editor(by: Any) -> None:
    if not policy.can_edit(by):
        raise PermissionDenied(NOT_YOURS)
