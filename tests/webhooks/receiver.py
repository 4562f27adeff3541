"""A receiver of webhooks on the loopback address, plain or with TLS: it keeps what it gets and answers as it is told."""

from __future__ import annotations

import datetime as dt
import ssl
import threading
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer

from cryptography import x509
from cryptography.hazmat.primitives import hashes, serialization
from cryptography.hazmat.primitives.asymmetric import ec


class Receiver:
    """`got`: (path, headers, body); `status`: what it answers, or a list of answers one after the other; `location`:
    where a redirect leads; `gate`: cleared, it keeps callers waiting; `asked` counts those who have begun; `drip`: it
    goes on sending a header without end."""

    def __init__(self, certificate=None):
        self.got, self.status, self.location, self.drip = [], 204, "", False
        self.asked, self.gate, self.over = threading.Semaphore(0), threading.Event(), threading.Event()
        self.gate.set()
        receiver = self

        class Handler(BaseHTTPRequestHandler):
            def do_POST(self):
                body = self.rfile.read(int(self.headers.get("Content-Length", 0)))
                receiver.asked.release()
                receiver.gate.wait(30)
                receiver.got.append((self.path, dict(self.headers), body))
                if receiver.drip:
                    self.drip()
                    return
                self.send_response(receiver.next_status())
                if receiver.location:
                    self.send_header("Location", receiver.location)
                self.end_headers()

            def drip(self):
                self.wfile.write(b"HTTP/1.1 200 OK\r\nX-Long: ")
                while not receiver.over.wait(0.05):
                    self.wfile.write(b"x")

            def log_message(self, *args):
                """Quiet."""

        class Server(ThreadingHTTPServer):
            daemon_threads = True

            def handle_error(self, request, client_address):
                """A caller that goes away in the middle is what some tests are about."""

        self.http = Server(("127.0.0.1", 0), Handler)
        if certificate:
            made = ssl.SSLContext(ssl.PROTOCOL_TLS_SERVER)
            made.load_cert_chain(certificate)
            self.http.socket = made.wrap_socket(self.http.socket, server_side=True)
        self.port = self.http.server_address[1]
        self.url = f"{'https' if certificate else 'http'}://localhost:{self.port}/hook?code=abc"
        threading.Thread(target=self.http.serve_forever, daemon=True).start()

    def next_status(self):
        return self.status.pop(0) if isinstance(self.status, list) else self.status

    def close(self):
        self.over.set()
        self.gate.set()
        self.http.shutdown()
        self.http.server_close()


def certificate(folder, name):
    """A file with a key and a certificate for `name` that it signs itself."""
    key = ec.generate_private_key(ec.SECP256R1())
    subject = x509.Name([x509.NameAttribute(x509.NameOID.COMMON_NAME, name)])
    now = dt.datetime.now(dt.UTC)
    made = (
        x509.CertificateBuilder()
        .subject_name(subject)
        .issuer_name(subject)
        .public_key(key.public_key())
        .serial_number(x509.random_serial_number())
        .not_valid_before(now - dt.timedelta(days=1))
        .not_valid_after(now + dt.timedelta(days=1))
        .add_extension(x509.SubjectAlternativeName([x509.DNSName(name)]), critical=False)
        .add_extension(x509.BasicConstraints(ca=True, path_length=None), critical=True)
        .sign(key, hashes.SHA256())
    )
    file = folder / f"{name}.pem"
    private = key.private_bytes(
        serialization.Encoding.PEM, serialization.PrivateFormat.PKCS8, serialization.NoEncryption()
    )
    file.write_bytes(private + made.public_bytes(serialization.Encoding.PEM))
    return file
