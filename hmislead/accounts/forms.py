"""Forms of invitations, addresses and tokens."""

from __future__ import annotations

from typing import Any

from django import forms
from django.contrib.auth.password_validation import validate_password
from django.core.exceptions import ValidationError

from hmislead.access import roles
from hmislead.accounts import tokens
from hmislead.accounts.models import User
from hmislead.directory.models import CoC, Organization

PASSWORD_HINT = "At least 12 characters. Three or four words nobody would guess work well."  # noqa: S105 - a hint


class NewAccountForm(forms.Form):
    """What somebody new gives when they accept an invitation."""

    error_title = "Please check this. Your invitation is still open."

    name = forms.CharField(label="Your name", max_length=150)
    password = forms.CharField(
        label="Password",
        strip=False,
        help_text=PASSWORD_HINT,
        widget=forms.PasswordInput(attrs={"autocomplete": "new-password"}),
    )
    again = forms.CharField(
        label="Password again", strip=False, widget=forms.PasswordInput(attrs={"autocomplete": "new-password"})
    )

    def __init__(self, *args: Any, email: str, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        self.email = email

    def clean(self) -> dict[str, Any]:
        given = super().clean() or {}
        password = given.get("password")
        if password and password != given.get("again"):
            self.add_error("again", "The two passwords are not the same.")
        if password:
            try:
                validate_password(password, User(email=self.email, name=given.get("name", "")))
            except ValidationError as error:
                self.add_error("password", error)
        return given


class AddressForm(forms.Form):
    """Another address to sign in with."""

    address = forms.EmailField(
        label="New e-mail address", max_length=254, widget=forms.EmailInput(attrs={"autocomplete": "email"})
    )

    def __init__(self, *args: Any, user: User, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        self.user = user

    def clean_address(self) -> str:
        address = str(self.cleaned_data["address"]).lower()
        if address == self.user.email:
            raise ValidationError("This is the address you sign in with now. Give another one.")
        return address


class RoleForm(forms.Form):
    """A role and where it is held. Choices are those `by` may see."""

    role = forms.ChoiceField(label="Role", required=False)
    coc = forms.ModelChoiceField(
        CoC.objects.none(),
        label="CoC",
        required=False,
        help_text="For CoC staff, body members and auditors of one CoC.",
    )
    organization = forms.ModelChoiceField(
        Organization.objects.none(), label="Agency", required=False, help_text="For CHO leads and security officers."
    )
    ends_on = forms.DateField(label="Last day of the role", required=False, help_text="Needed for auditors.")

    def __init__(self, *args: Any, by: Any, role_required: bool = True, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        empty = "Choose one" if role_required else "None: only their own page"
        fields: dict[str, Any] = self.fields
        fields["role"].choices = [("", empty), *roles.CHOICES]
        fields["role"].required = role_required
        fields["coc"].queryset = CoC.objects.visible_to(by)
        fields["organization"].queryset = Organization.objects.visible_to(by)

    def clean(self) -> dict[str, Any]:
        given = super().clean() or {}
        if not given.get("role"):
            return given
        role = roles.ROLES[given["role"]]
        if given.get("coc") and given.get("organization"):
            self.add_error("organization", "Choose a CoC or an agency, not both.")
        elif roles.COC in role.scopes and roles.IMPLEMENTATION not in role.scopes and not given.get("coc"):
            self.add_error("coc", f"Choose the CoC at which they are {role.label}.")
        elif roles.ORGANIZATION in role.scopes and not given.get("organization"):
            self.add_error("organization", f"Choose the agency at which they are {role.label}.")
        if role.must_end and not given.get("ends_on"):
            self.add_error("ends_on", f"{role.label}: give the last day of the role.")
        return given


class InvitationForm(RoleForm):
    """Whom to invite, and to which role."""

    email = forms.EmailField(label="E-mail address", help_text="The invitation goes here, and they sign in with it.")
    name = forms.CharField(label="Name", max_length=150)
    field_order = ("name", "email", "role", "coc", "organization", "ends_on")

    def __init__(self, *args: Any, **kwargs: Any) -> None:
        super().__init__(*args, role_required=False, **kwargs)


class TokenForm(forms.Form):
    """A new API token."""

    name = forms.CharField(label="Name", max_length=80, help_text="What will use it, such as “Nightly roster upload”.")
    scopes = forms.MultipleChoiceField(
        label="What it may do",
        widget=forms.CheckboxSelectMultiple,
        help_text="Choose as little as it needs. It never may do more than you.",
    )
    days = forms.TypedChoiceField(
        label="How long it works",
        coerce=int,
        choices=[(30, "30 days"), (90, "90 days"), (180, "180 days"), (tokens.LONGEST_DAYS, "One year")],
        initial=90,
    )

    def __init__(self, *args: Any, by: Any, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        fields: dict[str, Any] = self.fields
        fields["scopes"].choices = tokens.scopes_on_offer(by)
