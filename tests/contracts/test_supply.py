"""What is installed: locked by hash, not older than known holes allow, and listed with licence and hash (docs/security.md)."""

import json
import subprocess
import sys
import tomllib

import pytest
from packaging.version import Version

from portal.embedded import sbom
from tests.contracts.source import ROOT

LOCKS = ("requirements.txt", "requirements/embedded.txt", "requirements/dev.txt")
KEPT = tomllib.loads((ROOT / "security-floors.toml").read_text())


def locked(name: str) -> list[sbom.Pin]:
    return list(sbom.pins(ROOT / name))


def below_floors(pins: list[sbom.Pin]) -> list[str]:
    floors = {name: Version(floor["version"]) for name, floor in KEPT["floors"].items()}
    return [
        f"{pin.name} {pin.version}" for pin in pins if pin.name in floors and Version(pin.version) < floors[pin.name]
    ]


@pytest.mark.parametrize("name", LOCKS)
def test_every_package_of_a_lock_is_pinned_to_hashes(name):
    pins = locked(name)
    assert len(pins) > 100
    assert [pin.name for pin in pins if not pin.hashes] == []
    # Nothing from elsewhere than the index, which has no hash that could be checked, and nothing that is not pinned.
    lines = [line for line in (ROOT / name).read_text().splitlines() if line and not line.startswith((" ", "#"))]
    assert len(lines) == len(pins)


def test_what_installs_the_lock_refuses_a_file_with_another_hash():
    assert '"--require-hashes"' in (ROOT / "bin/_bootstrap.py").read_text()
    assert "--generate-hashes" in (ROOT / "bin/lock").read_text()


@pytest.mark.parametrize("name", LOCKS)
def test_no_locked_package_is_older_than_its_floor_or_refused(name):
    pins = locked(name)
    assert below_floors(pins) == []
    assert {pin.name for pin in pins} & set(KEPT["refused"]) == set()


def test_every_floor_says_why_and_is_of_a_package_that_we_lock():
    known = {pin.name for pin in locked("requirements.txt")}
    assert set(KEPT["floors"]) <= known
    assert [name for name, floor in KEPT["floors"].items() if len(floor["why"]) < 20] == []


def test_a_version_with_a_known_hole_is_found():
    assert below_floors([sbom.Pin("django", "5.2.16"), sbom.Pin("django", "5.2.17")]) == ["django 5.2.16"]


def test_the_list_of_parts_names_every_locked_package_with_licence_and_hash():
    document = sbom.document()
    assert (document["bomFormat"], document["specVersion"]) == ("CycloneDX", "1.6")
    parts = {(part["name"], part["version"]): part for part in document["components"]}
    assert set(parts) == {(pin.name, pin.version) for pin in locked("requirements.txt")}
    assert [part["name"] for part in parts.values() if not part.get("licenses")] == []
    assert [part["name"] for part in parts.values() if not part["hashes"]] == []
    references = [part["bom-ref"] for part in parts.values()]
    assert len(set(references)) == len(references)
    assert document["dependencies"][0]["dependsOn"] == references
    django = next(part for (name, _version), part in parts.items() if name == "django")
    assert django["purl"] == f"pkg:pypi/django@{django['version']}"
    assert "BSD" in django["licenses"][0]["license"]["name"]


def test_the_command_writes_the_same_document_twice(tmp_path):
    written = []
    for name in ("one.json", "two.json"):
        subprocess.run([sys.executable, "-m", "portal.embedded.sbom", tmp_path / name], cwd=ROOT, check=True)
        written.append((tmp_path / name).read_text())
    assert written[0] == written[1]
    assert json.loads(written[0])["components"]
