"""Translations: `python -m portal.embedded.messages` extracts and compiles them, `--check` says whether they are fresh.

Fresh means: every string of the code stands in the catalogue, translated and not fuzzy, and the compiled file is the
catalogue's. English is the language of the code itself and needs no catalogue.
"""

import argparse
import os
import shutil
import subprocess
import sys
import tempfile
from pathlib import Path

import polib

from portal.embedded.paths import PROJECT

LOCALE = "zh_Hans"
CATALOGUE = PROJECT / "locale" / LOCALE / "LC_MESSAGES" / "django.po"
IGNORED = ("*.venv*", "*.jiangji*", "staticfiles/*", "marketplace/*/sandbox/*", "tests/*", "portal/demo/art/*")


def main() -> int:
    parser = argparse.ArgumentParser(prog="python -m portal.embedded.messages")
    parser.add_argument("--check", action="store_true")
    arguments = parser.parse_args()
    if not arguments.check:
        CATALOGUE.parent.mkdir(parents=True, exist_ok=True)
        _extract(PROJECT)
        catalogue = polib.pofile(str(CATALOGUE))
        catalogue.save_as_mofile(str(CATALOGUE.with_suffix(".mo")))
        _report(catalogue)
        return 0
    return _check()


def _check() -> int:
    committed = polib.pofile(str(CATALOGUE))
    compiled = polib.mofile(str(CATALOGUE.with_suffix(".mo")))
    problems = [f"not translated: {entry.msgid!r}" for entry in committed.untranslated_entries() if not entry.obsolete]
    problems += [f"fuzzy: {entry.msgid!r}" for entry in committed.fuzzy_entries()]
    if {(e.msgctxt, e.msgid): _text(e) for e in compiled} != {
        (e.msgctxt, e.msgid): _text(e) for e in committed.translated_entries()
    }:
        problems.append("the compiled catalogue is older than the catalogue")
    with tempfile.TemporaryDirectory() as directory:
        copy = Path(directory)
        for name in ("portal", "cms_pages", "marketplace", "templates", "locale", "static"):
            shutil.copytree(PROJECT / name, copy / name, ignore=shutil.ignore_patterns("media", "vendor", "*.webp"))
        _extract(copy)
        fresh = polib.pofile(str(copy / CATALOGUE.relative_to(PROJECT)))
        known = {(entry.msgctxt, entry.msgid) for entry in committed if not entry.obsolete}
        found = {(entry.msgctxt, entry.msgid) for entry in fresh if not entry.obsolete}
        problems += [f"not in the catalogue: {msgid!r}" for _context, msgid in sorted(found - known, key=str)]
        problems += [f"no longer in the code: {msgid!r}" for _context, msgid in sorted(known - found, key=str)]
    for problem in problems:
        print(problem)
    return 1 if problems else 0


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
