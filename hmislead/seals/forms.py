"""Forms about seals."""

from __future__ import annotations

from django import forms

MAX_KEY_BYTES = 64 * 1024


class KeyForm(forms.Form):
    """A PKCS#12 file with its passphrase."""

    file = forms.FileField(label="Certificate file", help_text="A PKCS#12 file, ending in .p12 or .pfx.")
    passphrase = forms.CharField(
        label="Its passphrase", widget=forms.PasswordInput(attrs={"autocomplete": "off"}), required=False, strip=False
    )

    def clean_file(self) -> bytes:
        file = self.cleaned_data["file"]
        if file.size > MAX_KEY_BYTES:
            raise forms.ValidationError("This file is too large to be a certificate.")
        return bytes(file.read())


class RotateForm(forms.Form):
    """Nothing to fill in: the button is the answer."""


class VerifyForm(forms.Form):
    """A PDF of anybody's."""

    file = forms.FileField(label="The PDF to check", help_text="Up to 25 MB. We look at it and keep nothing of it.")

    def clean_file(self) -> bytes:
        file = self.cleaned_data["file"]
        if file.size > 25 * 1024 * 1024:
            raise forms.ValidationError("The file is larger than 25 MB. The documents we seal are smaller.")
        return bytes(file.read())
