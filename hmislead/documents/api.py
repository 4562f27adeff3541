"""Documents in the API: versions, their clauses, completeness, redline, citations, contradictions, the library."""

from __future__ import annotations

from dataclasses import asdict
from typing import Any

from drf_spectacular.utils import OpenApiParameter, extend_schema
from rest_framework import mixins, serializers
from rest_framework.decorators import action
from rest_framework.generics import get_object_or_404
from rest_framework.response import Response

from hmislead.access.api import TenantViewSet
from hmislead.access.permissions import MEMBER
from hmislead.documents import completeness, redline, types
from hmislead.documents.models import (
    Attestation,
    Block,
    Citation,
    Contradiction,
    Document,
    DocumentVersion,
    LibraryClause,
)
from hmislead.documents.models.document import VARIANTS
from hmislead.documents.operations import relations, versions, writing

STUDIO = "edit_documents"


class DocumentSerializer(serializers.ModelSerializer[Document]):
    class Meta:
        model = Document
        fields = (
            "id",
            "type",
            "number",
            "title",
            "title_es",
            "is_public",
            "needs_approval",
            "retired_on",
            "created_at",
        )
        read_only_fields = fields


class DocumentInput(serializers.Serializer[Any]):
    type = serializers.ChoiceField(choices=types.CHOICES)
    title = serializers.CharField(required=False, allow_blank=True, max_length=200, default="")
    title_es = serializers.CharField(required=False, allow_blank=True, max_length=200, default="")
    from_starting = serializers.BooleanField(required=False, default=True, help_text="Begin with our starting text.")


class TitlesInput(serializers.Serializer[Any]):
    title = serializers.CharField(max_length=200)
    title_es = serializers.CharField(required=False, allow_blank=True, max_length=200, default="")


class VersionSerializer(serializers.ModelSerializer[DocumentVersion]):
    class Meta:
        model = DocumentVersion
        fields = (
            "id", "document", "number", "state", "source", "page_count", "changes", "must_sign_again", "effective_on",
            "created_at", "updated_at",
        )  # fmt: skip
        read_only_fields = fields


class BlockSerializer(serializers.ModelSerializer[Block]):
    class Meta:
        model = Block
        fields = (
            "id", "version", "key", "position", "heading", "body", "heading_es", "body_es", "standards", "variant",
            "initials",
        )  # fmt: skip
        read_only_fields = fields


class BlockInput(serializers.Serializer[Any]):
    heading = serializers.CharField(max_length=200)
    body = serializers.CharField(required=False, allow_blank=True, default="", help_text="Markdown.")
    heading_es = serializers.CharField(required=False, allow_blank=True, max_length=200, default="")
    body_es = serializers.CharField(required=False, allow_blank=True, default="", help_text="Markdown.")
    standards = serializers.ListField(child=serializers.CharField(max_length=12), required=False, default=list)
    variant = serializers.ChoiceField(choices=VARIANTS, required=False, allow_blank=True, default="")
    initials = serializers.BooleanField(required=False, default=False)


class RowSerializer(serializers.Serializer[Any]):
    """A clause the type can hold, and how the version stands on it."""

    standard = serializers.CharField()
    label = serializers.CharField()  # type: ignore[assignment]  # a column of the row, not the label of a field
    need = serializers.CharField(help_text="minimum, conditional or optional.")
    state = serializers.CharField(help_text="present, covered, review, missing, not_applicable or not_chosen.")
    where = serializers.CharField()
    problem = serializers.CharField()
    reviewer = serializers.CharField()
    in_spanish = serializers.BooleanField(
        allow_null=True, help_text="null: the version is in English alone, or the clause is said elsewhere or nowhere."
    )


class DifferenceSerializer(serializers.Serializer[Any]):
    kind = serializers.CharField(help_text="added, removed, changed, moved or same.")
    heading = serializers.CharField(help_text="HTML with <ins> and <del>.")
    html = serializers.CharField(help_text="HTML with <ins> and <del>.")


class CitationSerializer(serializers.ModelSerializer[Citation]):
    class Meta:
        model = Citation
        fields = ("id", "version", "cited", "cited_number", "title", "url", "covers")
        read_only_fields = fields


