"""Facts of a report as JSON in which a date stays a date."""

from __future__ import annotations

import datetime as dt
import json
from typing import Any

DATE = "$date"


class FactsEncoder(json.JSONEncoder):
    """Writes a date as `{"$date": "2027-03-14"}`. Anything else that JSON does not know is a mistake: TypeError."""

    def default(self, value: Any) -> Any:
        if isinstance(value, dt.date) and not isinstance(value, dt.datetime):
            return {DATE: value.isoformat()}
        return super().default(value)


class FactsDecoder(json.JSONDecoder):
    """Reads what `FactsEncoder` wrote."""

    def __init__(self, **kwargs: Any) -> None:
        super().__init__(**{**kwargs, "object_hook": _date})


def _date(found: dict[str, Any]) -> Any:
    return dt.date.fromisoformat(found[DATE]) if set(found) == {DATE} else found
