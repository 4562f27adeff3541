"""What every page's frame needs, read off the request. Sign-in pages and errors have less: nothing is demanded."""

from typing import Any

from django.http import HttpRequest
from django.utils.functional import SimpleLazyObject

from hmislead.web import navigation


def shell(request: HttpRequest) -> dict[str, Any]:
    """Context of the frame.

    Reads, where the middleware has set them: `request.implementation`, `request.access`, `request.unread_notices`
    and `request.implementations` (values, or functions asked only when the frame shows them), and `request.acting_as`
    (the person whose view is shown, when somebody views as another).
    """
    implementation = getattr(request, "implementation", None)
    slug = getattr(implementation, "slug", None)
    return {
        "implementation": implementation,
        "nav": navigation.sections(request),
        "places": navigation.links(slug),
        "unread_notices": _asked(request, "unread_notices", 0),
        "implementations": _asked(request, "implementations", []),
        "acting_as": getattr(request, "acting_as", None),
    }


def _asked(request: HttpRequest, name: str, default: Any) -> Any:
    value = getattr(request, name, default)
    return SimpleLazyObject(value) if callable(value) else value
