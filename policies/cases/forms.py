"""Forms of deviation reports, sanctions, grievances and the ladder."""

from __future__ import annotations

from typing import Any

from django import forms

from hmislead.directory.models import License, Organization
from hmislead.documents.models import Document
from hmislead.web.forms import ComboBox
from policies.cases.models import Approval, Grievance, Sanction, SanctionKind, ViolationClass

NO_NAMES = (
    "Do not write anything that tells who a client is: no name, date of birth, Social Security number, telephone, "
    "e-mail or HMIS number. Write “a client”."
)


def _words(label: str, help_text: str = "", *, required: bool = True, rows: int = 5) -> forms.CharField:
    area = forms.Textarea(attrs={"rows": rows})
    return forms.CharField(label=label, help_text=help_text, widget=area, max_length=5000, required=required)


class ReportForm(forms.Form):
    """What the report of a deviation asks: signed in, where documents and agencies are those the reader may see."""

    document = forms.ModelChoiceField(
        queryset=Document.objects.none(), label="Which policy", required=False, empty_label="I do not know"
    )
    organization = forms.ModelChoiceField(
        queryset=Organization.objects.none(),
        label="At which agency",
        required=False,
        empty_label="I do not know, or none",
        widget=ComboBox,
    )
    happened_on = forms.DateField(label="When it happened", required=False)
    what = _words("What happened", NO_NAMES)
    anonymous = forms.BooleanField(
        label="Do not record who I am",
        required=False,
        help_text="You get a code to follow the report by. We cannot ask you back.",
    )

    def __init__(self, *args: Any, by: Any, **more: Any) -> None:
        super().__init__(*args, **more)
        offer(self, Document.objects.visible_to(by), Organization.objects.visible_to(by).current())


class GrievanceForm(forms.Form):
    complainant = forms.ChoiceField(label="Who complains", choices=Grievance.Complainant.choices)
    subject = forms.ChoiceField(label="What it is about", choices=Grievance.Subject.choices)
    organization = forms.ModelChoiceField(
        queryset=Organization.objects.none(),
        label="At which agency",
        required=False,
        empty_label="None, or I do not know",
        widget=ComboBox,
    )
    what = _words("What happened", NO_NAMES)
    wanted = _words("What would put it right", required=False, rows=3)
    anonymous = forms.BooleanField(
        label="Do not record who I am",
        required=False,
        help_text="You get a code to follow the grievance by, and to appeal the decision.",
    )

    def __init__(self, *args: Any, by: Any, **more: Any) -> None:
        super().__init__(*args, **more)
        offer(self, None, Organization.objects.visible_to(by).current())


def offer(form: forms.Form, documents: Any, organizations: Any) -> None:
    """Fill the choices of a form that names documents and agencies."""
    if "document" in form.fields:
        form.fields["document"].queryset = documents.order_by("title")  # type: ignore[attr-defined]
    form.fields["organization"].queryset = organizations.order_by("name")  # type: ignore[attr-defined]


class AgencyForm(forms.Form):
    """The agency first: it narrows the licenses that `ProposeForm` offers."""

    organization = forms.ModelChoiceField(queryset=Organization.objects.none(), label="Agency", widget=ComboBox)

    def __init__(self, *args: Any, by: Any, **more: Any) -> None:
        super().__init__(*args, **more)
        offer(self, None, Organization.objects.visible_to(by).current())


class ProposeForm(forms.Form):
    """Offers the licenses of `agency` alone; without an agency, which no page sends, none."""

    organization = forms.ModelChoiceField(queryset=Organization.objects.none(), label="Agency", empty_label=None)
    license = forms.ModelChoiceField(
        queryset=License.objects.none(),
        label="Whose license",
        required=False,
        empty_label="The agency itself",
        widget=ComboBox,
        help_text="A license at this agency. Without one, the sanction is about the whole agency.",
    )
    violation_class = forms.ModelChoiceField(queryset=ViolationClass.objects.none(), label="Class of the violation")
    happened_on = forms.DateField(label="When it happened")
    departed_login = forms.BooleanField(
        label="A login was shared after somebody left",
        required=False,
        help_text="By your settings this counts as a later offense.",
    )
    summary = forms.CharField(label="What was found", max_length=500, help_text=NO_NAMES)

    def __init__(self, *args: Any, by: Any, agency: Organization | None, **more: Any) -> None:
        super().__init__(*args, **more)
        key = agency.pk if agency else None
        licenses = (
            License.objects.visible_to(by).living().filter(organization=key).select_related("person", "organization")
        )
        offer(self, None, Organization.objects.visible_to(by).filter(pk=key))
        self.fields["license"].queryset = licenses  # type: ignore[attr-defined]
        self.fields["violation_class"].queryset = classes_in_use(by)  # type: ignore[attr-defined]


