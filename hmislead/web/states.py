"""The one vocabulary of states: a word, a sign and a tone for each, so that colour never stands alone.

Pages, charts, exports and documents all take their words from here.
"""

from dataclasses import dataclass

GOOD, WARN, BAD, WAIT, VIOLET, QUIET = "good", "warn", "bad", "wait", "violet", "quiet"


@dataclass(frozen=True)
class Sign:
    """How one state is shown: its word in lower case, its icon in the USWDS sprite, its tone in app.css."""

    word: str
    icon: str
    tone: str


_MET = ("check_circle", GOOD)
_WAITING = ("hourglass_empty", WAIT)
_ENDED = ("radio_button_unchecked", QUIET)
_FAILED = ("cancel", BAD)
_WRITTEN = ("edit", QUIET)

# state: (word, icon, tone), grouped by the life cycle it belongs to
_TABLE: dict[str, tuple[str, str, str]] = {
    # requirements
    "met": ("met", *_MET),
    "due_soon": ("due soon", "schedule", WARN),
    "overdue": ("overdue", "error", BAD),
    "not_met": ("not met", *_FAILED),
    "not_applicable": ("not applicable", "remove", QUIET),
    "waived": ("waived", "flag", VIOLET),
    # licenses and the account seen in the HMIS
    "requested": ("requested", *_WAITING),
    "blocked": ("blocked", "do_not_disturb", BAD),
    "active": ("active", *_MET),
    "suspended": ("suspended", "lock", BAD),
    "terminated": ("terminated", *_ENDED),
    "locked": ("locked", "lock", BAD),
    "inactive": ("inactive", "remove_circle", QUIET),
    "unknown": ("unknown", "help_outline", QUIET),
    "may_use": ("may use the HMIS", *_MET),
    "may_not_use": ("may not use the HMIS", "do_not_disturb", BAD),
    # papers, agreements, implementations
    "draft": ("draft", *_WRITTEN),
    "waiting": ("waiting", *_WAITING),
    "proposed": ("proposed", *_WRITTEN),
    "in_force": ("in force", *_MET),
    "signed": ("signed", *_MET),
    "ending_soon": ("ending soon", "schedule", WARN),
    "expired": ("expired", "error", BAD),
    "ended": ("ended", *_ENDED),
    "superseded": ("superseded", *_ENDED),
    "in_setup": ("in setup", *_WRITTEN),
    "setup": ("in setup", *_WRITTEN),
    "live": ("live", *_MET),
    "in_transition": ("in transition", *_WAITING),
    "transition": ("in transition", *_WAITING),
    "closed": ("closed", *_ENDED),
    # runs, imports and reports
    "queued": ("queued", *_WAITING),
    "pending": ("waiting", *_WAITING),
    "running": ("running", "autorenew", WAIT),
    "reading": ("being read", "autorenew", WAIT),
    "ready": ("ready for review", "visibility", WAIT),
    "previewed": ("ready for review", "visibility", WAIT),
    "applying": ("being applied", "autorenew", WAIT),
    "applied": ("applied", *_MET),
    "finished": ("finished", *_MET),
    "done": ("done", *_MET),
    "partly": ("partly done", "warning", WARN),
    "failed": ("failed", *_FAILED),
    "refused": ("refused", *_FAILED),
    "cancelled": ("cancelled", *_ENDED),
    "discarded": ("discarded", *_ENDED),
    "undone": ("undone", "undo", QUIET),
    "paused": ("paused", "remove_circle", QUIET),
    "disabled": ("turned off", *_FAILED),
    "removed": ("removed", *_ENDED),
    # messages
    "held": ("held", "schedule", WAIT),
    "sending": ("being sent", "autorenew", WAIT),
    "sent": ("sent", "send", WAIT),
    "delivered": ("delivered", *_MET),
    "bounced": ("bounced", *_FAILED),
    "suppressed": ("not sent", "remove_circle", QUIET),
    # documents, decisions and packets
    "in_comment": ("open for comments", "comment", WAIT),
    "submitted": ("submitted", *_WAITING),
    "approved": ("approved", *_MET),
    "conditions": ("approved with conditions", "warning", WARN),
    "rejected": ("rejected", *_FAILED),
    "effective": ("in effect", *_MET),
    "retired": ("retired", *_ENDED),
    "present": ("there", *_MET),
    "covered": ("covered by another document", "link", GOOD),
    "review": ("to be confirmed", "visibility", WAIT),
    "missing": ("missing", *_FAILED),
    "not_chosen": ("not used", "remove", QUIET),
    "out": ("out for signature", *_WAITING),
    "partly_signed": ("partly signed", *_WAITING),
    "complete": ("signed by all", *_MET),
    "declined": ("declined", *_FAILED),
    "withdrawn": ("withdrawn", *_ENDED),
    "not_in_time": ("not signed in time", "error", BAD),
    "asked": ("asked to sign", "edit", WAIT),
    "replaced": ("replaced", *_ENDED),
    # deviation reports, sanctions and grievances
    "received": ("received", "mail_outline", WAIT),
    "reviewed": ("reviewed", "visibility", WAIT),
    "action": ("action taken", "build", WAIT),
    "notified": ("notice given", "send", WAIT),
    "in_effect": ("in effect", "do_not_disturb", BAD),
    "appealed": ("appealed", *_WAITING),
    "lifted": ("lifted", *_ENDED),
    "acknowledged": ("acknowledged", "check", WAIT),
    "in_review": ("in review", "visibility", WAIT),
    "decided": ("decided", *_MET),
    # tasks, invitations, grants and tokens
    "open": ("open", "radio_button_unchecked", WAIT),
    "proven": ("closed with proof", *_MET),
    "invited": ("invited", "mail_outline", WAIT),
    "accepted": ("accepted", *_MET),
    "revoked": ("revoked", *_ENDED),
    "added": ("added", "add_circle", GOOD),
    "changed": ("changed", "edit", WAIT),
    "unchanged": ("unchanged", "remove", QUIET),
}

SIGNS = {state: Sign(*entry) for state, entry in _TABLE.items()}


def sign(state: object) -> Sign:
    """The sign of a state; `state` is its stored value, in any case, with spaces or hyphens allowed.

    A state nobody listed shows as its own words, quietly: a new state must never break a page.
    """
    key = str(state or "unknown").strip().lower().replace("-", "_").replace(" ", "_")
    if key.startswith("waiting_for"):
        return Sign(key.replace("_", " "), *_WAITING)
    return SIGNS.get(key) or Sign(key.replace("_", " "), "label", QUIET)
