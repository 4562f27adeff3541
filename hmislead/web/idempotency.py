"""`Idempotency-Key`: a POST that is sent again is answered again, and nothing is done twice.

The answer is stored in the transaction of the change itself, so there is never one without the other. A refused request
changed nothing and is not stored: sent again, it is tried again.
"""

from __future__ import annotations

import datetime as dt
import hashlib
import json
from dataclasses import dataclass
from http import HTTPStatus
from typing import Any

from django.apps import apps
from django.db import connection
from django.http import HttpResponse
from django.utils import timezone

from hmislead.errors import DomainError
from hmislead.tenancy import context

HEADER = "Idempotency-Key"
KEPT = dt.timedelta(hours=24)


class Replayed(Exception):
    """No error: it carries the stored answer past the handler. `response` is that answer."""

    def __init__(self, response: HttpResponse) -> None:
        super().__init__("replayed")
        self.response = response


class KeyUsedForAnother(DomainError):
    """The key names another request."""

    status = HTTPStatus.UNPROCESSABLE_ENTITY


@dataclass(frozen=True)
class Attempt:
    """A request under a key that has no stored answer yet."""

    key_hash: str
    request_hash: str


def begin(request: Any) -> Attempt | None:
    """Call when the client is known to be allowed, before any change. None when the request names no key.

    Raises Replayed with the stored answer, KeyUsedForAnother (422) when the key came with another request, and
    DomainError (409) when the same key is being worked on at this moment.
    """
    key = request.headers.get(HEADER)
    if request.method != "POST" or key is None or not request.user.is_authenticated:
        return None
    if not (0 < len(key) <= 200):
        raise KeyUsedForAnother(f"{HEADER} is 1 to 200 characters long.")
    attempt = Attempt(_hash(key), _hash_of_request(request))
    _lock(request.user.pk, attempt.key_hash)
    keys = apps.get_model("web", "IdempotencyKey").objects.filter(user_id=request.user.pk)
    keys.filter(expires_at__lt=timezone.now()).delete()
    stored = keys.filter(key_hash=attempt.key_hash).first()
    if stored is None:
        return attempt
    if stored.request_hash != attempt.request_hash:
        raise KeyUsedForAnother(f"This {HEADER} was used for another request. Use a new key for a new request.")
    response = HttpResponse(stored.body, status=stored.status, content_type=stored.content_type)
    response["Idempotent-Replayed"] = "true"
    raise Replayed(response)


def keep(attempt: Attempt, request: Any, response: HttpResponse) -> None:
    """Store a rendered answer for the next time. Call inside the transaction of the change."""
    apps.get_model("web", "IdempotencyKey").objects.create(
        user_id=request.user.pk,
        key_hash=attempt.key_hash,
        endpoint=f"{request.method} {request.path}"[:300],
        request_hash=attempt.request_hash,
        status=response.status_code,
        content_type=response.headers.get("Content-Type", "")[:100],
        body=response.content.decode(),
        expires_at=timezone.now() + KEPT,
    )


def _lock(user_id: Any, key_hash: str) -> None:
    """Hold the key until the transaction ends. The one who comes second is told, instead of waiting."""
    name = _hash(f"{context.current().pk} {user_id} {key_hash}")
    number = int(name[:16], 16) - 2**63
    with connection.cursor() as cursor:
        cursor.execute("SELECT pg_try_advisory_xact_lock(%s)", [number])
        if not cursor.fetchone()[0]:
            raise DomainError("The same request is being worked on right now. Wait a moment, then send it again.")


def _hash_of_request(request: Any) -> str:
    """What was asked: method, address, and the body as parsed (the spelling of a form's boundary does not count)."""
    files = {
        name: [hashlib.sha256(file.read()).hexdigest() for file in request.FILES.getlist(name)]
        for name in request.FILES
    }
    for name in request.FILES:
        for file in request.FILES.getlist(name):
            file.seek(0)
    data = request.data
    if hasattr(data, "lists"):
        data = {name: values for name, values in data.lists() if name not in files}
    asked = [request.method, request._request.get_full_path(), data, files]
    return _hash(json.dumps(asked, sort_keys=True, default=str))


def _hash(text: str) -> str:
    return hashlib.sha256(text.encode()).hexdigest()
