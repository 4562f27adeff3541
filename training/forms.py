"""Input about courses, completions and certifications."""

from __future__ import annotations

from collections.abc import Iterable
from typing import Any
from uuid import UUID

from django import forms
from django.core.exceptions import ValidationError
from django.db.models import Q
from django.db.models.functions import Lower

from hmislead.directory.models import Person
from training.models import Completion, Course, Topic


class CourseForm(forms.Form):
    title = forms.CharField(label="Title", max_length=150)
    topics = forms.MultipleChoiceField(
        label="What it covers",
        choices=Topic.choices,
        widget=forms.CheckboxSelectMultiple,
        help_text="One course may count for several topics. Access to the HMIS needs the first three.",
    )
    validity_months = forms.IntegerField(
        label="Counts for, in months",
        required=False,
        min_value=1,
        max_value=60,
        help_text="Leave it empty to use the length in your settings.",
    )
    external_code = forms.CharField(
        label="Code in your learning system",
        max_length=60,
        required=False,
        help_text="If another system reports completions, the name it uses for this course.",
    )


class PersonCompletionsForm(forms.Form):
    """One person, one day, one or more courses."""

    courses = forms.ModelMultipleChoiceField(
        Course.objects.none(), label="Courses completed", widget=forms.CheckboxSelectMultiple
    )
    completed_on = forms.DateField(label="Completed on", widget=forms.DateInput)
    score = forms.DecimalField(
        label="Score in percent", required=False, min_value=0, max_value=100, max_digits=5, decimal_places=2
    )
    carried_over = forms.BooleanField(label="This is an old record, from before we used this system", required=False)

    def __init__(self, *args: Any, by: Any, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        self.fields["courses"].queryset = Course.objects.visible_to(by).filter(retired_on=None)


class CorrectionForm(forms.Form):
    """What was right all along about one completion, and why it is changed."""

    course = forms.ModelChoiceField(Course.objects.none(), label="Course", empty_label=None)
    completed_on = forms.DateField(label="Completed on", widget=forms.DateInput)
    note = forms.CharField(
        label="Why you correct it", max_length=300, help_text="Such as: the sign-in sheet shows another day."
    )

    def __init__(self, *args: Any, by: Any, completion: Completion, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        courses: Any = self.fields["course"]
        courses.queryset = Course.objects.visible_to(by).filter(Q(retired_on=None) | Q(pk=completion.course_id))
        self.initial = {"course": completion.course_id, "completed_on": completion.completed_on, **self.initial}


class CourseCompletionsForm(forms.Form):
    """One course, one day, many people: the list of who was there, pasted."""

    emails = forms.CharField(
        label="Who completed it",
        widget=forms.Textarea(attrs={"rows": 8, "autocomplete": "off", "spellcheck": "false"}),
        help_text="E-mail addresses, one on each line. Paste them from a spreadsheet or a chat list.",
    )
    completed_on = forms.DateField(label="Completed on", widget=forms.DateInput)
    carried_over = forms.BooleanField(label="This is an old record, from before we used this system", required=False)

    def __init__(self, *args: Any, by: Any, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        self.by = by

    def clean_emails(self) -> list[UUID]:
        """The people behind the addresses. Names the lines that fit nobody; the addresses stay in the box."""
        lines = [line.strip().strip(",;").casefold() for line in self.cleaned_data["emails"].splitlines()]
        known = people_by_email(self.by, {line for line in lines if line})
        unknown = [str(number) for number, line in enumerate(lines, start=1) if line and line not in known]
        if unknown:
            raise ValidationError(
                f"Nobody here has the address on line {', '.join(unknown)}. Correct it, or add the person first."
            )
        found = list({known[line] for line in lines if line})
        if not found:
            raise ValidationError("Give at least one e-mail address.")
        return found


class CertificationForm(forms.Form):
    """A certification on paper, recorded by staff."""

    certified_on = forms.DateField(label="Certified on", widget=forms.DateInput)
    file = forms.FileField(label="Signed paper", required=False, help_text="PDF, Word or a picture, at most 25 MB.")
    carried_over = forms.BooleanField(label="This is an old record, from before we used this system", required=False)


class CertifyForm(forms.Form):
    """A person certifies for themselves. The words they were shown come back with the form."""

    statement = forms.CharField(widget=forms.HiddenInput)
    agreed = forms.BooleanField(
        label="I certify this", error_messages={"required": "Tick the box to certify. Nothing has been recorded yet."}
    )


def people_by_email(by: Any, emails: Iterable[str]) -> dict[str, UUID]:
    """Ids of the people whom `by` may see, by e-mail address in small letters. One query."""
    rows = Person.objects.visible_to(by).current().annotate(address=Lower("email")).filter(address__in=set(emails))
    return dict(rows.values_list("address", "pk"))
