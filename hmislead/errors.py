"""Errors the domain raises: sentences for people. HTTP is decided once, by the page and API bases."""


class DomainError(Exception):
    """A wrong move, told in a sentence a person can act on: a message on a page, 409 in the API."""

    status = 409

    def __init__(self, message: str) -> None:
        super().__init__(message)
        self.message = message


class RefusedFile(DomainError):
    """A file that is not let in. The sentence says what is wrong with it and what to send instead."""

    status = 422


class WrongState(DomainError):
    """A move that the life cycle of a record does not know."""

    def __init__(self, record: object, target: str) -> None:
        now = record.get_state_display()  # type: ignore[attr-defined]
        super().__init__(f"{record} is {str(now).lower()} and cannot become {target.lower()}.")
