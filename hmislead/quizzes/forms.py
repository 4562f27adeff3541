"""Forms of quizzes and of taking one."""

from __future__ import annotations

from typing import Any

from django import forms

from hmislead.quizzes.models import Attempt
from hmislead.quizzes.operations import MOST_CHOICES


class QuizForm(forms.Form):
    title = forms.CharField(max_length=150)
    pass_percent = forms.IntegerField(label="Percent needed to pass", min_value=1, max_value=100, initial=80)
    attempts = forms.IntegerField(
        label="Attempts allowed", min_value=0, max_value=20, initial=0, help_text="0: as many as it takes."
    )
    shuffle = forms.BooleanField(label="Mix the order of questions and answers", required=False, initial=True)


class QuestionForm(forms.Form):
    """One answer a line; a star before each right one."""

    text = forms.CharField(label="Question", max_length=500)
    answers = forms.CharField(
        widget=forms.Textarea(attrs={"rows": 6}),
        max_length=300 * MOST_CHOICES,
        help_text="One answer on each line. Put a star (*) before each right one.",
    )
    explanation = forms.CharField(
        required=False, max_length=500, help_text="Why it is so. Shown with the result.", widget=forms.Textarea
    )

    def clean(self) -> dict[str, Any]:
        data = super().clean() or {}
        lines = [line.strip() for line in data.get("answers", "").splitlines() if line.strip()]
        if any(len(line) > 300 for line in lines):
            self.add_error("answers", "An answer may have 300 letters at most.")
        data["right"] = [place for place, line in enumerate(lines) if line.startswith("*")]
        data["choices"] = [line.removeprefix("*").strip() for line in lines]
        return data

    @staticmethod
    def lines(choices: list[str], right: list[int]) -> str:
        """Answers as this form shows them."""
        return "\n".join(("* " if place in right else "") + choice for place, choice in enumerate(choices))


class AttemptForm(forms.Form):
    """The questions of one attempt, as it asks them. One right answer: choose one; several: choose all of them."""

    def __init__(self, *args: Any, attempt: Attempt, **more: Any) -> None:
        super().__init__(*args, **more)
        self.keys = {f"q{place}": question["id"] for place, question in enumerate(attempt.asked)}
        for place, question in enumerate(attempt.asked):
            choices = [(str(number), choice) for number, choice in enumerate(question["choices"])]
            several = len(question["right"]) > 1
            field: Any = forms.MultipleChoiceField if several else forms.ChoiceField
            widget: Any = forms.CheckboxSelectMultiple if several else forms.RadioSelect
            self.fields[f"q{place}"] = field(
                label=f"{place + 1}. {question['text']}",
                choices=choices,
                widget=widget,
                help_text="Choose all that are right." if several else "",
                error_messages={"required": "Answer this question."},
            )

    def answers(self) -> dict[str, list[int]]:
        """Chosen places by question id."""
        given = {name: self.cleaned_data[name] for name in self.keys}
        return {
            self.keys[name]: [int(value) for value in (values if isinstance(values, list) else [values])]
            for name, values in given.items()
        }