class ClauseAttestationSerializer(serializers.ModelSerializer[Attestation]):
    class Meta:
        model = Attestation
        fields = ("id", "version", "block", "standard", "pages", "note", "attested_on")
        read_only_fields = fields


class AttestInput(serializers.Serializer[Any]):
    standard = serializers.CharField(max_length=12)
    block = serializers.UUIDField(required=False, allow_null=True, default=None, help_text="The clause that meets it.")
    pages = serializers.CharField(required=False, allow_blank=True, max_length=60, default="", help_text="Of a file.")
    note = serializers.CharField(required=False, allow_blank=True, max_length=500, default="")


class CitationInput(serializers.Serializer[Any]):
    cited = serializers.UUIDField(required=False, allow_null=True, default=None, help_text="One of your documents.")
    cited_number = serializers.IntegerField(required=False, allow_null=True, default=None, min_value=1, max_value=9999)
    title = serializers.CharField(required=False, allow_blank=True, max_length=200, default="")
    url = serializers.URLField(required=False, allow_blank=True, max_length=200, default="")
    covers = serializers.ListField(child=serializers.CharField(max_length=12), required=False, default=list)


class ClauseInput(BlockInput):
    name = serializers.CharField(max_length=120)
    types = serializers.ListField(
        child=serializers.ChoiceField(choices=types.CHOICES), required=False, default=list, help_text="Empty: for all."
    )


class ChangesInput(serializers.Serializer[Any]):
    changes = serializers.CharField(required=False, allow_blank=True, default="", help_text="What is new, in words.")


class ContradictionSerializer(serializers.ModelSerializer[Contradiction]):
    class Meta:
        model = Contradiction
        fields = ("id", "first", "second", "conflict", "found_on", "resolution", "resolved_on", "created_at")
        read_only_fields = fields


class ContradictionInput(serializers.Serializer[Any]):
    first = serializers.UUIDField()
    second = serializers.UUIDField()
    conflict = serializers.CharField()


class ResolutionInput(serializers.Serializer[Any]):
    resolution = serializers.CharField()


class LibraryClauseSerializer(serializers.ModelSerializer[LibraryClause]):
    class Meta:
        model = LibraryClause
        fields = (
            "id", "name", "types", "heading", "body", "heading_es", "body_es", "standards", "variant", "initials",
            "retired_on", "created_at",
        )  # fmt: skip
        read_only_fields = fields


class DocumentViewSet(mixins.ListModelMixin, mixins.RetrieveModelMixin, TenantViewSet):
    """Governing documents and templates of agreements."""

    queryset = Document.objects.all()
    serializer_class = DocumentSerializer
    filterset_fields = ("type", "is_public")
    access = {
        "list": MEMBER,
        "retrieve": MEMBER,
        "create": STUDIO,
        "rename": STUDIO,
        "new_version": STUDIO,
        "retire": STUDIO,
    }

    @extend_schema(request=DocumentInput, responses={201: DocumentSerializer})
    def create(self, request: Any, **kwargs: Any) -> Response:
        """Begin a document with its first draft."""
        document = writing.create_document(by=request.user, **checked(DocumentInput, request.data))
        return Response(DocumentSerializer(document).data, 201)

    @extend_schema(request=TitlesInput, responses=DocumentSerializer)
    @action(detail=True, methods=["post"])
    def rename(self, request: Any, **kwargs: Any) -> Response:
        """Give it other titles. What was published or sent keeps the one it had."""
        titles = checked(TitlesInput, request.data)
        named = writing.rename_document(document_id=kwargs["pk"], by=request.user, **titles)
        return Response(DocumentSerializer(named).data)

    @extend_schema(request=None, responses={201: VersionSerializer})
    @action(detail=True, methods=["post"], url_path="new-version")
    def new_version(self, request: Any, **kwargs: Any) -> Response:
        """Begin the next version with the text of the latest one."""
        version = writing.new_version(document_id=kwargs["pk"], by=request.user)
        return Response(VersionSerializer(version).data, 201)

    @extend_schema(request=None, responses=DocumentSerializer)
    @action(detail=True, methods=["post"])
    def retire(self, request: Any, **kwargs: Any) -> Response:
        """Take it out of use with all its versions."""
        return Response(DocumentSerializer(versions.retire_document(document_id=kwargs["pk"], by=request.user)).data)


