"""Commands that the documentation shows, and what is wrong with one: each is held against the parser of its own program.

A command stands in a fence named `sh`, one a line, or in inline code. It is written for people: `[…]` may be left out, `a|b` is
one of the two, `<login>`, `FILE` and `N` are to be filled in, `…` stands for whatever follows.
"""

import argparse
import ast
import contextlib
import importlib
import io
import os
import re
import shlex
from collections.abc import Iterator
from functools import cache
from importlib.util import find_spec
from itertools import product
from pathlib import Path
from typing import Any

import click
from django.core.management import CommandError, get_commands, load_command_class

from tests.contracts.source import ROOT, name_of, text

PYTHONS = {"python", "python3", ".venv/bin/python"}
PROGRAMS = PYTHONS | {"manage.py", "pytest", "celery", "gunicorn", "uvicorn", "docker", "kubectl"}
SOURCES = {"", ".py", ".html", ".js", ".css", ".sh", ".yaml", ".yml", ".conf", ".ini", ".template", ".txt"}
# test_docs.py runs most of them for real, in a folder of their own.
SHELL = {"cp", "chmod", "sudo", "printf", "curl", "mv", "touch"}
# Made by the reader from the example beside it.
COPIES = {"deploy/.env", "deploy/production.env"}
# Docker and a cluster are on no machine that tests: what of them is shown was looked up in their own references, and a new word
# has to be looked up as well.
DOCKER = {
    "build": {"--file", "--tag", "--build-arg"},
    "compose up": {"--file", "--build", "--detach", "--wait"},
    "compose run": {"--file", "--rm"},
    "compose exec": {"--file", "-T"},
    "compose logs": {"--file", "--follow"},
}
KUBECTL = {
    "apply": {"--namespace", "--filename", "--kustomize", "--selector"},
    "create secret": {"--namespace", "--cert", "--key", "--from-env-file", "--from-literal"},
    "delete": {"--namespace", "--ignore-not-found"},
    "kustomize": set(),
    "patch": {"--namespace", "--type", "--patch"},
    "rollout status": {"--namespace", "--timeout"},
    "scale": {"--namespace", "--replicas"},
    "wait": {"--namespace", "--for", "--timeout"},
}


def documents() -> list[Path]:
    """README and every page of docs/."""
    return [ROOT / "README.md", *sorted((ROOT / "docs").rglob("*.md"))]


def fences(document: str) -> Iterator[tuple[str, str]]:
    """Language and text of each block of code; indented blocks of lists too."""
    for match in re.finditer(r"^( *)```(.*?)\n(.*?)^\1```", document, re.MULTILINE | re.DOTALL):
        yield match[2].strip(), "\n".join(line.removeprefix(match[1]) for line in match[3].splitlines())


def inline_code(document: str) -> Iterator[str]:
    """What stands between single back-ticks, also where it is broken over two lines."""
    prose = re.sub(r"^ *```.*?^ *```", "\n\n", document, flags=re.MULTILINE | re.DOTALL)
    for paragraph in re.split(r"\n\s*\n", prose):
        rows = paragraph.splitlines()
        for block in rows if rows and rows[0].lstrip().startswith("|") else [" ".join(rows)]:
            parts = block.split("`")
            assert len(parts) % 2, f"a back-tick without its other one: {block}"
            yield from parts[1::2]


def is_command(code: str) -> bool:
    """Whether inline code is something to type, rather than the name of a program or of a file."""
    words = without_variables(code.split())
    if not words:
        return False
    if re.fullmatch(r"bin/[a-z-]+", words[0]):
        return True
    return len(words) > 1 and words[0] in PROGRAMS and not re.fullmatch(r"[…\W]+", " ".join(words[1:]))


