"""What people type about people, licenses, departures and staff: shape and choices. May they is asked in operations."""

from __future__ import annotations

from typing import Any

from django import forms
from django.utils import timezone

from hmislead.access import scopes
from hmislead.compliance import task_operations
from hmislead.compliance.models import Task
from hmislead.directory import policy_people as policy
from hmislead.directory.models import License, Organization, Person, StaffPosition
from hmislead.directory.querysets import within
from hmislead.tenancy import settings
from hmislead.web.forms import ComboBox


class PersonForm(forms.Form):
    """A person's name and how to reach them; on change only the fields the reader may change."""

    first_name = forms.CharField(max_length=100)
    last_name = forms.CharField(max_length=100)
    email = forms.EmailField(label="E-mail", required=False, help_text="The person's own work address.")
    phone = forms.CharField(label="Telephone", max_length=30, required=False)
    job_title = forms.CharField(max_length=100, required=False)

    def __init__(self, *args: Any, only: frozenset[str] = policy.ALL_FIELDS, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        for name in set(self.fields) - only:
            del self.fields[name]


class _RequestForm(forms.Form):
    organization = forms.ModelChoiceField(Organization.objects.none(), label="Agency", empty_label="Choose an agency")
    access_role = forms.CharField(
        label="Role in the HMIS",
        max_length=100,
        required=False,
        help_text="What the HMIS calls it, such as case manager. Leave empty if you do not know.",
    )
    can_write = forms.BooleanField(label="This person enters data", required=False, initial=True)

    def __init__(self, *args: Any, by: Any, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        field: Any = self.fields["organization"]
        field.queryset = agencies_of(by, "request_licenses")
        found = list(field.queryset[:2])
        if len(found) == 1:  # most people ask for one agency only: one thing less to choose
            field.initial, field.widget = found[0].pk, forms.HiddenInput()


class LicenseRequestForm(_RequestForm):
    """A license for somebody by e-mail address: known here or new."""

    email = forms.EmailField(
        label="E-mail", help_text="The person's own work address. We use it to find people who are known here already."
    )
    first_name = forms.CharField(max_length=100)
    last_name = forms.CharField(max_length=100)
    job_title = forms.CharField(max_length=100, required=False)
    field_order = ("organization", "email", "first_name", "last_name", "job_title", "access_role", "can_write")


class LicenseForPersonForm(_RequestForm):
    """A license for a person whose page the reader is on."""


class ReasonForm(forms.Form):
    reason = forms.CharField(max_length=300, help_text="In a few words. It is shown with the license.")
    effective_at = forms.DateField(label="From which day", widget=forms.DateInput)

    def __init__(self, *args: Any, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        self.fields["effective_at"].initial = settings.today()


class BulkReasonForm(forms.Form):
    reason = forms.CharField(max_length=300, help_text="In a few words. It is shown with each license.")


class DayForm(forms.Form):
    effective_at = forms.DateField(label="From which day", widget=forms.DateInput)

    def __init__(self, *args: Any, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        self.fields["effective_at"].initial = settings.today()


class ConfirmForm(forms.Form):
    """Nothing to fill in: the button is the answer."""


class LicenseChangeForm(forms.Form):
    username = forms.CharField(label="User name in the HMIS", max_length=100, required=False)
    access_role = forms.CharField(label="Role in the HMIS", max_length=100, required=False)
    can_write = forms.BooleanField(label="This person enters data", required=False)


class ObservationForm(forms.Form):
    account_state = forms.ChoiceField(
        label="How the account looks in the HMIS",
        widget=forms.RadioSelect,
        choices=[choice for choice in License.AccountState.choices if choice[0] != License.AccountState.UNKNOWN],
    )
    observed_on = forms.DateField(label="Seen on", widget=forms.DateInput)
    last_sign_in_on = forms.DateField(label="Last sign-in shown there", widget=forms.DateInput, required=False)

    def __init__(self, *args: Any, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        self.fields["observed_on"].initial = settings.today()


class DepartureForm(forms.Form):
    """When somebody left; on its own page also who."""

    departed_at = forms.DateTimeField(
        label="When did, or will, they leave?",
        widget=forms.DateTimeInput,
        help_text="The end of their last hour of work. It is set to now.",
    )

    def __init__(self, *args: Any, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        self.fields["departed_at"].initial = timezone.localtime().replace(second=0, microsecond=0)


class DepartureOfForm(DepartureForm):
    license = forms.ModelChoiceField(
        License.objects.none(), label="Who left?", widget=ComboBox, empty_label="Choose a person"
    )
    field_order = ("license", "departed_at")

    def __init__(self, *args: Any, by: Any, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        agencies = agencies_of(by, "report_departures").values("pk")
        living = License.objects.visible_to(by).living().filter(organization__in=agencies)
        field: Any = self.fields["license"]
        field.queryset = living.exclude(departures__isnull=False, departures__proved_at=None).select_related(
            "person", "organization"
        )


class ProofForm(forms.Form):
    """What was done in the HMIS, when, and on request a file that shows it."""

    account_state = forms.ChoiceField(label="What became of the account?", widget=forms.RadioSelect, choices=())
    done_at = forms.DateTimeField(label="When was it done?", widget=forms.DateTimeInput)
    statement = forms.CharField(
        label="How do you know?",
        max_length=300,
        widget=forms.Textarea(attrs={"rows": 3}),
        help_text="Such as: I deactivated the account in the HMIS myself. Your name and the time are kept with it.",
    )
    paper = forms.FileField(
        label="File that shows it", required=False, help_text="A screenshot or list, if you have one."
    )

    def __init__(self, *args: Any, task: Task, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        self.fields["done_at"].initial = timezone.localtime().replace(second=0, microsecond=0)
        states = task_operations.PROVED_BY.get(task.kind, frozenset())
        if len(states) < 2:
            del self.fields["account_state"]
            return
        field: Any = self.fields["account_state"]
        field.choices = [choice for choice in License.AccountState.choices if choice[0] in states]
        field.initial = task_operations.default_state(task)


class PositionForm(forms.Form):
    function = forms.ChoiceField(choices=[("", "Choose a function"), *StaffPosition.Function.choices])
    fte = forms.DecimalField(
        label="Share of full time",
        max_digits=3,
        decimal_places=2,
        min_value=0,
        max_value=1,
        help_text="1.00 is full time.",
    )
    starts_on = forms.DateField(label="From", widget=forms.DateInput)
    ends_on = forms.DateField(label="Last day", widget=forms.DateInput, required=False)


class NewPositionForm(PositionForm):
    person = forms.ModelChoiceField(Person.objects.none(), widget=ComboBox, empty_label="Choose a person")
    organization = forms.ModelChoiceField(
        Organization.objects.none(), label="Employed by", empty_label="Choose an organization"
    )
    field_order = ("person", "organization", "function", "fte", "starts_on", "ends_on")

    def __init__(self, *args: Any, by: Any, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        people: Any = self.fields["person"]
        people.queryset = Person.objects.visible_to(by).current()
        employers: Any = self.fields["organization"]
        today = settings.today()
        leads = Organization.objects.visible_to(by).current().filter(roles__role="hmis_lead").distinct()
        employers.queryset = leads if leads.exists() else Organization.objects.visible_to(by).current()
        employers.initial = employers.queryset.first()
        self.fields["starts_on"].initial = today


class EndForm(forms.Form):
    ends_on = forms.DateField(label="Last day", widget=forms.DateInput)

    def __init__(self, *args: Any, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        self.fields["ends_on"].initial = settings.today()


def agencies_of(by: Any, permission: str) -> Any:
    """The standing agencies for which `by` holds a permission."""
    held = scopes.of(by).scopes(permission)
    visible = Organization.objects.visible_to(by).current()
    return visible.filter(within(held, "pk")) if held else visible.none()
