"""What deploy/compose.yaml starts, on ports of this machine: the same commands and nginx files, with production settings."""

import os
import re
import signal
import socket
import ssl
import subprocess
import sys
import time
from collections.abc import Mapping
from datetime import UTC, datetime, timedelta
from pathlib import Path

import yaml
from cryptography import x509
from cryptography.hazmat.primitives import hashes, serialization
from cryptography.hazmat.primitives.asymmetric import ec
from cryptography.x509.oid import NameOID

from deploy import roll
from portal.embedded.valkey import free_port
from tests.contracts.source import ROOT

DEPLOY = ROOT / "deploy"
HOST = "localhost"
START_SECONDS = 180  # on a machine that does other things, too
RULE_SECONDS = 1.0  # nginx has read its files anew by then


def services() -> dict[str, dict]:
    """The services of deploy/compose.yaml."""
    return yaml.safe_load((DEPLOY / "compose.yaml").read_text())["services"]


class Process:
    """One web or live process, started as its service is."""

    def __init__(self, service: str, port: int, environment: Mapping[str, str], folder: Path) -> None:
        self.service, self.port, self._environment, self._folder = service, port, environment, folder
        self.started = 0

    def start(self) -> None:
        """Begin, without waiting until it answers."""
        self.started += 1
        self.log = self._folder / f"{self.service}-{self.started}.log"
        program, *arguments = services()[self.service]["command"]
        ours = {"8000": str(self.port), "0.0.0.0": "127.0.0.1"}
        arguments = [ours.get(argument, argument) for argument in arguments]
        if program == "gunicorn":  # whose address stands in its file
            arguments += ["--bind", f"127.0.0.1:{self.port}"]
        with self.log.open("w") as said:
            self.process = subprocess.Popen(
                [sys.executable, "-W", "ignore", "-m", program, *arguments],
                cwd=ROOT,
                env=dict(self._environment),
                stdout=said,
                stderr=subprocess.STDOUT,
            )

    def wait_until_well(self) -> None:
        """What its health check asks. Raises AssertionError with what it said when it never is well."""
        ends = time.monotonic() + START_SECONDS
        command = [sys.executable, "-P", "portal/probe.py", "web", str(self.port)]
        while subprocess.run(command, env=self._environment, cwd=ROOT, capture_output=True, check=False).returncode:
            assert self.process.poll() is None, self.log.read_text()
            assert time.monotonic() < ends, self.log.read_text()
            time.sleep(0.2)

    def stop(self) -> float:
        """Ask it to end, as a container is asked; returns the seconds that took. It must end by itself, and well."""
        begun = time.monotonic()
        self.process.send_signal(signal.SIGTERM)
        code = self.process.wait(seconds_of(services()[self.service]["stop_grace_period"]))
        # uvicorn ends by the signal that it was sent, once all is done.
        assert code in (0, -signal.SIGTERM), f"{self.service} ended with {code}:\n{self.log.read_text()}"
        return time.monotonic() - begun

    def kill(self) -> None:
        if self.process.poll() is None:
            self.process.kill()
            self.process.wait(20)


