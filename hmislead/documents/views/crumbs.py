"""The way to a document and to one of its versions, above the forms about them."""

from __future__ import annotations

from django.urls import reverse

from hmislead.documents.models import Document, DocumentVersion
from hmislead.tenancy import context

Crumbs = list[tuple[str, str]]


def to_documents() -> Crumbs:
    return [("Documents", _address("document-list"))]


def to_graph() -> Crumbs:
    return [("How documents relate", _address("document-graph"))]


def to_document(document: Document) -> Crumbs:
    return [*to_documents(), (document.title, document.get_absolute_url())]


def to_version(version: DocumentVersion) -> Crumbs:
    return [*to_document(version.document), (f"Version {version.number}", version.get_absolute_url())]


def _address(name: str) -> str:
    return reverse(f"documents:{name}", kwargs={"slug": context.current().slug})
