"""Which column of a vendor's roster means what. Made once for each vendor, kept, and used again."""

import re
from collections.abc import Mapping
from dataclasses import dataclass, field, fields
from enum import StrEnum
from typing import Any, Self

#: The columns a roster can have, with the names vendors give them, letters and digits only.
HEADER_NAMES: dict[str, tuple[str, ...]] = {
    "email": ("email", "emailaddress", "useremail", "useremailaddress", "mail", "workemail", "primaryemail"),
    "username": ("username", "userid", "login", "loginname", "loginid", "useraccount", "accountname", "user"),
    "first_name": ("firstname", "first", "givenname", "userfirstname", "fname"),
    "last_name": ("lastname", "last", "surname", "familyname", "userlastname", "lname"),
    "full_name": ("fullname", "name", "displayname", "usersname", "staffname", "username"),
    "organization": (
        "organization",
        "organizationname",
        "agency",
        "agencyname",
        "provider",
        "providername",
        "defaultprovider",
        "homeagency",
        "primaryagency",
        "company",
        "org",
    ),
    "account_state": (
        "accountstatus",
        "userstatus",
        "status",
        "accountstate",
        "active",
        "isactive",
        "useractive",
        "enabled",
        "inactive",
        "isinactive",
        "userinactive",
        "disabled",
        "isdisabled",
        "locked",
        "islocked",
        "islockedout",
    ),
    "last_sign_in": (
        "lastlogin",
        "lastlogindate",
        "lastlogon",
        "lastlogondate",
        "lastsignin",
        "lastsignindate",
        "lastaccess",
        "lastaccessed",
        "lastactivity",
        "lastlogindatetime",
        "mostrecentlogin",
    ),
    "created": ("created", "createddate", "datecreated", "creationdate", "createdon", "dateadded", "accountcreated"),
    "access_role": (
        "role",
        "accessrole",
        "userrole",
        "accesslevel",
        "usertype",
        "permissiongroup",
        "securityrole",
        "profile",
    ),
}
MEANING_LABELS = {
    "email": "e-mail address",
    "username": "user name",
    "first_name": "first name",
    "last_name": "last name",
    "full_name": "full name",
    "organization": "organization",
    "account_state": "state of the account",
    "last_sign_in": "last sign-in",
    "created": "date of creation",
    "access_role": "access role",
}


class AccountState(StrEnum):
    """The state of an account in the HMIS, as its roster tells it."""

    ACTIVE = "active"
    INACTIVE = "inactive"
    LOCKED = "locked"
    UNKNOWN = "unknown"


class DateOrder(StrEnum):
    """How dates with three numbers are written. AUTO looks at the whole column."""

    AUTO = "auto"
    MONTH_FIRST = "month_first"
    DAY_FIRST = "day_first"


def _states(**words: str) -> dict[str, AccountState]:
    return {word: AccountState(state) for state, text in words.items() for word in text.split(", ")}


USUAL_STATES = _states(
    active="active, enabled, current, open, yes, y, true, 1, a",
    inactive="inactive, disabled, deactivated, terminated, closed, deleted, expired, archived, no, n, false, 0, i",
    locked="locked, locked out, suspended, blocked",
)
#: For columns called "Disabled" or "Inactive", where yes means no; and for "Locked".
TURNED_STATES = _states(inactive="yes, y, true, 1, disabled, inactive", active="no, n, false, 0, enabled, active")
LOCKED_STATES = _states(locked="yes, y, true, 1, locked", active="no, n, false, 0, unlocked")


@dataclass(frozen=True, slots=True)
class RosterMapping:
    """What each column of a roster means. A column is named by its header; "" means the roster has no such column.

    `states` maps the roster's words, in lower case, to states; `default_state` stands where the roster has no state or
    leaves it blank. `service_accounts` are patterns with * and ? over e-mail address and user name, without case.
    `organization_separator` divides several agencies in one cell; "" when a cell names one.
    """

    email: str = ""
    username: str = ""
    first_name: str = ""
    last_name: str = ""
    full_name: str = ""
    organization: str = ""
    account_state: str = ""
    last_sign_in: str = ""
    created: str = ""
    access_role: str = ""
    states: Mapping[str, AccountState] = field(default_factory=lambda: dict(USUAL_STATES))
    default_state: AccountState = AccountState.UNKNOWN
    date_order: DateOrder = DateOrder.AUTO
    service_accounts: tuple[str, ...] = ()
    organization_separator: str = ""

    def columns(self) -> dict[str, str]:
        """Return the header chosen for each meaning that has one."""
        return {meaning: getattr(self, meaning) for meaning in HEADER_NAMES if getattr(self, meaning)}

    def as_json(self) -> dict[str, Any]:
        """Return plain values to keep; `from_json` makes the mapping again."""
        return {item.name: _plain(getattr(self, item.name)) for item in fields(self)}

    @classmethod
    def from_json(cls, kept: Mapping[str, Any]) -> Self:
        """Return the mapping that was kept. Raises ValueError for a state or a date order that is not known."""
        known = {item.name: kept[item.name] for item in fields(cls) if item.name in kept}
        if "states" in known:
            known["states"] = {str(word).casefold(): AccountState(state) for word, state in known["states"].items()}
        if "default_state" in known:
            known["default_state"] = AccountState(known["default_state"])
        if "date_order" in known:
            known["date_order"] = DateOrder(known["date_order"])
        if "service_accounts" in known:
            known["service_accounts"] = tuple(known["service_accounts"])
        return cls(**known)


def _plain(value: Any) -> Any:
    if isinstance(value, Mapping):
        return {word: str(state) for word, state in value.items()}
    return list(value) if isinstance(value, tuple) else str(value)


def guess_mapping(headers: list[str]) -> RosterMapping:
    """Return the mapping the names of the columns suggest. People look it over before it is used."""
    by_name: dict[str, str] = {}
    for header in headers:
        by_name.setdefault(_bare(header), header)
    chosen: dict[str, Any] = {}
    for meaning, names in HEADER_NAMES.items():
        free = (by_name[name] for name in names if name in by_name and by_name[name] not in chosen.values())
        if header := next(free, ""):
            chosen[meaning] = header
    return RosterMapping(states=_states_for(chosen.get("account_state", "")), **chosen)


def _bare(header: str) -> str:
    return re.sub("[^a-z0-9]", "", header.casefold())


def _states_for(header: str) -> dict[str, AccountState]:
    bare = _bare(header)
    if bare.endswith(("inactive", "disabled")):
        return dict(TURNED_STATES)
    return dict(LOCKED_STATES) if "locked" in bare else dict(USUAL_STATES)