class Nginx:
    """The machine's nginx with the files of deploy/nginx, their ports, folders and addresses replaced."""

    def __init__(self, folder: Path, servers: Mapping[str, int], static: Path) -> None:
        self._folder = folder
        self.port, self.plain_port, redirect_port = free_port(), free_port(), free_port()
        (folder / "conf.d").mkdir()
        (folder / "upstreams").mkdir()
        (folder / "srv").mkdir()
        (folder / "srv" / "static").symlink_to(static)
        self.certificate = make_certificate(folder)
        as_root = "user root;\n" if os.geteuid() == 0 else ""
        main = replaced(
            (DEPLOY / "nginx" / "nginx.conf").read_text(),
            {
                "/tmp/": f"{folder}/",
                "/var/cache/nginx/": f"{folder}/",
                "/etc/nginx/upstreams/": f"{folder}/upstreams/",
                "/etc/nginx/conf.d/": f"{folder}/conf.d/",
                "/dev/stdout": f"{folder}/access.log",
                "/dev/stderr": f"{folder}/error.log",
            },
        )
        (folder / "nginx.conf").write_text(as_root + main)
        site = replaced(
            (DEPLOY / "nginx" / "templates" / "site.conf.template").read_text(),
            {
                "${SITE_HOST}": HOST,
                "listen 8080 default_server;": f"listen 127.0.0.1:{redirect_port} default_server;",
                "listen 8443 ssl default_server;": f"listen 127.0.0.1:{self.port} ssl default_server;",
                # A second way in without TLS, for the sockets of the tests, which speak none.
                "listen 8443 ssl;": f"listen 127.0.0.1:{self.port} ssl; listen 127.0.0.1:{self.plain_port};",
                "/etc/nginx/tls/": f"{folder}/",
                "root /srv;": f"root {folder}/srv;",
            },
        )
        # Written in this way from nginx 1.25.1 on; Debian has an older one.
        (folder / "conf.d" / "site.conf").write_text(site.replace("    http2 on;\n", ""))
        names = {f"{name}:8000": f"127.0.0.1:{port}" for name, port in servers.items()}
        self._upstreams = folder / "upstreams" / "upstreams.conf"
        self._upstreams.write_text(replaced((DEPLOY / "nginx" / "upstreams" / "upstreams.conf").read_text(), names))

    def _command(self, *arguments: str) -> list[str]:
        return ["nginx", "-c", f"{self._folder}/nginx.conf", "-p", str(self._folder), *arguments]

    def start(self) -> None:
        checked = subprocess.run(self._command("-t", "-q"), capture_output=True, text=True, check=False)
        assert checked.returncode == 0, checked.stderr
        self.process = subprocess.Popen(self._command("-g", "daemon off;"), stderr=subprocess.DEVNULL)
        ends = time.monotonic() + START_SECONDS
        with socket.socket() as probe:
            while probe.connect_ex(("127.0.0.1", self.port)):
                assert self.process.poll() is None, self.said()
                assert time.monotonic() < ends, self.said()
                time.sleep(0.05)

    def set_aside(self, port: int, *, is_down: bool) -> None:
        """What deploy/roll.py does for a server."""
        text = roll.with_server(self._upstreams.read_text(), f"127.0.0.1:{port}", is_down=is_down)
        self._upstreams.write_text(text)
        subprocess.run(self._command("-s", "reload"), check=True, capture_output=True)
        time.sleep(RULE_SECONDS)

    def answered_by(self) -> set[int]:
        """Ports of the processes that have answered something."""
        lines = (self._folder / "access.log").read_text()
        return {int(port) for port in re.findall(r"127\.0\.0\.1:(\d+) (?:200|302|101) ", lines)}

    def said(self) -> str:
        return (self._folder / "error.log").read_text()

    def stop(self) -> None:
        if self.process.poll() is None:
            self.process.send_signal(signal.SIGTERM)  # at once; its workers go with it
            self.process.wait(20)


def replaced(text: str, by: Mapping[str, str]) -> str:
    """Every text that is to be replaced must be there: else the files have moved on and this has not."""
    for old, new in by.items():
        assert old in text, f"{old} is not there any more"
        text = text.replace(old, new)
    return text


def seconds_of(duration: str) -> float:
    """40s as compose writes it."""
    return float(duration.removesuffix("s"))


def make_certificate(folder: Path) -> Path:
    """A certificate for localhost that signed itself, good for an hour, and its key."""
    key = ec.generate_private_key(ec.SECP256R1())
    name = x509.Name([x509.NameAttribute(NameOID.COMMON_NAME, HOST)])
    now = datetime.now(UTC)
    certificate = (
        x509.CertificateBuilder(
            name, name, key.public_key(), x509.random_serial_number(), now, now + timedelta(hours=1)
        )
        .add_extension(x509.SubjectAlternativeName([x509.DNSName(HOST)]), critical=False)
        .add_extension(x509.BasicConstraints(ca=True, path_length=None), critical=True)
        .sign(key, hashes.SHA256())
    )
    (folder / "tls.key").write_bytes(
        key.private_bytes(serialization.Encoding.PEM, serialization.PrivateFormat.PKCS8, serialization.NoEncryption())
    )
    path = folder / "tls.crt"
    path.write_bytes(certificate.public_bytes(serialization.Encoding.PEM))
    return path


def trusting(certificate: Path) -> ssl.SSLContext:
    """A browser that trusts this certificate alone."""
    return ssl.create_default_context(cafile=str(certificate))
