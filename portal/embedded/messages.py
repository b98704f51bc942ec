"""Translations: `python -m portal.embedded.messages` extracts and compiles them, `--check` says whether they are fresh.

Fresh means: every string of the code stands in the catalogue, translated and not fuzzy, and the compiled file is the
catalogue's. English is the language of the code itself and needs no catalogue.

Wagtail's Chinese is older than its English, so `locale/wagtail` has what it lacks and a few words better said. There every
English message of the installed Wagtail must have its Chinese, and none may be of a Wagtail that has gone.
"""

import argparse
import importlib.resources
import os
import shutil
import subprocess
import sys
import tempfile
from pathlib import Path

import polib

from portal.embedded.paths import PROJECT

Key = tuple[str | None, str]

LOCALE = "zh_Hans"
CATALOGUE = PROJECT / "locale" / LOCALE / "LC_MESSAGES" / "django.po"
LIBRARIES = ("wagtail", "wagtail_localize")
LIBRARY_CATALOGUES = {
    domain: PROJECT / "locale" / "wagtail" / LOCALE / "LC_MESSAGES" / f"{domain}.po"
    for domain in ("django", "djangojs")
}
IGNORED = ("*.venv*", "*.jiangji*", "staticfiles/*", "marketplace/*/sandbox/*", "tests/*", "portal/demo/art/*")


def parser() -> argparse.ArgumentParser:
    """What this program may be told."""
    known = argparse.ArgumentParser(prog="python -m portal.embedded.messages")
    known.add_argument("--check", action="store_true", help="write nothing; exit 1 if a translation is missing or old")
    return known


def main() -> int:
    arguments = parser().parse_args()
    if not arguments.check:
        CATALOGUE.parent.mkdir(parents=True, exist_ok=True)
        _extract(PROJECT)
        catalogue = polib.pofile(str(CATALOGUE))
        catalogue.save_as_mofile(str(CATALOGUE.with_suffix(".mo")))
        _report(catalogue)
        for domain, path in LIBRARY_CATALOGUES.items():
            _report(_complete(domain, path))
        return 0
    return _check()


def _check() -> int:
    committed = polib.pofile(str(CATALOGUE))
    compiled = polib.mofile(str(CATALOGUE.with_suffix(".mo")))
    problems = _unfinished(committed, compiled)
    for domain, path in LIBRARY_CATALOGUES.items():
        problems += [f"{path.relative_to(PROJECT)}: {problem}" for problem in _library_problems(domain, path)]
    with tempfile.TemporaryDirectory() as directory:
        copy = Path(directory)
        for name in ("portal", "cms_pages", "marketplace", "templates", "locale", "static"):
            shutil.copytree(PROJECT / name, copy / name, ignore=shutil.ignore_patterns("media", "vendor", "*.webp"))
        _extract(copy)
        fresh = polib.pofile(str(copy / CATALOGUE.relative_to(PROJECT)))
        known = {_key(entry) for entry in committed if not entry.obsolete}
        found = {_key(entry) for entry in fresh if not entry.obsolete}
        problems += [f"not in the catalogue: {msgid!r}" for _context, msgid in sorted(found - known, key=str)]
        problems += [f"no longer in the code: {msgid!r}" for _context, msgid in sorted(known - found, key=str)]
    for problem in problems:
        print(problem)
    return 1 if problems else 0


def _unfinished(committed: polib.POFile, compiled: polib.MOFile) -> list[str]:
    problems = [f"not translated: {entry.msgid!r}" for entry in committed.untranslated_entries() if not entry.obsolete]
    problems += [f"fuzzy: {entry.msgid!r}" for entry in committed.fuzzy_entries()]
    if {_key(entry): _text(entry) for entry in compiled} != {
        _key(entry): _text(entry) for entry in committed.translated_entries()
    }:
        problems.append("the compiled catalogue is older than the catalogue")
    return problems


def _library_problems(domain: str, path: Path) -> list[str]:
    committed = polib.pofile(str(path))
    problems = _unfinished(committed, polib.mofile(str(path.with_suffix(".mo"))))
    known = {_key(entry) for entry in committed}
    english, missing = _library_messages(domain)
    problems += [f"no Chinese for {entry.msgid!r}" for key, entry in missing.items() if key not in known]
    return problems + [f"no longer in Wagtail: {msgid!r}" for _context, msgid in sorted(known - english, key=str)]


def _complete(domain: str, path: Path) -> polib.POFile:
    """Compiles what we say for Wagtail, after it got an empty entry for each new message and lost those that are gone."""
    catalogue = polib.pofile(str(path), wrapwidth=0)
    known = {_key(entry) for entry in catalogue}
    english, missing = _library_messages(domain)
    for entry in [entry for entry in catalogue if _key(entry) not in english]:
        catalogue.remove(entry)
    catalogue.extend(entry for key, entry in missing.items() if key not in known)
    catalogue.save()
    catalogue.save_as_mofile(str(path.with_suffix(".mo")))
    return catalogue


def _library_messages(domain: str) -> tuple[set[Key], dict[Key, polib.POEntry]]:
    """All English messages of Wagtail, and an empty entry for each that neither its Chinese nor our own catalogue has."""
    ours = {_key(entry) for entry in polib.pofile(str(CATALOGUE)).translated_entries()} if domain == "django" else set()
    english: set[Key] = set()
    missing: dict[Key, polib.POEntry] = {}
    for library in LIBRARIES:
        root = Path(str(importlib.resources.files(library)))
        for source in sorted(root.rglob(f"locale/en/LC_MESSAGES/{domain}.po")):
            chinese = source.parents[2] / LOCALE / "LC_MESSAGES" / source.name
            said = {_key(e) for e in polib.pofile(str(chinese)).translated_entries()} if chinese.exists() else set()
            for entry in polib.pofile(str(source)):
                english.add(_key(entry))
                if _key(entry) not in said and _key(entry) not in ours and not entry.obsolete:
                    entry.msgstr, entry.msgstr_plural = "", {0: ""} if entry.msgid_plural else {}
                    entry.occurrences = [(str(source.parents[3].relative_to(root.parent)), "")]
                    missing.setdefault(_key(entry), entry)
    return english, missing


def _key(entry: polib.POEntry | polib.MOEntry) -> Key:
    return entry.msgctxt, entry.msgid


def _text(entry: polib.MOEntry) -> object:
    return tuple(sorted(entry.msgstr_plural.items())) if entry.msgid_plural else entry.msgstr


def _extract(directory: Path) -> None:
    """makemessages in `directory`. Line numbers are left out: they would change with every edit."""
    command = [sys.executable, "-W", "ignore", str(PROJECT / "manage.py"), "makemessages", "--locale", LOCALE]
    command += ["--add-location", "file", "--no-wrap", "--no-obsolete", "--verbosity", "0"]
    command += [part for pattern in IGNORED for part in ("--ignore", pattern)]
    subprocess.run(command, cwd=directory, check=True, env=os.environ | {"PYTHONPATH": str(PROJECT)})


def _report(catalogue: polib.POFile) -> None:
    left = len(catalogue.untranslated_entries()) + len(catalogue.fuzzy_entries())
    print(f"{len(catalogue)} messages, {left} without a translation")


if __name__ == "__main__":
    raise SystemExit(main())