class VersionViewSet(mixins.ListModelMixin, mixins.RetrieveModelMixin, TenantViewSet):
    """Versions of documents, and what each one says."""

    queryset = DocumentVersion.objects.all()
    serializer_class = VersionSerializer
    filterset_fields = ("document", "state")
    access = {
        "list": MEMBER,
        "retrieve": MEMBER,
        "blocks": MEMBER,
        "redline": MEMBER,
        "citations": MEMBER,
        "completeness": "view_documents",
        "add_block": STUDIO,
        "attest": STUDIO,
        "cite": STUDIO,
        "submit": STUDIO,
        "take_back": STUDIO,
    }

    @extend_schema(responses=BlockSerializer(many=True), filters=False)
    @action(detail=True, pagination_class=None)
    def blocks(self, request: Any, **kwargs: Any) -> Response:
        """The clauses in their order."""
        return Response(BlockSerializer(self.get_object().blocks.all(), many=True).data)

    @extend_schema(responses=CitationSerializer(many=True), filters=False)
    @action(detail=True, pagination_class=None)
    def citations(self, request: Any, **kwargs: Any) -> Response:
        """What the version cites, as far as you may see the cited documents."""
        seen = set(Document.objects.visible_to(request.user).values_list("pk", flat=True))
        rows = [row for row in self.get_object().citations.all() if row.cited_id is None or row.cited_id in seen]
        return Response(CitationSerializer(rows, many=True).data)

    @extend_schema(responses=RowSerializer(many=True), filters=False)
    @action(detail=True, pagination_class=None)
    def completeness(self, request: Any, **kwargs: Any) -> Response:
        """How the version stands on each clause that its type can hold."""
        return Response(
            RowSerializer([asdict(row) for row in completeness.panel(self.get_object()).rows], many=True).data
        )

    @extend_schema(
        parameters=[OpenApiParameter("against", int, description="Number of an older version; the one before.")],
        responses=DifferenceSerializer(many=True),
        filters=False,
    )
    @action(detail=True, pagination_class=None)
    def redline(self, request: Any, **kwargs: Any) -> Response:
        """What differs from another version of the document, clause by clause. Nothing for a first version."""
        version = self.get_object()
        others = DocumentVersion.objects.visible_to(request.user).filter(document=version.document_id)
        wanted = request.query_params.get("against", "")
        if wanted.isdecimal() and len(wanted) < 9:
            old = get_object_or_404(others, number=int(wanted))
        else:
            old = others.filter(number__lt=version.number).order_by("-number").first()
        found = redline.compare(old, version) if old else []
        return Response(DifferenceSerializer(found, many=True).data)

    @extend_schema(request=BlockInput, responses={201: BlockSerializer})
    @action(detail=True, methods=["post"], url_path="add-block")
    def add_block(self, request: Any, **kwargs: Any) -> Response:
        """Add a clause at the end of a draft."""
        made = writing.add_block(version_id=kwargs["pk"], data=_block_data(request.data), by=request.user)
        return Response(BlockSerializer(made).data, 201)

    @extend_schema(request=AttestInput, responses={201: ClauseAttestationSerializer})
    @action(detail=True, methods=["post"])
    def attest(self, request: Any, **kwargs: Any) -> Response:
        """State under your name that the version meets a Standard: in a clause, or on pages of its file."""
        data = checked(AttestInput, request.data)
        made = writing.attest(version_id=kwargs["pk"], block_id=data.pop("block"), by=request.user, **data)
        return Response(ClauseAttestationSerializer(made).data, 201)

    @extend_schema(request=CitationInput, responses={201: CitationSerializer})
    @action(detail=True, methods=["post"])
    def cite(self, request: Any, **kwargs: Any) -> Response:
        """Cite another document in a draft."""
        data = checked(CitationInput, request.data)
        made = writing.cite(version_id=kwargs["pk"], cited_id=data.pop("cited"), by=request.user, **data)
        return Response(CitationSerializer(made).data, 201)

    @extend_schema(request=ChangesInput, responses=VersionSerializer)
    @action(detail=True, methods=["post"])
    def submit(self, request: Any, **kwargs: Any) -> Response:
        """Hand a complete draft in for approval."""
        data = checked(ChangesInput, request.data)
        return Response(
            VersionSerializer(versions.submit_version(version_id=kwargs["pk"], by=request.user, **data)).data
        )

    @extend_schema(request=None, responses=VersionSerializer)
    @action(detail=True, methods=["post"], url_path="take-back")
    def take_back(self, request: Any, **kwargs: Any) -> Response:
        """Make a submitted version a draft again."""
        return Response(VersionSerializer(versions.take_back(version_id=kwargs["pk"], by=request.user)).data)


