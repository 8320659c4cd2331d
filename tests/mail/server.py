"""A mail server for the tests: prints its port and serves until it is killed.

The argument says what it offers: plain, starttls or auth.
"""

import pathlib
import ssl
import subprocess
import sys
import tempfile
import threading

from aiosmtpd.controller import Controller
from aiosmtpd.handlers import Sink
from aiosmtpd.smtp import AuthResult


def context():
    """TLS with a certificate made for the moment."""
    with tempfile.TemporaryDirectory() as folder:
        key, certificate = pathlib.Path(folder, "key.pem"), pathlib.Path(folder, "certificate.pem")
        subprocess.run(
            ["openssl", "req", "-x509", "-newkey", "ec", "-pkeyopt", "ec_paramgen_curve:P-256",
             "-nodes", "-days", "1", "-subj", "/CN=mail.contoso.com",
             "-keyout", key, "-out", certificate],
            check=True, stderr=subprocess.DEVNULL)
        made = ssl.SSLContext(ssl.PROTOCOL_TLS_SERVER)
        made.load_cert_chain(certificate, key)
        return made


def refuse(*_):
    # The default, handled=True, would answer nothing at all.
    return AuthResult(success=False, handled=False)


class AnyPort(Controller):
    """The port is the system's choice; aiosmtpd looks for it only where it was given."""

    def _trigger_server(self):
        self.port = self.server.sockets[0].getsockname()[1]
        super()._trigger_server()


options = {
    "plain": {},
    "starttls": {"tls_context": context, "authenticator": refuse},
    "auth": {"authenticator": refuse, "auth_require_tls": False},
}[sys.argv[1]]
options = {name: value() if value is context else value for name, value in options.items()}
server = AnyPort(Sink(), hostname="127.0.0.1", port=0, server_hostname="mail.contoso.com", **options)
server.start()
print(server.port, flush=True)
threading.Event().wait()