def commands(document: str) -> list[str]:
    """All commands of a page, as they are written."""
    found = []
    for language, block in fences(document):
        if language == "sh":
            lines = block.replace("\\\n", " ").splitlines()
            # A line of a block is typed as it stands, so it is never a mere name: the space says so to `is_name`.
            found += [f"{line.strip()} " for line in lines if line.strip() and not line.lstrip().startswith("#")]
    return [*found, *(code for code in inline_code(document) if is_command(code))]


def written_out(command: str) -> Iterator[str]:
    """A command without what may be left out, and with all of it; once for each alternative."""
    if "[" in command and " -c " not in command:
        for shorter in {re.sub(r"\s*\[[^\[\]]*\]", "", command), re.sub(r"[\[\]]", "", command)}:
            yield from written_out(shorter)
        return
    words = re.sub(r"<(\w+)>", lambda match: match[1].upper(), command).split(" ")
    choices = [word.split("|") if re.fullmatch(r"[\w-]+(\|[\w-]+)+", word) else [word] for word in words]
    for chosen in product(*choices):
        yield " ".join("1" if word == "N" else word for word in chosen if word != "…")


def is_name(command: str) -> bool:
    """Whether a program is spoken of, and not how to call it: `manage.py back_up` wants a folder, which a sentence leaves out."""
    return bool(re.fullmatch(r"bin/[a-z-]+|manage\.py \w+", command))


@cache
def programs() -> frozenset[str]:
    """All that is ours to type: programs of bin/ and commands of manage.py."""
    ours = {name_of(path) for path in (ROOT / "bin").iterdir() if os.access(path, os.X_OK) and path.is_file()}
    return frozenset(ours | {f"manage.py {name}" for name in get_commands()})


def without_variables(words: list[str]) -> list[str]:
    """The words after `NAME=value …`."""
    while words and re.match(r"[A-Z][A-Z0-9_]*=", words[0]):
        words = words[1:]
    return words


def problems(command: str) -> list[str]:
    """What is wrong with a command as it is written: nothing, if it could be run."""
    if is_name(command):
        return [] if command in programs() else [f"there is no {command}"]
    found = []
    for line in written_out(command):
        part: list[str] = []
        for word in [*shlex.split(line, comments=True), "|"]:
            if word in {"|", "||", "&&", ";"}:
                found += [problem] if (problem := _problem(part)) else []
                part = []
            else:
                part.append(word)
    return found


def _problem(words: list[str]) -> str:
    """What is wrong with one program and its words; "" if nothing is."""
    for word in words[: len(words) - len(without_variables(words))]:
        if (name := word.partition("=")[0]) not in words_of_the_source():
            return f"nothing reads {name}"
    words = without_variables(words)
    if not words:
        return "no program"
    for word in words:
        if re.match(r"deploy/", word) and word not in COPIES and not (ROOT / word).exists():
            return f"there is no {word}"
    program, rest = words[0], words[1:]
    if program.startswith("bin/"):
        return _program_of_ours(program, rest)
    if program in PYTHONS:
        return _python(rest)
    checks: dict[str, Any] = {
        "manage.py": _django, "pytest": _pytest, "docker": _docker, "kubectl": _kubectl,
        "celery": _celery, "gunicorn": _gunicorn, "uvicorn": _uvicorn,
    }  # fmt: skip
    if program in checks:
        return checks[program](rest)
    return "" if program in SHELL else f"nobody knows how to look at {program}"


def _program_of_ours(program: str, words: list[str]) -> str:
    path = ROOT / program
    if not os.access(path, os.X_OK):
        return f"there is no {program}"
    if program == "bin/test":
        return _pytest(words)
    modules = re.findall(r"-m\W+(portal[\w.]+)", text(path))
    if not modules:
        return f"{program} takes no words" if words else ""
    return _module(modules[-1], words)


def _python(words: list[str]) -> str:
    if not words:
        return ""
    if words[0] == "-c":
        compile(words[1], "<documentation>", "exec")
        return ""
    if words[0] == "-m":
        return _module(words[1], words[2:])
    if words[0] == "manage.py":
        return _django(words[1:])
    return "" if (ROOT / words[0]).exists() else f"there is no {words[0]}"


