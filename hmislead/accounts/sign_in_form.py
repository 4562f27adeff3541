"""allauth's sign-in form in our words. Apart from `forms`: allauth loads it while it starts."""

from __future__ import annotations

from typing import Any

from allauth.account.forms import LoginForm


class SignInForm(LoginForm):
    error_title = "You are not signed in"

    def __init__(self, *args: Any, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        self.fields["login"].label = "E-mail address"
        self.fields["password"].help_text = ""  # the page has the link, after the fields
        for field in self.fields.values():
            field.widget.attrs.pop("placeholder", None)
