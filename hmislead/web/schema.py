"""OpenAPI as the endpoints really answer: problem details for errors, names and groups by resource."""

from __future__ import annotations

from typing import Any

from drf_spectacular.extensions import OpenApiAuthenticationExtension
from drf_spectacular.openapi import AutoSchema
from drf_spectacular.utils import OpenApiParameter

from hmislead.web.problems import CONTENT_TYPE

PROBLEM = {
    "type": "object",
    "description": "RFC 9457 problem details.",
    "properties": {
        "type": {"type": "string"},
        "title": {"type": "string"},
        "status": {"type": "integer"},
        "detail": {"type": "string", "description": "What happened, in a sentence."},
        "errors": {
            "type": "object",
            "description": "Messages by field; `non_field_errors` for the whole.",
            "additionalProperties": {"type": "array", "items": {"type": "string"}},
        },
    },
    "required": ["type", "title", "status"],
}
ADDRESSES = {"uri", "email"}
WRITES = {"POST", "PUT", "PATCH", "DELETE"}
MEANINGS = {
    "400": "Some of what was sent is not right; `errors` says which field and why.",
    "401": "No token, or one that is not known, has expired or was revoked.",
    "403": "Your roles here, or the scopes of the token, do not include this.",
    "404": "There is nothing here for you.",
    "406": "The answer is not to be had in the form asked for.",
    "409": "The record is not in a state that allows this, or the same request is being worked on.",
    "413": "The body is too large.",
    "415": "The endpoint does not take this kind of body.",
    "422": "A file was refused, or an idempotency key was used again for another request.",
    "429": "Too many requests; `Retry-After` says how many seconds to wait.",
}
IDEMPOTENCY = OpenApiParameter(
    "Idempotency-Key",
    str,
    OpenApiParameter.HEADER,
    description="Your own name for this request, 1 to 200 characters. Sent again within a day with the same body, "
    "it is answered as the first time and nothing is done twice.",
)


class TokenScheme(OpenApiAuthenticationExtension):  # type: ignore[no-untyped-call]
    """How the description of the API calls our tokens."""

    target_class = "hmislead.accounts.authentication.TokenAuthentication"
    name = "token"

    def get_security_definition(self, auto_schema: AutoSchema) -> dict[str, str]:
        return {"type": "http", "scheme": "bearer", "description": "A token made on the page “API tokens”."}


class Schema(AutoSchema):
    """`/i/{slug}/organizations/` gives the group `organizations` and operations like `organizations_list`."""

    def get_tags(self) -> list[str]:
        return self._resource_path()[:1]

    def get_operation_id(self) -> str:
        action = getattr(self.view, "action", None) or self.method.lower()
        return "_".join([*self._resource_path()[:1], action]).replace("-", "_")

    def _map_serializer_field(self, field: Any, direction: Any, bypass_extensions: bool = False) -> Any:
        schema = super()._map_serializer_field(field, direction, bypass_extensions)  # type: ignore[no-untyped-call]
        return _with_blank(schema) if direction == "response" and _may_be_blank(field) else schema

    def _insert_field_validators(self, field: Any, schema: dict[str, Any]) -> None:
        super()._insert_field_validators(field, schema)  # type: ignore[no-untyped-call]
        if field.read_only and _may_be_blank(field) and schema.get("format") in ADDRESSES:
            del schema["format"]

    def get_override_parameters(self) -> list[Any]:
        parameters = list(super().get_override_parameters())
        return [*parameters, IDEMPOTENCY] if self.method == "POST" and self._is_tenant_path() else parameters

    def _resource_path(self) -> list[str]:
        return [part for part in self._tokenize_path() if part != "i"] or ["root"]

    def _is_tenant_path(self) -> bool:
        return self._tokenize_path()[:1] == ["i"]

    def _resolve_path_parameters(self, variables: list[str]) -> Any:
        others = [name for name in variables if name != "slug"]
        parameters = super()._resolve_path_parameters(others)  # type: ignore[no-untyped-call]
        if "slug" not in variables:
            return parameters
        slug = {
            "name": "slug",
            "in": "path",
            "required": True,
            "description": "The implementation.",
            "schema": {"type": "string", "pattern": "^[-a-zA-Z0-9_]+$"},
        }
        return [slug, *parameters]

    def _get_response_bodies(self, direction: Any = "response") -> Any:
        responses = super()._get_response_bodies(direction)
        codes = [
            "400",
            "401",
            "403",
            "404",
            "406",
            "429",
            *(["409", "413", "415", "422"] if self.method in WRITES else []),
        ]
        for code in codes:
            responses.setdefault(code, {"content": {CONTENT_TYPE: {"schema": PROBLEM}}, "description": MEANINGS[code]})
        return responses


def _may_be_blank(field: Any) -> bool:
    """True for a field whose column may hold an empty text. DRF forgets that of fields that are only read."""
    model = getattr(getattr(field.parent, "Meta", None), "model", None)
    names = {each.name: each for each in model._meta.fields} if model else {}
    return bool(getattr(names.get(field.source), "blank", False))


def _with_blank(schema: dict[str, Any]) -> dict[str, Any]:
    """An empty text is no address, and none of the choices: say that it may stand there."""
    kept = {key: value for key, value in schema.items() if not (key == "format" and value in ADDRESSES)}
    if schema.get("type") == "string" and "enum" in schema and "" not in schema["enum"]:
        kept["enum"] = [*schema["enum"], ""]
    return kept