def _module(name: str, words: list[str]) -> str:
    if name == "pytest":
        return _pytest(words)
    try:
        found = find_spec(name) and find_spec(
            f"{name}.__main__" if find_spec(name).submodule_search_locations else name
        )
    except ModuleNotFoundError:
        found = None
    if not found or not found.origin:
        return f"there is no module {name} to run"
    source = Path(found.origin).read_text()
    if "def parser(" in source:
        return _parsed(importlib.import_module(found.name).parser(), words)
    return f"{name} takes no words" if words else ""


def _parsed(parser: argparse.ArgumentParser, words: list[str]) -> str:
    """What argparse says to the words. An option is to be written whole."""
    parser.allow_abbrev = False
    said = io.StringIO()
    try:
        with contextlib.redirect_stderr(said), contextlib.redirect_stdout(io.StringIO()):
            parser.parse_args(words)
    except SystemExit as end:
        return said.getvalue().strip() if end.code else ""
    except CommandError as error:
        return str(error)
    return ""


def _django(words: list[str]) -> str:
    name, rest = words[0], words[1:]
    application = get_commands().get(name)
    if application is None:
        return f"there is no command {name}"
    command = load_command_class(application, name) if isinstance(application, str) else application
    return _parsed(command.create_parser("manage.py", name), rest)


def _pytest(words: list[str]) -> str:
    from _pytest.config import get_config  # pytest gives out its parser nowhere else

    config = get_config()
    config.pluginmanager.load_setuptools_entrypoints("pytest11")
    config.pluginmanager.register(importlib.import_module("portal.embedded.pytest_plugin"))
    said = io.StringIO()
    try:
        with contextlib.redirect_stderr(said):
            known, unknown = config._parser.parse_known_and_unknown_args(words)
    except (SystemExit, Exception) as error:
        return f"{said.getvalue()} {error}".strip()
    if unknown:
        return f"pytest knows no {' '.join(unknown)}"
    for name in known.file_or_dir:
        path, _colons, function = str(name).partition("::")
        if any(part.isupper() for part in Path(path).parts):
            continue  # to be filled in
        if not (ROOT / path).exists():
            return f"there is no {path}"
        if function and f"def {function}(" not in (ROOT / path).read_text():
            return f"{path} has no {function}"
    return ""


def _clicked(command: click.Command, words: list[str]) -> tuple[str, dict[str, Any]]:
    """What click says to the words, and what it made of them."""
    try:
        values, unknown, _order = command.make_parser(click.Context(command)).parse_args(list(words))
    except click.UsageError as error:
        return error.format_message(), {}
    return (f"{command.name} takes no {' '.join(unknown)}" if unknown else ""), dict(values)


def _has(target: str) -> str:
    """Whether `module:name` stands there. It is read, not imported: whoever imports it becomes a process that serves."""
    module, _colon, attribute = target.partition(":")
    try:
        found = find_spec(module)
    except ModuleNotFoundError:
        found = None
    if not found or not found.origin:
        return f"there is no module {module}"
    names = {
        name.id if isinstance(name, ast.Name) else getattr(node, "name", "")
        for node in ast.parse(Path(found.origin).read_text()).body
        for name in (node.targets if isinstance(node, ast.Assign) else [node])
    }
    return "" if attribute in names else f"{module} has no {attribute}"


def _celery(words: list[str]) -> str:
    from celery.bin.celery import celery

    if words[:2] != ["-A", "portal"] or words[2] not in celery.commands:
        return f"celery knows no {' '.join(words)}"
    return _clicked(celery.commands[words[2]], words[3:])[0]


def _uvicorn(words: list[str]) -> str:
    problem, values = _clicked(importlib.import_module("uvicorn.main").main, words)
    targets = [value for name in ("app", "ws") if isinstance(value := values.get(name), str)]
    return problem or next((found for target in targets if (found := _has(target))), "")


