"""What people type about notices."""

from __future__ import annotations

from typing import Any

from django import forms

from hmislead.compliance import registry as requirements
from hmislead.notices import queue
from hmislead.notices.models import How
from hmislead.notices.registry import TYPES, NoticeType


class PreferenceForm(forms.Form):
    """One choice for each type of notice that may reach the reader."""

    def __init__(self, *args: Any, by: Any, access: Any, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        for kind in offered(access):
            self.fields[kind.code] = forms.ChoiceField(
                label=kind.label,
                choices=How.choices,
                help_text=f"Who is told: {kind.audience}",
                initial=queue.how_of(kind, [by.pk])[by.pk],
            )


def offered(access: Any) -> list[NoticeType]:
    """The types a reader can choose about: those that may reach them and that can be changed."""
    return [kind for kind in TYPES.values() if not kind.fixed and (not kind.permission or access.has(kind.permission))]


class BulkForm(forms.Form):
    """The words of a reminder to agencies, and what it is about."""

    title = forms.CharField(
        label="Subject",
        max_length=150,
        help_text="Who must do what by when. No names of people: it is the subject of each mail.",
    )
    text = forms.CharField(
        label="Your words",
        required=False,
        max_length=2000,
        widget=forms.Textarea(attrs={"rows": 6}),
        help_text="They stand above the list of what is due at the agency. Nothing about clients.",
    )
    requirements = forms.MultipleChoiceField(
        label="What it is about",
        widget=forms.CheckboxSelectMultiple,
        help_text="Each agency reads only of what is due or missing there.",
    )

    def __init__(self, *args: Any, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        choices = [
            (each.code, each.title)
            for each in requirements.ordered()
            if each.subject in {"organization", "person", "license"}
        ]
        self.fields["requirements"].choices = choices  # type: ignore[attr-defined]
