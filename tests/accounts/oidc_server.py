"""A small OpenID Connect provider on the loopback address. Its owner is hostile when a test wants it so."""

import json
import threading
import time
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer

import jwt
from cryptography.hazmat.primitives.asymmetric import rsa

KEY = rsa.generate_private_key(public_exponent=65537, key_size=2048)


class OIDCServer:
    """`claims` is what it says about whoever comes; `discovery`, `token` and `userinfo` replace whole answers."""

    def __init__(self):
        self.claims = {"sub": "subject-1", "email": "dana@example.org", "email_verified": True, "name": "Dana"}
        self.discovery, self.token, self.userinfo = {}, None, None
        self.client_id = "north-client"
        self.asked = []
        server = self

        class Handler(BaseHTTPRequestHandler):
            def do_GET(self):
                server.answer(self, server.get(self.path))

            def do_POST(self):
                length = int(self.headers.get("Content-Length", 0))
                server.asked.append((self.path, self.rfile.read(length).decode(), self.headers.get("Authorization")))
                server.answer(self, server.token if server.token is not None else server.tokens())

            def log_message(self, *args):
                """Quiet."""

        self.http = ThreadingHTTPServer(("127.0.0.1", 0), Handler)
        self.url = f"http://127.0.0.1:{self.http.server_address[1]}"
        threading.Thread(target=self.http.serve_forever, daemon=True).start()

    def close(self):
        self.http.shutdown()
        self.http.server_close()

    def get(self, path):
        if path.startswith("/.well-known/"):
            return self.configuration() | self.discovery
        if path.startswith("/userinfo"):
            return self.claims if self.userinfo is None else self.userinfo
        return {"keys": []}

    def configuration(self):
        return {
            "issuer": self.url,
            "authorization_endpoint": self.url + "/authorize",
            "token_endpoint": self.url + "/token",
            "userinfo_endpoint": self.url + "/userinfo",
            "jwks_uri": self.url + "/jwks",
            "token_endpoint_auth_methods_supported": ["client_secret_post"],
        }

    def tokens(self):
        now = int(time.time())
        about = {**self.claims, "iss": self.url, "aud": self.client_id, "iat": now, "exp": now + 300}
        about["sub"] = str(about.get("sub", ""))
        return {
            "access_token": "opaque",
            "token_type": "Bearer",
            "expires_in": 300,
            "id_token": jwt.encode(about, KEY, algorithm="RS256", headers={"kid": "1"}),
        }

    def answer(self, handler, content):
        body = content if isinstance(content, bytes) else json.dumps(content).encode()
        handler.send_response(200)
        handler.send_header("Content-Type", "application/json")
        handler.send_header("Content-Length", str(len(body)))
        handler.end_headers()
        handler.wfile.write(body)