def _gunicorn(words: list[str]) -> str:
    from gunicorn.config import Config

    parser = Config("%(prog)s").parser()
    if problem := _parsed(parser, words):
        return problem
    return next(
        (
            found
            for name in parser.parse_args(words).args
            if (found := _has(name if ":" in name else f"{name}:application"))
        ),
        "",
    )


def _docker(words: list[str]) -> str:
    import yaml

    spoken, options, inner = _split(words, with_value={"--file", "--tag", "--build-arg"})
    verb = " ".join(spoken[:2]) if spoken[0] == "compose" else spoken[0]
    if verb not in DOCKER:
        return f"docker {verb} has not been looked up"
    if unknown := options - DOCKER[verb]:
        return f"docker {verb} {' '.join(unknown)} has not been looked up"
    if verb in {"compose run", "compose exec"}:
        services = yaml.safe_load((ROOT / "deploy" / "compose.yaml").read_text())["services"]
        if spoken[2] not in services:
            return f"no service is called {spoken[2]}"
        return _problem(inner) if inner else ""
    return ""


def _kubectl(words: list[str]) -> str:
    import yaml

    valued = {
        "--namespace",
        "--filename",
        "--kustomize",
        "--selector",
        "--cert",
        "--key",
        "--from-env-file",
        "--from-literal",
    }
    spoken, options, _inner = _split(words, with_value=valued)
    verb = next((known for known in KUBECTL if spoken[: len(known.split())] == known.split()), "")
    if not verb:
        return f"kubectl {' '.join(spoken)} has not been looked up"
    if unknown := options - KUBECTL[verb]:
        return f"kubectl {verb} {' '.join(unknown)} has not been looked up"
    manifests = [
        each
        for path in (ROOT / "deploy" / "kubernetes").glob("*.yaml")
        for each in yaml.safe_load_all(path.read_text())
        if each
    ]
    known = {f"{each['kind'].lower()}/{each['metadata']['name']}" for each in manifests if "metadata" in each}
    named = [word for word in spoken if "/" in word and not word.startswith("deploy/")]
    if spoken[:2] == ["delete", "job"]:
        named.append(f"job/{spoken[2]}")
    selected = [words[at + 1].partition("=")[2] for at, word in enumerate(words) if word == "--selector"]
    names = {name.partition("/")[2] for name in known}
    return next((f"no manifest has {name}" for name in [*named, *selected] if name not in known | names), "")


def _split(words: list[str], *, with_value: set[str]) -> tuple[list[str], set[str], list[str]]:
    """Words that are no options, names of options, and from the first Python on what a container is told to run."""
    spoken: list[str] = []
    options: set[str] = set()
    rest = list(words)
    while rest:
        word = rest.pop(0)
        if word in PYTHONS:
            return spoken, options, [word, *rest]
        if word.startswith("-") and word != "-":
            options.add(word.partition("=")[0])
            if word in with_value and rest:
                rest.pop(0)
        else:
            spoken.append(word)
    return spoken, options, []


@cache
def words_of_the_source() -> frozenset[str]:
    """Every name that stands in something that is run or read by a program: what the documentation may speak of."""
    found: set[str] = set()
    for folder in (
        "portal",
        "marketplace",
        "cms_pages",
        "tests",
        "templates",
        "static",
        "deploy",
        "bin",
        "requirements",
    ):
        for path in (ROOT / folder).rglob("*"):
            is_text = path.suffix in SOURCES
            # What test_docs.py itself plants is nowhere else.
            if is_text and path.is_file() and "node_modules" not in path.parts and path.name != "test_docs.py":
                found.add(path.stem)
                with contextlib.suppress(UnicodeDecodeError):
                    found.update(re.findall(r"[A-Za-z_]\w*", path.read_text()))
    return frozenset(found)


def shown() -> list[tuple[str, str]]:
    """Page and command, for all pages."""
    return [(name_of(path), command) for path in documents() for command in commands(path.read_text())]
