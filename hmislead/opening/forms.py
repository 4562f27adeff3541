"""Input for loading a spreadsheet."""

from __future__ import annotations

from typing import Any

from django import forms


class SheetForm(forms.Form):
    file = forms.FileField(label="Your file", help_text="CSV or Excel (.xlsx), at most 20,000 rows.")
    carried_over = forms.BooleanField(
        label="These are old records, from before we used this system",
        required=False,
        help_text="They count like all others and are marked as carried over.",
    )


class ApplyForm(forms.Form):
    """Asked only when rows have problems."""

    leave_out = forms.BooleanField(label="Leave out the rows with problems and load the others", required=False)

    def __init__(self, *args: Any, left_out: int = 0, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        if not left_out:
            del self.fields["leave_out"]
