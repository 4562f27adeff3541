"""Where a mail provider reports what became of messages: only when mail leaves through django-anymail, with a secret."""

from __future__ import annotations

from collections.abc import Iterator

from django.conf import settings
from django.urls import URLPattern, path

from hmislead.access import pages


def doors(backend: str, secret: object) -> Iterator[URLPattern]:
    """The address of the provider of `backend`, `/mail-reports/<provider>/`; none for other backends or no secret.

    Anymail checks the secret (`ANYMAIL["WEBHOOK_SECRET"]`) and, where there is one, the provider's signature.
    """
    if not backend.startswith("anymail.backends.") or not secret:
        return
    from anymail.urls import urlpatterns as known  # loads every provider's code: only when it is used

    provider = backend.split(".")[2]
    for each in known:
        if each.name.startswith(f"{provider}_") and "inbound" not in each.name:
            yield path(f"mail-reports/{provider}/", pages.public(each.callback), name="mail-reports")


urlpatterns = list(doors(settings.EMAIL_BACKEND, getattr(settings, "ANYMAIL", {}).get("WEBHOOK_SECRET")))
