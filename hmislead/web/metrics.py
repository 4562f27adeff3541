"""What a monitor (Prometheus) reads at `/metrics`: counts and times of requests, and figures that rooms add.

Requests are counted in each web process; `gunicorn.conf.py` names the folder in which the processes of one gunicorn put
their counts together. Figures are read from database and broker when the monitor asks. Nothing here names a person, and
of an implementation only its short name.
"""

from __future__ import annotations

import os
import secrets
from collections.abc import Callable, Iterable
from typing import Any

from django.conf import settings
from django.http import Http404, HttpRequest, HttpResponse
from django.views.decorators.http import require_safe
from prometheus_client import CollectorRegistry, Counter, Histogram, generate_latest, multiprocess
from prometheus_client.exposition import CONTENT_TYPE_LATEST
from prometheus_client.metrics_core import Metric

from hmislead.access.pages import public

SECONDS = (0.025, 0.05, 0.1, 0.25, 0.5, 1, 2.5, 5, 10)
Figures = Callable[[], Iterable[Metric]]

_counts = CollectorRegistry()
_requests = Counter(
    "hmislead_requests", "Requests answered, by the name of the view.", ["view", "method", "status"], registry=_counts
)
_durations = Histogram(
    "hmislead_request_seconds", "Time until the answer began.", ["view"], buckets=SECONDS, registry=_counts
)
_figures: list[Figures] = []


def register(figures: Figures) -> None:
    """Add figures that are read whenever the monitor asks. Called in `apps.py`; `figures` makes few and fast queries."""
    if figures not in _figures:
        _figures.append(figures)


def observe(match: Any, method: str | None, status: int, seconds: float) -> None:
    """Count one answer. `match` is the request's resolver match; static files and unknown addresses have none."""
    view = match.view_name if match else "none"
    _requests.labels(view, method if method in _METHODS else "other", status).inc()
    _durations.labels(view).observe(seconds)


# A visitor may send any word as a method: each would be a series of its own.
_METHODS = frozenset({"GET", "HEAD", "POST", "PUT", "PATCH", "DELETE", "OPTIONS"})


@require_safe
@public
def metrics(request: HttpRequest) -> HttpResponse:
    """Everything in Prometheus's text form, for whoever sends `METRICS_TOKEN` as a bearer token. Without one set, 404."""
    if not settings.METRICS_TOKEN:
        raise Http404
    given = request.headers.get("Authorization", "")
    if not secrets.compare_digest(given.encode(), f"Bearer {settings.METRICS_TOKEN}".encode()):
        return HttpResponse("Send the token of METRICS_TOKEN.\n", status=401, headers={"WWW-Authenticate": "Bearer"})
    body = generate_latest(_counted()) + generate_latest(_read_now())
    return HttpResponse(body, content_type=CONTENT_TYPE_LATEST, headers={"Cache-Control": "no-store"})


def _counted() -> CollectorRegistry:
    """The counts of this process, or of all processes that share a folder."""
    if "PROMETHEUS_MULTIPROC_DIR" not in os.environ:
        return _counts
    together = CollectorRegistry()
    multiprocess.MultiProcessCollector(together)  # type: ignore[no-untyped-call]
    return together


def _read_now() -> CollectorRegistry:
    registry = CollectorRegistry()
    registry.register(_All())
    return registry


class _All:
    """The figures of every room, in the shape the library asks for."""

    def collect(self) -> Iterable[Metric]:
        for figures in _figures:
            yield from figures()
