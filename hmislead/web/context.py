"""What every page's frame needs, read off the request. Sign-in pages and errors have less: nothing is demanded."""

from functools import partial
from typing import Any

from django.http import HttpRequest
from django.utils.functional import SimpleLazyObject

from hmislead.tenancy import context as tenancy
from hmislead.web import navigation


def shell(request: HttpRequest) -> dict[str, Any]:
    """Context of the frame.

    Reads, where the middleware has set them: `request.implementation`, `request.access`, `request.implementations` and
    `request.unread_notices` (values, or functions asked only when the frame shows them; by default the notices are
    counted), and `request.acting_as` (the person whose view is shown, when somebody views as another).
    """
    implementation = getattr(request, "implementation", None)
    slug = getattr(implementation, "slug", None)
    return {
        "implementation": implementation,
        "nav": navigation.sections(request),
        "places": navigation.links(slug),
        "unread_notices": _asked(request, "unread_notices", partial(_unread, request)),
        "implementations": _asked(request, "implementations", []),
        "acting_as": getattr(request, "acting_as", None),
    }


def _unread(request: Any) -> int:
    """How many notices the reader has not read; 0 on pages outside an implementation, such as errors."""
    from hmislead.notices.operations import unread_count  # notices stand on the page building blocks, not below them

    if tenancy.current_id() is None or not request.user.is_authenticated:
        return 0
    return unread_count(request.user)


def _asked(request: HttpRequest, name: str, default: Any) -> Any:
    value = getattr(request, name, default)
    return SimpleLazyObject(value) if callable(value) else value
