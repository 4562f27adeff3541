"""A mail server of our own on a local port: it keeps what it takes, refuses whom it is told to, and can be made to wait."""

from __future__ import annotations

import email
import socketserver
import threading
from contextlib import contextmanager
from email import policy


class _Conversation(socketserver.StreamRequestHandler):
    def handle(self):
        self.say("220 ready")
        for line in iter(self.rfile.readline, b""):
            word = line[:4].upper().decode()
            if word == "DATA":
                self.data()
            elif word == "MAIL":
                self.server.asked.release()
                self.server.gate.wait(30)
                self.say("250 ok")
            elif word == "RCPT":
                self.say(self.server.answers.get(line.decode().split("<")[1].split(">")[0], "250 ok"))
            elif word == "QUIT":
                self.say("221 bye")
                return
            else:
                self.say("250 ok")

    def data(self):
        self.say("354 go on")
        lines = []
        for line in iter(self.rfile.readline, b".\r\n"):
            if not line:  # the sender died
                return
            lines.append(line.removeprefix(b"."))
        self.server.taken.append(email.message_from_bytes(b"".join(lines), policy=policy.default))
        self.say(self.server.after_data)

    def say(self, text):
        self.wfile.write(f"{text}\r\n".encode())


class MailServer(socketserver.ThreadingTCPServer):
    """`taken`: messages; `answers`: what is said to a recipient; `gate`: cleared, it keeps senders waiting; `asked`
    counts the senders that have begun."""

    allow_reuse_address = True
    daemon_threads = True
    block_on_close = False

    def __init__(self):
        super().__init__(("127.0.0.1", 0), _Conversation)
        self.taken, self.answers, self.after_data = [], {}, "250 ok"
        self.asked, self.gate = threading.Semaphore(0), threading.Event()
        self.gate.set()

    @property
    def port(self):
        return self.server_address[1]

    def handle_error(self, request, client_address):
        """A sender that dies in the middle is what some tests are about."""


@contextmanager
def running():
    with MailServer() as server:
        thread = threading.Thread(target=server.serve_forever, daemon=True)
        thread.start()
        yield server
        server.shutdown()
