"""What can be done with agreements: recorded by hand, or prepared, sent and signed in packets."""

from agreements.operations.records import (
    attach_file,
    change_agreement,
    recheck_parties,
    record_agreement,
    terminate_agreement,
    undo_termination,
)

__all__ = [
    "attach_file",
    "change_agreement",
    "recheck_parties",
    "record_agreement",
    "terminate_agreement",
    "undo_termination",
]