class BlockViewSet(mixins.RetrieveModelMixin, TenantViewSet):
    """One clause of a version."""

    queryset = Block.objects.all()
    serializer_class = BlockSerializer
    access = {"retrieve": MEMBER, "partial_update": STUDIO, "destroy": STUDIO}

    @extend_schema(request=BlockInput, responses=BlockSerializer)
    def partial_update(self, request: Any, **kwargs: Any) -> Response:
        """Change a clause of a draft. What is not sent stays as it is."""
        sent = BlockInput(data=request.data, partial=True)
        sent.is_valid(raise_exception=True)
        data = _block_data({**BlockInput(self.get_object()).data, **sent.validated_data})
        return Response(BlockSerializer(writing.change_block(block_id=kwargs["pk"], data=data, by=request.user)).data)

    def destroy(self, request: Any, **kwargs: Any) -> Response:
        """Take a clause out of a draft."""
        writing.remove_block(block_id=kwargs["pk"], by=request.user)
        return Response(status=204)


class ContradictionViewSet(mixins.ListModelMixin, mixins.RetrieveModelMixin, TenantViewSet):
    """Where two documents say different things, and how that was settled."""

    queryset = Contradiction.objects.all()
    serializer_class = ContradictionSerializer
    access = {"list": "view_documents", "retrieve": "view_documents", "create": STUDIO, "resolve": STUDIO}

    @extend_schema(request=ContradictionInput, responses={201: ContradictionSerializer})
    def create(self, request: Any, **kwargs: Any) -> Response:
        """Note a contradiction."""
        data = checked(ContradictionInput, request.data)
        noted = relations.note_contradiction(
            first_id=data["first"], second_id=data["second"], conflict=data["conflict"], by=request.user
        )
        return Response(ContradictionSerializer(noted).data, 201)

    @extend_schema(request=ResolutionInput, responses=ContradictionSerializer)
    @action(detail=True, methods=["post"])
    def resolve(self, request: Any, **kwargs: Any) -> Response:
        """Say how it was settled."""
        data = checked(ResolutionInput, request.data)
        found = relations.resolve_contradiction(contradiction_id=kwargs["pk"], by=request.user, **data)
        return Response(ContradictionSerializer(found).data)


class ClauseViewSet(mixins.ListModelMixin, mixins.RetrieveModelMixin, TenantViewSet):
    """Clauses kept for documents to come."""

    queryset = LibraryClause.objects.all()
    serializer_class = LibraryClauseSerializer
    access = {"list": "view_documents", "retrieve": "view_documents", "create": STUDIO, "retire": STUDIO}

    @extend_schema(request=ClauseInput, responses={201: LibraryClauseSerializer})
    def create(self, request: Any, **kwargs: Any) -> Response:
        """Put a clause into the library."""
        data = checked(ClauseInput, request.data)
        name, kinds = data.pop("name"), data.pop("types")
        block = writing.BlockData(**{**data, "standards": tuple(data["standards"])})
        made = relations.add_clause(name=name, types=kinds, data=block, by=request.user)
        return Response(LibraryClauseSerializer(made).data, 201)

    @extend_schema(request=None, responses=LibraryClauseSerializer)
    @action(detail=True, methods=["post"])
    def retire(self, request: Any, **kwargs: Any) -> Response:
        """Offer it no more. Documents that hold a copy keep it."""
        found = relations.retire_clause(clause_id=kwargs["pk"], by=request.user)
        return Response(LibraryClauseSerializer(found).data)


def checked(kind: type[serializers.Serializer[Any]], data: Any) -> dict[str, Any]:
    given = kind(data=data)
    given.is_valid(raise_exception=True)
    return dict(given.validated_data)


def _block_data(sent: Any) -> writing.BlockData:
    data = checked(BlockInput, sent)
    return writing.BlockData(**{**data, "standards": tuple(data["standards"])})
