"""Lists of the API come in pages that a cursor leads through: nothing is skipped or doubled while rows are added."""

from __future__ import annotations

from typing import Any

from rest_framework.exceptions import NotFound, ValidationError
from rest_framework.pagination import CursorPagination

MAX_PAGE_SIZE = 200


class Cursor(CursorPagination):
    """Newest first, unless the endpoint offers `ordering`. Keys follow time and are unique, so a cursor is exact."""

    invalid_cursor_message = "This cursor leads nowhere. Begin again without one."
    page_size = 50
    page_size_query_param = "page_size"
    max_page_size = MAX_PAGE_SIZE
    ordering = ("-pk",)

    def get_page_size(self, request: Any) -> int:
        """Rows on a page, as asked for. Raises ValidationError for what is no number from 1 to MAX_PAGE_SIZE."""
        asked = request.query_params.get(self.page_size_query_param)
        if asked is None:
            return self.page_size
        if not (asked.isascii() and asked.isdigit() and 1 <= int(asked[:9]) <= MAX_PAGE_SIZE):
            raise ValidationError({self.page_size_query_param: [f"Give a whole number from 1 to {MAX_PAGE_SIZE}."]})
        return int(asked)

    def decode_cursor(self, request: Any) -> Any:
        """The place to go on from. Raises NotFound for one that no list of ours has given."""
        cursor = super().decode_cursor(request)
        if cursor is not None and "\x00" in str(cursor.position):
            raise NotFound(self.invalid_cursor_message)
        return cursor

    def get_ordering(self, request: Any, queryset: Any, view: Any) -> tuple[str, ...]:
        """The order asked for, with the key last so that equal rows keep their places."""
        ordering = tuple(super().get_ordering(request, queryset, view))
        return ordering if ordering[-1] in {"pk", "-pk"} else (*ordering, "pk")

    def get_schema_operation_parameters(self, view: Any) -> list[dict[str, Any]]:
        parameters = super().get_schema_operation_parameters(view)
        for parameter in parameters:
            if parameter["name"] == self.page_size_query_param:
                parameter["schema"] |= {"minimum": 1, "maximum": MAX_PAGE_SIZE, "default": self.page_size}
        return parameters
