"""Forms of rules and acknowledgements."""

from __future__ import annotations

from typing import Any

from django import forms

from hmislead.documents.models import Document
from hmislead.quizzes.models import Quiz
from policies.models import Audience


class SettingForm(forms.Form):
    document = forms.ModelChoiceField(queryset=Document.objects.none())
    audience = forms.MultipleChoiceField(
        label="Who acknowledges it", choices=Audience.choices, widget=forms.CheckboxSelectMultiple
    )
    first_access = forms.BooleanField(label="Before the first access", required=False, initial=True)
    yearly = forms.BooleanField(label="Again every year", required=False, initial=True)
    blocks = forms.BooleanField(label="Without it there is no access", required=False, initial=True)
    quiz = forms.ModelChoiceField(queryset=Quiz.objects.none(), required=False, empty_label="None")
    starts_on = forms.DateField(label="Asked for from", help_text="Who has access by then gets the days of grace.")

    def __init__(self, *args: Any, by: Any, **more: Any) -> None:
        super().__init__(*args, **more)
        self.fields["document"].queryset = Document.objects.visible_to(by)  # type: ignore[attr-defined]
        self.fields["quiz"].queryset = Quiz.objects.visible_to(by).filter(retired_on=None)  # type: ignore[attr-defined]

    def given(self) -> dict[str, Any]:
        """What the operation takes."""
        data = dict(self.cleaned_data)
        document, quiz = data.pop("document"), data.pop("quiz")
        return {**data, "document_id": document.pk, "quiz_id": quiz.pk if quiz else None}


class AcknowledgeForm(forms.Form):
    """Carries which text was shown, so that exactly this one is acknowledged."""

    sha256 = forms.CharField(widget=forms.HiddenInput, max_length=64)
    language = forms.ChoiceField(widget=forms.HiddenInput, choices=(("en", "English"), ("es", "Spanish")))
    agreed = forms.BooleanField(
        label="I have read this document and I will follow it",
        error_messages={"required": "Tick this box once you have read the document."},
    )
    name = forms.CharField(label="Your name", max_length=150, help_text="As you sign papers.")
