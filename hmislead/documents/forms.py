"""Forms of the document studio."""

from __future__ import annotations

from typing import Any

from django import forms

from hmislead.catalogue.models import Standard
from hmislead.documents import types
from hmislead.documents.clause_map import clauses_of, crosswalk
from hmislead.documents.models import Block, DocumentVersion
from hmislead.documents.models.document import VARIANTS
from hmislead.documents.operations.writing import BlockData

WAYS = (
    ("starting", "From our starting text, complete and ready to change"),
    ("blank", "From a blank page"),
    ("upload", "From a PDF you have; a reviewer maps its pages"),
)


class NewDocumentForm(forms.Form):
    type = forms.ChoiceField(label="What kind of document", choices=[("", "Choose one"), *types.CHOICES])
    title = forms.CharField(max_length=200, required=False, help_text="Leave it empty to use the name of its kind.")
    title_es = forms.CharField(label="Title in Spanish", max_length=200, required=False, help_text="If it has one.")
    way = forms.ChoiceField(label="How to begin", choices=WAYS, widget=forms.RadioSelect, initial="starting")
    file = forms.FileField(label="The PDF", required=False, help_text="Only when you begin from a PDF you have.")

    def clean(self) -> dict[str, Any]:
        given = super().clean() or {}
        if given.get("way") == "upload" and not given.get("file"):
            self.add_error("file", "Choose the PDF, or begin another way.")
        return given


class TitlesForm(forms.Form):
    title = forms.CharField(max_length=200)
    title_es = forms.CharField(
        label="Title in Spanish", max_length=200, required=False, help_text="Empty: the other one stands on both sides."
    )


class BlockForm(forms.Form):
    """One clause, English and Spanish side by side."""

    heading = forms.CharField(label="Heading", max_length=200)
    body = forms.CharField(label="Text", widget=forms.Textarea(attrs={"rows": 12}), required=False)
    heading_es = forms.CharField(label="Heading in Spanish", max_length=200, required=False)
    body_es = forms.CharField(label="Text in Spanish", widget=forms.Textarea(attrs={"rows": 12}), required=False)
    standards = forms.MultipleChoiceField(
        label="What it satisfies", required=False, widget=forms.CheckboxSelectMultiple,
        help_text="Tick what this text truly does. The completeness panel counts it.",
    )  # fmt: skip
    variant = forms.ChoiceField(label="Only for", choices=[("", "Everybody"), *VARIANTS], required=False)
    initials = forms.BooleanField(label="The signer puts initials to it", required=False)

    def __init__(self, *args: Any, version: DocumentVersion, block: Block | None = None, **kwargs: Any) -> None:
        if block is not None:
            kwargs["initial"] = {name: getattr(block, name) for name in BlockForm.base_fields}
        super().__init__(*args, **kwargs)
        self.fields["standards"].choices = standard_choices(version.document.type)  # type: ignore[attr-defined]
        if version.document.type not in types.AGREEMENTS:
            del self.fields["initials"]

    def data_of(self) -> BlockData:
        given = self.cleaned_data
        return BlockData(**{**given, "standards": tuple(given["standards"])})


class SubmitForm(forms.Form):
    changes = forms.CharField(
        label="What changed since the last version, in plain words",
        widget=forms.Textarea(attrs={"rows": 5}),
        required=False,
        help_text="People who accepted the last version read this first.",
    )


class AttestForm(forms.Form):
    """A reviewer's statement: where, and in which words."""

    block = forms.ModelChoiceField(label="Clause that meets it", queryset=Block.objects.none(), required=False)
    pages = forms.CharField(label="Pages of the file", max_length=60, required=False, help_text="Such as 4, 7-9.")
    note = forms.CharField(
        label="What you looked at", max_length=500, required=False, widget=forms.Textarea(attrs={"rows": 3})
    )

    def __init__(self, *args: Any, version: DocumentVersion, standard: str, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        if version.source == DocumentVersion.Source.UPLOAD:
            del self.fields["block"]
            self.fields["pages"].required = True
        else:
            del self.fields["pages"]
            blocks = version.blocks.filter(standards__contains=[standard])
            self.fields["block"].queryset = blocks  # type: ignore[attr-defined]
            self.fields["block"].initial = blocks.first()


def standard_choices(kind: str) -> list[tuple[str, str]]:
    """The clauses a type can hold, each with its words."""
    clauses = [clause.standard for clause in clauses_of(kind)]
    labels = dict(Standard.objects.filter(pk__in=clauses).values_list("pk", "label")) | crosswalk()
    return [(standard, f"{standard} {labels.get(standard, '')}".strip()) for standard in clauses]
