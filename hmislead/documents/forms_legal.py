"""What people type about a legal review."""

from __future__ import annotations

from typing import Any

from django import forms

from hmislead.documents.models import Document, LegalReview
from hmislead.tenancy import settings


class LegalReviewForm(forms.Form):
    reviewer = forms.CharField(label="Who reviewed it", max_length=150, help_text="The lawyer, or the office.")
    reviewed_on = forms.DateField(label="On which day")
    version_number = forms.TypedChoiceField(
        label="Version", required=False, coerce=int, empty_value=None, help_text="Empty: the document as a whole."
    )
    outcome = forms.ChoiceField(label="What they found", choices=LegalReview.Outcome.choices, widget=forms.RadioSelect)
    covers = forms.CharField(label="State and local law that was looked at", max_length=300, required=False)
    opinion = forms.CharField(label="Their opinion", widget=forms.Textarea(attrs={"rows": 5}), required=False)
    file = forms.FileField(
        label="The opinion as a file", required=False, help_text="PDF, Word or a picture, at most 25 MB."
    )

    def __init__(self, *args: Any, document: Document, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        numbers = document.versions.order_by("-number").values_list("number", flat=True)
        versions: Any = self.fields["version_number"]
        versions.choices = [("", "The whole document"), *((number, f"Version {number}") for number in numbers)]
        self.fields["reviewed_on"].initial = settings.today()
