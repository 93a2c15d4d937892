"""A mail server and a web server of this machine: they keep what they are given, and can be told to be unkind."""

from __future__ import annotations

import datetime as dt
import email
import ipaddress
import json
import ssl
import threading
from email.message import EmailMessage
from email.policy import default
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from pathlib import Path
from socketserver import StreamRequestHandler, ThreadingTCPServer
from types import TracebackType
from typing import Any, cast

from cryptography import x509
from cryptography.hazmat.primitives import hashes, serialization
from cryptography.hazmat.primitives.asymmetric import ec
from cryptography.x509.oid import NameOID


class _Conversation(StreamRequestHandler):
    """As much of SMTP as a client that sends a message speaks."""

    def handle(self) -> None:
        server = cast(MailServer, self.server)
        server.connections += 1
        self.say(220, "ready")
        to: list[str] = []
        while line := self.rfile.readline().decode().strip():
            word = line.split()[0].upper()
            if word in ("EHLO", "HELO"):
                offers = ["STARTTLS"] if server.tls and not isinstance(self.connection, ssl.SSLSocket) else ["AUTH PLAIN"]
                self.wfile.write(f"250-here\r\n250 {offers[0]}\r\n".encode())
            elif word == "STARTTLS":
                self.say(220, "go ahead")
                assert server.tls is not None
                self.connection = server.tls.wrap_socket(self.connection, server_side=True)
                self.rfile, self.wfile = self.connection.makefile("rb"), self.connection.makefile("wb", buffering=0)
            elif word == "AUTH":
                server.logins.append(line)
                self.say(*(535, "no") if server.refuse == "login" else (235, "welcome"))
            elif word == "RCPT":
                address = line.partition("<")[2].partition(">")[0]
                if address in server.refused:
                    self.say(server.refused[address], "not here")
                else:
                    to.append(address)
                    self.say(250, "ok")
            elif word == "DATA":
                if not self.data(server, to):
                    return
                to = []
            elif word == "QUIT":
                self.say(221, "bye")
                return
            else:
                self.say(250, "ok")

    def finish(self) -> None:
        super().finish()
        self.connection.close()

    def data(self, server: MailServer, to: list[str]) -> bool:
        self.say(354, "go on")
        lines = []
        while (line := self.rfile.readline()) != b".\r\n":
            lines.append(line[1:] if line.startswith(b".") else line)
        if server.refuse == "message":
            self.say(554, "content")
            return True
        server.messages.append((to[0], cast(EmailMessage, email.message_from_bytes(b"".join(lines), policy=default))))
        if server.refuse == "answer":
            return False  # it has the message, and hangs up
        self.say(250, "taken")
        return True

    def say(self, code: int, words: str) -> None:
        self.wfile.write(f"{code} {words}\r\n".encode())


class MailServer(ThreadingTCPServer):
    """`refused` holds addresses and the code for each; `refuse` says at which step it is unkind: login, message, answer."""

    daemon_threads = True

    def __init__(self) -> None:
        super().__init__(("127.0.0.1", 0), _Conversation)
        self.messages: list[tuple[str, EmailMessage]] = []
        self.logins: list[str] = []
        self.refused: dict[str, int] = {}
        self.refuse = ""
        self.connections = 0
        self.tls: ssl.SSLContext | None = None

    @property
    def port(self) -> int:
        return int(self.server_address[1])

    def encrypted(self, folder: Path) -> Path:
        """Offer encryption with a certificate made for the test; returns the file that a client has to trust."""
        key = ec.generate_private_key(ec.SECP256R1())
        name = x509.Name([x509.NameAttribute(NameOID.COMMON_NAME, "localhost")])
        now = dt.datetime.now(dt.UTC)
        names = x509.SubjectAlternativeName([x509.DNSName("localhost"), x509.IPAddress(ipaddress.ip_address("127.0.0.1"))])
        certificate = (
            x509.CertificateBuilder().subject_name(name).issuer_name(name).public_key(key.public_key())
            .serial_number(x509.random_serial_number()).not_valid_before(now - dt.timedelta(days=1))
            .not_valid_after(now + dt.timedelta(days=1)).add_extension(names, critical=False)
            .add_extension(x509.BasicConstraints(ca=True, path_length=None), critical=True)
            .sign(key, hashes.SHA256())
        )  # fmt: skip
        file = folder / "server.pem"
        private = key.private_bytes(serialization.Encoding.PEM, serialization.PrivateFormat.PKCS8, serialization.NoEncryption())
        file.write_bytes(private + certificate.public_bytes(serialization.Encoding.PEM))
        self.tls = ssl.SSLContext(ssl.PROTOCOL_TLS_SERVER)
        self.tls.load_cert_chain(file)
        return file

    def __enter__(self) -> MailServer:
        threading.Thread(target=self.serve_forever, args=(0.05,), daemon=True).start()
        return self

    def __exit__(self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None) -> None:
        self.shutdown()
        self.server_close()


class _Request(BaseHTTPRequestHandler):
    def do_POST(self) -> None:
        server = cast(WebServer, self.server)
        server.posts.append(json.loads(self.rfile.read(int(self.headers["Content-Length"]))))
        if server.code:
            self.send_response(server.code)
            self.send_header("Content-Length", "0")
            self.end_headers()
        else:
            self.close_connection = True  # it has the message, and hangs up

    def log_message(self, *arguments: object) -> None:
        pass


class WebServer(ThreadingHTTPServer):
    """Keeps what is posted as JSON and answers with `code`; with 0 it hangs up."""

    daemon_threads = True

    def __init__(self) -> None:
        super().__init__(("127.0.0.1", 0), _Request)
        self.posts: list[dict[str, Any]] = []
        self.code = 200

    @property
    def url(self) -> str:
        return f"json://127.0.0.1:{self.server_address[1]}/canary-of-the-address"

    def __enter__(self) -> WebServer:
        threading.Thread(target=self.serve_forever, args=(0.05,), daemon=True).start()
        return self

    def __exit__(self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None) -> None:
        self.shutdown()
        self.server_close()
