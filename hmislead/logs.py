"""Logs as JSON lines with request and tenant ids. No names, no e-mail addresses, no query strings, no secret links."""

import logging
import re
import sys

import structlog

# Whoever reads a log could open these: signing links, invitations, new passwords, confirmed addresses.
SECRET_LINK = re.compile(r"(/(?:sign|invitation|reset/key|confirm-email|accounts/address)/)[^\s/?#\"'\\]+")


def hide_secrets(logger: object, method: str, event: structlog.typing.EventDict) -> structlog.typing.EventDict:
    """Take the secret out of every address that is one: Django's own lines about errors name the path."""
    return {key: SECRET_LINK.sub(r"\1[hidden]", text) if isinstance(text, str) else text for key, text in event.items()}


def set_up_logs(level: str) -> None:
    """Route structlog and the standard library's loggers to one JSON line an event on standard error."""
    shared: list[structlog.typing.Processor] = [
        structlog.contextvars.merge_contextvars,
        structlog.stdlib.add_log_level,
        structlog.stdlib.add_logger_name,
        structlog.processors.TimeStamper(fmt="iso"),
    ]
    structlog.configure(
        processors=[*shared, structlog.stdlib.ProcessorFormatter.wrap_for_formatter],
        logger_factory=structlog.stdlib.LoggerFactory(),
        cache_logger_on_first_use=True,
    )
    handler = logging.StreamHandler(sys.stderr)
    handler.setFormatter(
        structlog.stdlib.ProcessorFormatter(
            foreign_pre_chain=shared,
            processors=[
                structlog.stdlib.ProcessorFormatter.remove_processors_meta,
                structlog.processors.format_exc_info,
                hide_secrets,
                structlog.processors.JSONRenderer(),
            ],
        )
    )
    root = logging.getLogger()
    root.handlers = [handler]
    root.setLevel(level)
    for noisy in ("fontTools", "weasyprint", "celery.redirected", "kombu", "psycopg.pool", "pgtrigger", "pikepdf"):
        logging.getLogger(noisy).setLevel(logging.WARNING)
