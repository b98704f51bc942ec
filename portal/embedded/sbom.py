"""What the portal is made of: `python -m portal.embedded.sbom [FILE]` writes a CycloneDX 1.6 document from the lock.

Every package that production installs, with its version, the hashes of the files that may be installed, and its licence as the
installed package names it. Written by hand, because a library for it brings a dozen packages for one page of JSON.
"""

import argparse
import json
import re
import sys
from collections.abc import Iterator
from dataclasses import dataclass, field
from importlib.metadata import PackageNotFoundError, metadata
from pathlib import Path
from typing import Any
from uuid import UUID, uuid5

from portal.embedded.paths import PROJECT

LOCK = PROJECT / "requirements.txt"
NAMESPACE = UUID("6f0a4f0e-6a7d-4c3c-9f3b-2f8f3c1d9a11")  # any, and always the same: the same lock is the same document
_PIN = re.compile(r"^([A-Za-z0-9._-]+)(?:\[[^]]*\])?==([^\s;\\]+)(?:\s*;\s*([^\\]+))?")
_HASH = re.compile(r"--hash=sha256:([0-9a-f]{64})")
# Locked for other systems or older Pythons, so that there may be nothing here to read it from.
_LICENCES_OF_OTHER_SYSTEMS = {"async-timeout": "Apache-2.0", "brotlicffi": "MIT", "colorama": "BSD-3-Clause"}
_LICENCE_CLASSIFIER = "License :: "


@dataclass(frozen=True)
class Pin:
    """One line of the lock."""

    name: str
    version: str
    marker: str = ""
    hashes: tuple[str, ...] = field(default=())


def pins(lock: Path = LOCK) -> Iterator[Pin]:
    """Every package of a lock with the hashes below it."""
    found: tuple[str, str, str] | None = None
    hashes: list[str] = []
    for line in lock.read_text().splitlines():
        if (begins := _PIN.match(line)) is not None:
            if found is not None:
                yield Pin(*found, tuple(hashes))
            found, hashes = (begins[1].lower(), begins[2], (begins[3] or "").strip()), []
        hashes += _HASH.findall(line)
    if found is not None:
        yield Pin(*found, tuple(hashes))


def licence_of(name: str) -> str:
    """As the installed package names it: an SPDX expression, else its classifiers, else a short text; "" if nothing."""
    try:
        said = metadata(name)
    except PackageNotFoundError:
        return _LICENCES_OF_OTHER_SYSTEMS.get(name, "")
    if expressions := said.get_all("License-Expression"):
        return str(expressions[0])
    classifiers = [
        one.rpartition(" :: ")[2]
        for one in said.get_all("Classifier") or []
        if one.startswith(_LICENCE_CLASSIFIER) and not one.endswith("OSI Approved")
    ]
    text = str((said.get_all("License") or [""])[0]).strip().splitlines()
    return " AND ".join(classifiers) or (text[0][:80] if text else "") or _LICENCES_OF_OTHER_SYSTEMS.get(name, "")


def document(lock: Path = LOCK) -> dict[str, Any]:
    """The whole document. The same for the same lock and the same installed packages: it carries no time of its own."""
    components = [_component(pin) for pin in pins(lock)]
    return {
        "$schema": "http://cyclonedx.org/schema/bom-1.6.schema.json",
        "bomFormat": "CycloneDX",
        "specVersion": "1.6",
        "serialNumber": f"urn:uuid:{uuid5(NAMESPACE, lock.read_text())}",
        "version": 1,
        "metadata": {"component": {"type": "application", "bom-ref": "jiangji", "name": "jiangji", "version": "0.1.0"}},
        "components": components,
        "dependencies": [{"ref": "jiangji", "dependsOn": [component["bom-ref"] for component in components]}],
    }


def _component(pin: Pin) -> dict[str, Any]:
    address = f"pkg:pypi/{pin.name.replace('_', '-')}@{pin.version}"
    component: dict[str, Any] = {
        "type": "library",
        "bom-ref": address,
        "name": pin.name,
        "version": pin.version,
        "purl": address,
        "hashes": [{"alg": "SHA-256", "content": one} for one in pin.hashes],
    }
    if licence := licence_of(pin.name):
        component["licenses"] = [{"license": {"name": licence}}]
    if pin.marker:
        component["properties"] = [{"name": "jiangji:marker", "value": pin.marker}]
    return component


def parser() -> argparse.ArgumentParser:
    """What bin/sbom may be told."""
    known = argparse.ArgumentParser(prog="bin/sbom")
    known.add_argument("file", nargs="?", help="where to write it; without one it is printed")
    return known


def main() -> int:
    arguments = parser().parse_args()
    text = json.dumps(document(), ensure_ascii=False, indent=1) + "\n"
    if arguments.file:
        Path(arguments.file).write_text(text)
    else:
        sys.stdout.write(text)
    return 0


if __name__ == "__main__":
    raise SystemExit(main())