def classes_in_use(by: Any) -> Any:
    """Classes that can still be chosen."""
    return ViolationClass.objects.visible_to(by).filter(retired_on=None)


class ReviewForm(forms.Form):
    violation_class = forms.ModelChoiceField(
        queryset=ViolationClass.objects.none(),
        label="Class of the violation",
        required=False,
        empty_label="No policy was broken",
    )
    text = _words("What was found", "For who handles cases.", rows=3)

    def __init__(self, *args: Any, by: Any, **more: Any) -> None:
        super().__init__(*args, **more)
        self.fields["violation_class"].queryset = classes_in_use(by)  # type: ignore[attr-defined]


class NoteForm(forms.Form):
    text = _words("What is done", "For who handles cases.", rows=3)


class CloseReportForm(NoteForm):
    answer = _words("Answer", "What its reporter reads. " + NO_NAMES, required=False, rows=3)


class OptionalNoteForm(forms.Form):
    text = _words("Note", "For who handles cases.", required=False, rows=3)


class DecideForm(OptionalNoteForm):
    outcome = forms.ChoiceField(label="Outcome", choices=Grievance.Outcome.choices)
    decision = _words("Decision and its reasons", "What the complainant reads. " + NO_NAMES)
    field_order = ("outcome", "decision", "text")


class CloseGrievanceForm(OptionalNoteForm):
    decision = _words("Decision on the appeal", "What the complainant reads. It is final.", required=False)
    field_order = ("decision", "text")


class AppealForm(forms.Form):
    text = _words("Why it should be looked at again", NO_NAMES)


class RateForm(forms.Form):
    satisfaction = forms.TypedChoiceField(
        label="How content are you with how it was handled?",
        coerce=int,
        choices=[(5, "5, very content"), (4, "4"), (3, "3"), (2, "2"), (1, "1, not at all")],
    )


class ReasonForm(forms.Form):
    reason = forms.CharField(label="Why", max_length=300, help_text=NO_NAMES)


class ApproveForm(forms.Form):
    record = forms.CharField(
        label="Record of the approval", max_length=200, help_text="The decision's number and day, or your own words."
    )


class ChangeForm(forms.Form):
    kind = forms.ChoiceField(label="Sanction", choices=SanctionKind.choices)
    length_days = forms.IntegerField(
        label="Days it lasts", required=False, min_value=1, max_value=3650, help_text="For suspensions alone."
    )
    notice_days = forms.IntegerField(label="Days between notice and start", min_value=0, max_value=365)
    amount = forms.DecimalField(
        label="Amount in dollars", required=False, min_value=0, max_digits=10, decimal_places=2,
        help_text="For a financial penalty alone.",
    )  # fmt: skip
    terms = forms.CharField(
        label="What exactly", required=False, max_length=500, help_text="Such as which training, or which privileges."
    )
    reason = forms.CharField(label="Why it differs from the ladder", max_length=300)


class RuleForm(forms.Form):
    ruling = forms.ChoiceField(label="Decision", choices=Sanction.Ruling.choices, widget=forms.RadioSelect)
    ends_on = forms.DateField(label="New last day", required=False, help_text="Only if it ends earlier.")
    text = forms.CharField(
        label="Reasons", max_length=500, widget=forms.Textarea(attrs={"rows": 4}), help_text=NO_NAMES
    )


class ClassForm(forms.Form):
    name = forms.CharField(label="Name", max_length=60)
    rank = forms.IntegerField(
        label="How serious", min_value=1, max_value=99, initial=1, help_text="A higher number is more serious."
    )
    description = forms.CharField(
        label="What belongs to it", required=False, max_length=500, widget=forms.Textarea(attrs={"rows": 3})
    )


class StepForm(forms.Form):
    violation_class = forms.ModelChoiceField(queryset=ViolationClass.objects.none(), label="Class of the violation")
    offense = forms.IntegerField(label="Offense", min_value=1, max_value=99, help_text="1 is the first offense.")
    kind = forms.ChoiceField(label="Sanction", choices=SanctionKind.choices)
    length_days = forms.IntegerField(
        label="Days it lasts",
        required=False,
        min_value=1,
        max_value=3650,
        help_text="For suspensions. Empty: until it is lifted.",
    )
    notice_days = forms.IntegerField(label="Days between notice and start", min_value=0, max_value=365, initial=0)
    approval = forms.ChoiceField(label="Also approved by", choices=Approval.choices)
    starts_on = forms.DateField(label="Holds from")

    def __init__(self, *args: Any, by: Any, **more: Any) -> None:
        super().__init__(*args, **more)
        self.fields["violation_class"].queryset = classes_in_use(by)  # type: ignore[attr-defined]


class ConfirmForm(forms.Form):
    """No fields: the button is the answer."""
