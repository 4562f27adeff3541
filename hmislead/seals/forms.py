"""Forms about seals."""

from __future__ import annotations

from typing import Any

from django import forms

from hmislead.seals.verifying import MAX_BYTES

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
    """A PDF of anybody's. `words` are those of the reader's language."""

    file = forms.FileField()

    def __init__(self, *args: Any, words: dict[str, str], **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        self.words, self.error_title = words, words["error"]
        field = self.fields["file"]
        field.label, field.help_text = words["file"], words["help"]
        field.error_messages["required"] = words["missing"]

    def clean_file(self) -> bytes:
        file = self.cleaned_data["file"]
        if file.size > MAX_BYTES:
            raise forms.ValidationError(self.words["too_large"])
        return bytes(file.read())
