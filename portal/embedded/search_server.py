"""A real search server for `bin/run --elasticsearch` and for the tests: its jars come from Maven Central.

tests/search_server holds, for Elasticsearch and for OpenSearch, the list of jars and the few lines that start a node. Both are
built once per checkout and version.
"""

import hashlib
import os
import shutil
import subprocess
import threading
import time
import urllib.request
from dataclasses import dataclass
from pathlib import Path

from portal.embedded.paths import PROJECT
from portal.embedded.valkey import free_port

SOURCES = PROJECT / "tests" / "search_server"
MAIN_CLASSES = {"elasticsearch": "org.elasticsearch.node.SearchServer", "opensearch": "jiangji.SearchServer"}
# Measured: 10,000 gigs and their rebuild fit into 256 MB.
HEAP_MB = 256
BUILD_SECONDS, START_SECONDS, STOP_SECONDS = 900, 120, 20


class SearchServerUnavailable(RuntimeError):
    """The server could not be built or did not start. The text says why, in one line."""


@dataclass
class SearchServer:
    """A running node. It also ends by itself when the process that started it does."""

    url: str
    process: subprocess.Popen

    def stop(self) -> None:
        """End it and wait for it."""
        if self.process.stdin is not None:
            self.process.stdin.close()
        try:
            self.process.wait(timeout=STOP_SECONDS)
        except subprocess.TimeoutExpired:
            self.process.kill()
            self.process.wait()


def start_search_server(kind: str, data: Path, *, port: int = 0, heap_mb: int = HEAP_MB) -> SearchServer:
    """Start a node of this kind (elasticsearch, opensearch) that keeps its data in `data`, on the loopback interface.

    It takes a free port unless one is named. Raises SearchServerUnavailable when Java or Maven are missing, when the jars
    cannot be had, or when it does not start.
    """
    class_path = _class_path(SOURCES / kind)
    for folder in (data, data / "config", data / "tmp"):
        folder.mkdir(parents=True, exist_ok=True)
    port = port or free_port()
    log_file = data / "server.log"
    command = [
        "java",
        f"-Xms{heap_mb}m",
        f"-Xmx{heap_mb}m",
        "-XX:+UseSerialGC",
        # Starts a third faster, and is fast enough for what a developer or a test asks.
        "-XX:TieredStopAtLevel=1",
        f"-Djava.io.tmpdir={data / 'tmp'}",
        "-cp",
        class_path,
        MAIN_CLASSES[kind],
        str(data),
        str(port),
    ]
    with log_file.open("wb") as log:
        process = subprocess.Popen(
            command, stdin=subprocess.PIPE, stdout=log, stderr=subprocess.STDOUT, start_new_session=True
        )
    server = SearchServer(f"http://127.0.0.1:{port}", process)
    ends = time.monotonic() + START_SECONDS
    while time.monotonic() < ends:
        if process.poll() is not None:
            break
        if _answers(server.url):
            return server
        time.sleep(0.1)
    server.stop()
    raise SearchServerUnavailable(f"{kind} did not start: {_last_words(log_file)}")


def _class_path(sources_folder: Path) -> str:
    """Jars and launcher, built before or now. What was built is kept until the files it was built from change."""
    for program, package in (("java", "default-jdk-headless"), ("javac", "default-jdk-headless"), ("mvn", "maven")):
        if not shutil.which(program):
            raise SearchServerUnavailable(
                f"{program} is missing, needed for a search server: install the package {package}."
            )
    sources = [sources_folder / "pom.xml", *sorted(sources_folder.rglob("*.java"))]
    version = hashlib.sha256(b"".join(source.read_bytes() for source in sources)).hexdigest()[:16]
    # Not below JIANGJI_STATE, which differs between runs that may share this.
    built = PROJECT / ".jiangji" / "search-server" / version
    jars = built / "class-path"
    if jars.exists() and all(Path(jar).exists() for jar in jars.read_text().split(os.pathsep)):
        return f"{built}{os.pathsep}{jars.read_text()}"
    # Two runs may build at the same time: each by itself, and whoever is last puts its own in place.
    making = built.with_name(f"{version}-{os.getpid()}-{threading.get_ident()}")
    making.mkdir(parents=True)
    list_file = making / "class-path"
    _run(
        [
            "mvn",
            "-B",
            "-q",
            "-f",
            str(sources[0]),
            "dependency:build-classpath",
            f"-Dmdep.outputFile={list_file}",
        ],
        "Maven could not fetch the search server's jars",
    )
    _run(
        ["javac", "-nowarn", "-cp", list_file.read_text(), "-d", str(making), *map(str, sources[1:])],
        "The search server's launcher could not be compiled",
    )
    shutil.rmtree(built, ignore_errors=True)
    making.rename(built)
    return f"{built}{os.pathsep}{jars.read_text()}"


def _run(command: list[str], otherwise: str) -> None:
    try:
        done = subprocess.run(command, capture_output=True, text=True, timeout=BUILD_SECONDS)
    except subprocess.TimeoutExpired:
        raise SearchServerUnavailable(f"{otherwise} within {BUILD_SECONDS // 60} minutes.") from None
    if done.returncode:
        said = [line for line in (done.stdout + done.stderr).splitlines() if line.strip()]
        raise SearchServerUnavailable(f"{otherwise}: {said[0] if said else 'no reason given'}")


def _answers(url: str) -> bool:
    """Whether the node has a master, and its HTTP is open."""
    try:
        with urllib.request.urlopen(f"{url}/_cluster/health?timeout=1s", timeout=3):  # noqa: S310
            return True
    except OSError:
        return False


def _last_words(log: Path) -> str:
    lines = [line for line in log.read_text(errors="replace").splitlines() if not line.startswith("\tat ")]
    return lines[-1] if lines else "it said nothing"
