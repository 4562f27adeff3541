"""A digital signature over a PDF: PAdES, certified, no changes allowed afterwards.

The field is added with pikepdf first: pyHanko's own would have no words for a screen reader and no place in the structure
of a tagged document.
"""

from __future__ import annotations

from io import BytesIO

import pikepdf
from pikepdf import Array, Dictionary, Name, String
from pyhanko.pdf_utils.incremental_writer import IncrementalPdfFileWriter
from pyhanko.sign import fields, signers

FIELD = "Seal"
PRINT_AND_LOCKED = 132  # flags of an annotation (ISO 32000-1, 12.5.3): Print, Locked


def seal(content: bytes, *, signer: signers.SimpleSigner, reason: str) -> bytes:
    """`content`, a tagged PDF, certified by `signer` (ISO 32000-2, 12.8.4; PAdES, ETSI EN 319 142-1).

    The signature is invisible: the certificate page tells about it in words. `reason` is what a reader's panel shows.
    """
    meta = signers.PdfSignatureMetadata(
        field_name=FIELD,
        md_algorithm="sha256",
        subfilter=fields.SigSeedSubFilter.PADES,
        certify=True,
        docmdp_permissions=fields.MDPPerm.NO_CHANGES,
        reason=reason,
    )
    out = BytesIO()
    writer = IncrementalPdfFileWriter(BytesIO(with_field(content, words=reason)))
    signers.PdfSigner(meta, signer=signer).sign_pdf(writer, output=out)
    return out.getvalue()


def with_field(content: bytes, *, words: str) -> bytes:
    """`content` with an empty signature field that a screen reader can name and the structure tree knows."""
    with pikepdf.open(BytesIO(content)) as pdf:
        page = pdf.pages[-1]
        field = pdf.make_indirect(
            Dictionary(
                Type=Name.Annot,
                Subtype=Name.Widget,
                FT=Name.Sig,
                T=String(FIELD),
                TU=String(words),
                Rect=Array([0, 0, 0, 0]),
                F=PRINT_AND_LOCKED,
                P=page.obj,
            )
        )
        _put_in_structure(pdf, page, field)
        page.obj.Annots = Array([*page.obj.get("/Annots", Array([])), field])
        page.obj.Tabs = Name.S
        pdf.Root.AcroForm = pdf.make_indirect(Dictionary(Fields=Array([field]), SigFlags=3))
        out = BytesIO()
        pdf.save(out, deterministic_id=True)
    return out.getvalue()


def _put_in_structure(pdf: pikepdf.Pdf, page: pikepdf.Page, field: pikepdf.Object) -> None:
    """A Form element that holds the field, at the end of the document (ISO 14289-1, 7.18.4)."""
    tree = pdf.Root.StructTreeRoot
    key = int(tree.get("/ParentTreeNextKey", 0))
    top = tree.K if not isinstance(tree.K, Array) else tree.K[0]
    form = pdf.make_indirect(Dictionary(Type=Name.StructElem, S=Name.Form, P=top, Pg=page.obj))
    form.K = Dictionary(Type=Name.OBJR, Obj=field, Pg=page.obj)
    kids = top.get("/K", Array([]))
    top.K = Array([*kids, form]) if isinstance(kids, Array) else Array([kids, form])
    field.StructParent = key
    tree.ParentTree.Nums = Array([*tree.ParentTree.Nums, key, form])
    tree.ParentTreeNextKey = key + 1
