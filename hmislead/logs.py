"""Logs as JSON lines with request and tenant ids. No names, no e-mail addresses, no query strings."""

import logging
import sys

import structlog


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
                structlog.processors.JSONRenderer(),
            ],
        )
    )
    root = logging.getLogger()
    root.handlers = [handler]
    root.setLevel(level)
    for noisy in ("fontTools", "weasyprint", "celery.redirected", "kombu", "psycopg.pool", "pgtrigger", "pikepdf"):
        logging.getLogger(noisy).setLevel(logging.WARNING)
