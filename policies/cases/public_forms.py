"""Forms for people who are not signed in, in the language of the page."""

from __future__ import annotations

from typing import Any

from django import forms

from hmislead.directory.models import Organization
from hmislead.documents.models import Document
from hmislead.tenancy import settings
from policies.cases.forms import offer
from policies.cases.words import WORDS

LONGEST = 5000


class _PublicForm(forms.Form):
    """Says its labels in the language of the page. Its choices are what the public page itself shows."""

    def __init__(self, *args: Any, language: str, **more: Any) -> None:
        super().__init__(*args, **more)
        self.words = WORDS[language]
        self.required_word, self.error_title = self.words["required"], self.words["check"]
        for name, field in self.fields.items():
            field.label = self.words[name]
            field.error_messages["required"] = self.words["empty"]
        for name in {"document", "organization"} & set(self.fields):
            self.fields[name].empty_label = self.words["unknown"]  # type: ignore[attr-defined]
        if "what" in self.fields:
            self.fields["what"].help_text = self.words["no_names"]


class PublicReportForm(_PublicForm):
    document = forms.ModelChoiceField(queryset=Document.objects.none(), required=False)
    organization = forms.ModelChoiceField(queryset=Organization.objects.none(), required=False)
    happened_on = forms.DateField(required=False)
    what = forms.CharField(widget=forms.Textarea(attrs={"rows": 8}), max_length=LONGEST)

    def __init__(self, *args: Any, documents: Any, organizations: Any, **more: Any) -> None:
        super().__init__(*args, **more)
        offer(self, documents, organizations)

    def clean_happened_on(self) -> Any:
        given = self.cleaned_data["happened_on"]
        if given and given > settings.today():
            raise forms.ValidationError(self.words["ahead"])
        return given


class PublicGrievanceForm(_PublicForm):
    complainant = forms.ChoiceField()
    subject = forms.ChoiceField()
    organization = forms.ModelChoiceField(queryset=Organization.objects.none(), required=False)
    what = forms.CharField(widget=forms.Textarea(attrs={"rows": 8}), max_length=LONGEST)
    wanted = forms.CharField(widget=forms.Textarea(attrs={"rows": 3}), max_length=LONGEST, required=False)

    def __init__(self, *args: Any, organizations: Any, **more: Any) -> None:
        super().__init__(*args, **more)
        offer(self, None, organizations)
        self.fields["complainant"].choices = list(self.words["complainants"].items())  # type: ignore[attr-defined]
        self.fields["subject"].choices = list(self.words["subjects"].items())  # type: ignore[attr-defined]


class FollowForm(_PublicForm):
    number = forms.CharField(max_length=20)
    code = forms.CharField(max_length=20, widget=forms.TextInput(attrs={"autocomplete": "off"}))


class PublicAppealForm(_PublicForm):
    """Carries the number and the code of the case along."""

    number = forms.CharField(widget=forms.HiddenInput)
    code = forms.CharField(widget=forms.HiddenInput)
    what = forms.CharField(widget=forms.Textarea(attrs={"rows": 6}), max_length=LONGEST)

    def __init__(self, *args: Any, **more: Any) -> None:
        super().__init__(*args, **more)
        self.fields["what"].label = self.words["appeal_what"]


class PublicRateForm(_PublicForm):
    number = forms.CharField(widget=forms.HiddenInput)
    code = forms.CharField(widget=forms.HiddenInput)
    rate = forms.TypedChoiceField(coerce=int)

    def __init__(self, *args: Any, **more: Any) -> None:
        super().__init__(*args, **more)
        self.fields["rate"].choices = list(self.words["rates"].items())  # type: ignore[attr-defined]
