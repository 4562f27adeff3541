"""Forms about what documents have to do with each other."""

from __future__ import annotations

from typing import Any

from django import forms

from hmislead.documents.forms import standard_choices
from hmislead.documents.models import Document, DocumentVersion, LibraryClause

WORDS = forms.Textarea(attrs={"rows": 4})


class CitationForm(forms.Form):
    cited = forms.ModelChoiceField(
        label="One of your documents", queryset=Document.objects.none(), required=False,
        help_text="Leave it empty for a document kept elsewhere.",
    )  # fmt: skip
    cited_number = forms.IntegerField(
        label="Version", min_value=1, required=False, help_text="Leave it empty to cite whichever is in effect."
    )
    title = forms.CharField(label="Title of a document kept elsewhere", max_length=200, required=False)
    url = forms.URLField(label="Its address", required=False, assume_scheme="https")
    covers = forms.MultipleChoiceField(
        label="What it covers for this document", required=False, widget=forms.CheckboxSelectMultiple
    )

    def __init__(self, *args: Any, version: DocumentVersion, by: Any, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        others = Document.objects.visible_to(by).exclude(pk=version.document_id)
        self.fields["cited"].queryset = others  # type: ignore[attr-defined]
        self.fields["covers"].choices = standard_choices(version.document.type)  # type: ignore[attr-defined]


class ContradictionForm(forms.Form):
    first = forms.ModelChoiceField(label="One document", queryset=Document.objects.none())
    second = forms.ModelChoiceField(label="The other document", queryset=Document.objects.none())
    conflict = forms.CharField(label="What they say differently", widget=WORDS)

    def __init__(self, *args: Any, by: Any, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        for name in ("first", "second"):
            self.fields[name].queryset = Document.objects.visible_to(by)  # type: ignore[attr-defined]


class ResolutionForm(forms.Form):
    resolution = forms.CharField(label="How it was settled", widget=WORDS, help_text="Which one holds, what changed.")


class InsertForm(forms.Form):
    clause = forms.ModelChoiceField(label="Clause from the library", queryset=LibraryClause.objects.none())

    def __init__(self, *args: Any, version: DocumentVersion, by: Any, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        kept = LibraryClause.objects.visible_to(by).filter(retired_on=None)
        kind = version.document.type
        fitting = kept.filter(types=[]) | kept.filter(types__contains=[kind])
        self.fields["clause"].queryset = fitting  # type: ignore[attr-defined]


class KeepForm(forms.Form):
    name = forms.CharField(label="Name to find it by", max_length=120)
