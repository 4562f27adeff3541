"""The optional virus scan: a file is streamed to the installation's clamd, which says clean or names what it found."""

import socket
import struct
from typing import BinaryIO

import structlog
from django.conf import settings

from hmislead.errors import RefusedFile

PIECE = 1 << 17  # bytes sent at once
PATIENCE = 30  # seconds for connecting, and for each answer
_LONGEST_ANSWER = 4096  # bytes

log = structlog.get_logger(__name__)


def scan(file: BinaryIO) -> None:
    """Sends `file`, from where it stands, to the scanner at settings.CLAMAV_ADDRESS; does nothing without one.

    The address is `host:port` or the path of a socket (`/run/clamav/clamd.ctl`). Raises RefusedFile when the scanner
    found something, and also when it could not be asked: a file that was not scanned does not come in.
    """
    if not settings.CLAMAV_ADDRESS:
        return
    try:
        answer = _asked(file, settings.CLAMAV_ADDRESS)
    except (OSError, ValueError) as error:
        log.error("virus scanner does not answer", error=type(error).__name__)
        raise RefusedFile(_NOT_SCANNED) from error
    if answer.endswith(" OK"):
        return
    if answer.endswith(" FOUND"):
        log.warning("virus scanner found something", found=answer.removeprefix("stream: ").removesuffix(" FOUND"))
        raise RefusedFile(
            "The virus scanner found something harmful in this file. Nothing was kept. "
            "Do not open the file; tell the people who look after your computer."
        )
    log.error("virus scanner answered with an error", answer=answer)
    raise RefusedFile(_NOT_SCANNED)


def _asked(file: BinaryIO, address: str) -> str:
    """The scanner's one line. INSTREAM of clamd(8): pieces, each after its length, and an empty one at the end."""
    with _connected(address) as scanner:
        scanner.sendall(b"zINSTREAM\0")
        while piece := file.read(PIECE):
            scanner.sendall(struct.pack("!L", len(piece)) + piece)
        scanner.sendall(struct.pack("!L", 0))
        answer = b""
        while not answer.endswith(b"\0") and len(answer) < _LONGEST_ANSWER and (more := scanner.recv(_LONGEST_ANSWER)):
            answer += more
    return answer.rstrip(b"\0").decode("utf-8", errors="replace").strip()


def _connected(address: str) -> socket.socket:
    if address.startswith("/"):
        scanner = socket.socket(socket.AF_UNIX, socket.SOCK_STREAM)
        scanner.settimeout(PATIENCE)
        try:
            scanner.connect(address)
        except OSError:
            scanner.close()
            raise
        return scanner
    host, _, port = address.rpartition(":")
    return socket.create_connection((host.strip("[]"), int(port)), timeout=PATIENCE)


_NOT_SCANNED = (
    "The virus scanner did not answer, so this file could not be checked. Nothing was kept. "
    "Try again in a few minutes; if it happens again, tell your HMIS Lead."
)
