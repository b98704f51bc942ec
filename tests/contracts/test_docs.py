"""The documentation can be followed: its commands are known to their programs and run by a test, its links lead somewhere."""

import ast
import os
import re
import shutil
import subprocess
import sys
import tomllib
from functools import cache
from io import StringIO
from pathlib import Path
from urllib.parse import unquote

import pytest
from django.core.management import call_command
from django.db import connection

from portal.embedded import configuration
from tests.contracts import shown_commands
from tests.contracts.shown_commands import commands, documents, fences, inline_code, is_command, problems
from tests.contracts.source import ROOT, name_of, tree

DOCS = ROOT / "docs"
LANGUAGES = {"sh", "text", "python"}
LINK = re.compile(r"!?\[[^\]]*\]\(([^)\s]+)\)|(?:src|srcset|href)=\"([^\"]+)\"")

# Which test runs what is shown (of bin/bench a tiny run); the last word of its name stands in that test's file, or beside it.
RUN_BY = {
    "bin/bench": "tests/portal/test_bench.py::test_a_tiny_run_prints_every_ratio_and_leaves_sound_orders",
    "bin/run": "tests/e2e/conftest.py::stack",
    "bin/sbom": "tests/contracts/test_supply.py::test_the_command_writes_the_same_document_twice",
    "celery worker": "tests/kills/test_worker.py::test_a_worker_that_is_killed_whole_leaves_its_task_to_the_next_one",
    "deploy/roll.py": "tests/contracts/test_deployment.py::test_rolling_goes_step_by_step_and_stops_where_something_goes_wrong",
    "gunicorn": "tests/release/test_rolling_release.py::test_a_release_fails_no_request_and_every_window_comes_back",
    "manage.py audit_ledger": "tests/payments/test_audit_command.py::test_clean_books_end_with_zero_and_are_summed",
    "manage.py back_up": "tests/backups/test_backups.py::test_money_and_files_come_back_and_the_audits_are_green",
    "manage.py createsuperuser": "tests/accounts/test_people.py::test_a_user_made_on_the_command_line_has_every_page",
    "manage.py evaluate_recommendations": "tests/discovery/test_recommendation_evaluation.py"
    "::test_the_command_prints_the_same_and_leaves_the_lists_alone",
    "manage.py evaluate_search": "tests/discovery/test_evaluation.py::test_the_search_stays_as_good_as_it_is",
    "manage.py explain_query": "tests/discovery/test_evaluation.py::test_a_query_is_explained",
    "manage.py judge_search": "tests/discovery/analytics/test_words.py::test_a_set_is_kept_from_a_file",
    "manage.py load_demo": "tests/demo/test_load_demo.py::test_it_takes_less_than_a_minute",
    "manage.py load_synthetic_gigs": "tests/discovery/test_scale.py::test_synthetic_gigs_come_and_go_and_leave_the_others",
    "manage.py makemigrations": "tests/contracts/test_operation.py::test_the_migrations_are_complete",
    "manage.py note_operation": "tests/operations/test_overview.py::test_backups_are_noted_and_grow_old",
    "manage.py rebuild_search": "tests/discovery/test_replica.py::test_the_command_builds_both_engines_and_one_at_a_time",
    "manage.py remove_second_factor": "tests/accounts/test_two_factor.py"
    "::test_an_operator_removes_what_was_lost_and_everybody_is_signed_out",
    "manage.py restore_test": "tests/backups/test_backups.py::test_money_and_files_come_back_and_the_audits_are_green",
    "manage.py rotate_field_keys": "tests/accounts/verification/test_key_rotation.py"
    "::test_after_the_command_the_old_key_is_not_needed",
    "manage.py serve_metrics": "tests/portal/watching/test_counted_pages.py"
    "::test_pages_of_other_processes_are_counted_by_route_and_not_by_what_was_typed",
    "manage.py set_role_limits": "tests/portal/test_database_pool.py"
    "::test_the_role_keeps_the_limits_that_a_pool_does_not_pass_on",
    "portal.embedded.messages": "bin/test::main",
    "portal.embedded.types": "bin/test::main",
    "uvicorn": "tests/release/test_rolling_release.py::test_a_release_fails_no_request_and_every_window_comes_back",
}
# Run below.
RUN_HERE = {
    "cp", "chmod", "sudo", "printf", "python -c", "portal.embedded.configuration",
    "manage.py analytics_definitions", "manage.py check", "manage.py compute_analytics", "manage.py retention_proof",
}  # fmt: skip
# What runs this test.
RUNS_US = {"bin/test", "pytest"}
# Words and paths of these are looked at; nothing runs them, for the reason that stands here.
NOT_RUN = {
    "bin/editor-guide": "takes pictures of a demo that runs; tests/e2e/test_editors.py goes the same way",
    "bin/help-pictures": "takes pictures of a demo that runs",
    "bin/lock": "asks a package index; tests/contracts/test_supply.py holds the lists that come out",
    "celery beat": "one process; bin/run has the same clock inside its worker (-B), which tests/e2e waits for",
    "curl": "asks the site from another machine; tests/operations/test_status_page.py reads the same file",
    "docker": "no machine that tests has it; tests/contracts/test_deployment.py reads what it would be given",
    "kubectl": "no machine that tests has a cluster; the same test reads the manifests",
    "portal.demo.art.escrow_film": "writes the film into the checkout",
}
# Names in back-ticks that are in nothing of ours: of other programs, of the running system, of what an operator makes.
NAMES_OF_OTHERS = {
    "OTEL_EXPORTER_OTLP_HEADERS", "OTEL_EXPORTER_OTLP_CERTIFICATE", "OTEL_RESOURCE_ATTRIBUTES",
    "application_name", "pg_wal", "pg_test_fsync", "server_side_binding", "S3_", "log_", "used_memory",
}  # fmt: skip
MADE_WHILE_RUNNING = (
    "staticfiles/",
    ".jiangji/",
    ".venv/",
    "deploy/.env",
    "deploy/production.env",
    "facts/",
    "screenshots/",
)
FOLDERS_OF_THE_STORAGE = {"deliveries/", "revisions/", "incoming/"}

SHOWN = [(name_of(path), command) for path in documents() for command in commands(path.read_text())]


def program_of(command: str) -> str:
    """The program of a command, as the tables above call it."""
    words = shown_commands.without_variables(command.split())
    if words[0] in shown_commands.PYTHONS and len(words) > 1:
        if words[1] == "-m":
            return "pytest" if words[2] == "pytest" else words[2]
        return "python -c" if words[1] == "-c" else program_of(" ".join(words[1:]))
    if words[0] == "celery":
        return f"celery {words[3]}"
    return f"manage.py {words[1]}" if words[0] == "manage.py" else words[0]


def inner_programs(command: str) -> set[str]:
    """The program, and what a container is told to run by it."""
    inside = re.search(r" (python manage\.py .*)", command) if command.startswith("docker") else None
    return {program_of(command)} | ({program_of(inside[1])} if inside else set())


@pytest.mark.parametrize("page", sorted({page for page, _command in SHOWN}))
def test_every_command_is_known_to_its_program(page):
    found = {command: problems(command) for shown_on, command in SHOWN if shown_on == page}
    assert {command: wrong for command, wrong in found.items() if wrong} == {}


@pytest.mark.parametrize(
    "planted",
    [
        "`bin/serve`",
        "`bin/run --quick`",
        "`bin/run --elastic`",  # an option is to be written whole
        "`bin/bench walk`",
        "`bin/bench search [--json] [--megabytes 3]`",
        "`bin/lock all`",
        "`bin/test tests/nowhere`",
        "`bin/test --no-such-option`",
        "`bin/test tests/contracts/test_docs.py::test_nothing`",
        "`WRITE_ALL=1 bin/test`",
        "`manage.py make_coffee`",
        "`python manage.py explain_query WORDS --resluts 3`",
        "`manage.py evaluate_search FILE [--engine postgres|oracle]`",
        "`python -m portal.embedded.nothing`",
        "`python -m portal.embedded.messages --chekc`",
        "`gunicorn portal.wsgy`",
        "`uvicorn portal.asgi:app`",
        "`uvicorn --websocket x portal.asgi:application`",
        "`celery -A portal walker`",
        "`celery -A portal worker --pool-size 3`",
        "```sh\nmanage.py back_up\n```",  # without the folder it wants
        "```sh\ndocker compose --file deploy/compose.yaml exec web9 python manage.py check\n```",
        "```sh\ndocker compose --file deploy/compose.yaml exec web1 python manage.py chekc\n```",
        "```sh\ndocker compose --file deploy/compose.yaml up --wiat\n```",
        "```sh\nkubectl --namespace jiangji rollout status deployment/webb\n```",
        "```sh\nkubectl apply --filename deploy/kubernetes/nothing.yaml\n```",
        "```sh\nrestic backup\n```",
    ],
)
def test_a_wrong_command_is_found(planted):
    (command,) = commands(f"Then\n\n{planted}\n")
    assert problems(command)


def test_every_command_is_run_by_a_test_or_says_why_not():
    told = RUN_BY.keys() | RUN_HERE | RUNS_US | NOT_RUN.keys()
    asked_for = {program for _page, command in SHOWN for program in inner_programs(command)}
    assert asked_for - told == set()
    assert told - asked_for - {"manage.py makemigrations", "portal.embedded.types"} == set(), "nobody shows it any more"


@pytest.mark.parametrize("program", sorted(RUN_BY))
def test_the_test_that_runs_a_command_is_there_and_runs_it(program):
    file, _colons, function = RUN_BY[program].partition("::")
    assert function in {node.name for node in ast.walk(tree(ROOT / file)) if isinstance(node, ast.FunctionDef)}
    # Beside it, since a fixture or a helper of its folder may be what starts it.
    beside = [ROOT / file, *(ROOT / file).parent.glob("*.py")] if file.startswith("tests/") else [ROOT / file]
    word = {"bin/run": "portal.embedded.run", "bin/bench": "portal.bench"}.get(program, re.split(r"[ /.]", program)[-1])
    word = "roll" if program == "deploy/roll.py" else word
    assert any(word in path.read_text() for path in beside)


def test_no_shell_hides_in_a_block_that_is_not_looked_at():
    for path in documents():
        for language, block in fences(path.read_text()):
            assert language in LANGUAGES, f"{name_of(path)}: a block needs one of {sorted(LANGUAGES)}: {block[:60]}"
            assert language == "sh" or not any(map(is_command, block.splitlines())), f"{name_of(path)}: {block[:60]}"
        indented = re.findall(
            r"^ {4,}(\S.*)$", re.sub(r"^ *```.*?^ *```", "", path.read_text(), flags=re.M | re.S), re.M
        )
        assert [line for line in indented if is_command(line)] == [], name_of(path)


def test_programs_written_out_in_the_documentation_run(tmp_path):
    programs = [command for _page, command in SHOWN if program_of(command) == "python -c"]
    assert programs
    for command in programs:
        line = command.replace("python ", f"{sys.executable} ", 1)
        done = subprocess.run(line, shell=True, cwd=tmp_path, capture_output=True, text=True, check=False)
        assert (done.returncode, bool(done.stdout.strip())) == (0, True), done.stderr


def test_the_files_of_one_machine_are_made_as_the_guide_says(tmp_path):
    """The block of docs/deployment.md that makes them, run with a folder of its own in place of /etc."""
    (block,) = [block for _language, block in fences((DOCS / "deployment.md").read_text()) if "cp deploy/" in block]
    (tmp_path / "deploy").mkdir()
    for name in (".env.example", "production.env.example"):
        shutil.copy(ROOT / "deploy" / name, tmp_path / "deploy" / name)
    example = tmp_path / "deploy" / ".env.example"
    example.write_text(example.read_text().replace("DATABASE_PASSWORD=\n", "DATABASE_PASSWORD=made-up\n"))
    sudo = tmp_path / "sudo"  # who tests is not asked for a password, and may give no file away
    sudo.write_text('#!/bin/sh\n[ "$1" = chown ] || exec "$@"\n')
    sudo.chmod(0o755)
    done = subprocess.run(
        ["bash", "-e", "-o", "pipefail", "-c", block.replace("/etc/", f"{tmp_path}/etc/")],
        cwd=tmp_path, env={"PATH": f"{tmp_path}:{os.environ['PATH']}"}, capture_output=True, text=True, check=False,
    )  # fmt: skip
    assert done.returncode == 0, done.stderr
    users = tmp_path / "etc" / "jiangji" / "pgbouncer-users.txt"
    assert users.read_text() == '"jiangji" "made-up"\n'
    assert (users.stat().st_mode & 0o777, (tmp_path / "deploy" / ".env").stat().st_mode & 0o777) == (0o400, 0o600)


def test_commands_that_only_look_run_as_they_are_shown(db, tmp_path):
    said = StringIO()
    call_command("check", stdout=said, stderr=said)  # raises for an error; a warning may be this checkout's
    assert said.getvalue().startswith("System check identified")
    for name, options in (("analytics_definitions", []), ("retention_proof", ["--table"])):
        said = StringIO()
        call_command(name, *options, stdout=said)
        assert said.getvalue().startswith("| ")
    said = StringIO()
    call_command("compute_analytics", "--from", "2026-01-01", "--to", "2026-01-31", stdout=said)
    assert said.getvalue().startswith("2026-01-01 – 2026-01-31: ")
    assert (
        subprocess.run([sys.executable, "-m", configuration.__name__, "--check"], cwd=ROOT, check=False).returncode == 0
    )


def test_statements_for_the_database_are_understood_by_it(db):
    statements = [code for path in documents() for code in inline_code(path.read_text()) if code.startswith("SELECT ")]
    statements = [code for code in statements if "…" not in code]
    assert len(statements) >= 2
    for statement in statements:
        with connection.cursor() as cursor:
            cursor.execute(statement)


def links(path: Path) -> list[str]:
    """Where a page leads within the repository."""
    prose = re.sub(r"^ *```.*?^ *```|`[^`\n]*`", "", path.read_text(), flags=re.MULTILINE | re.DOTALL)
    targets = [unquote(first or second) for first, second in LINK.findall(prose)]
    return [target for target in targets if not re.match(r"[a-z]+:", target)]


def anchors(path: Path) -> set[str]:
    """What GitHub calls the headings of a page."""
    headings = re.findall(r"^#+ (.+)$", path.read_text(), re.MULTILINE)
    return {re.sub(r"[^\w\- ]", "", heading.lower()).replace(" ", "-") for heading in headings}


def dead_links(path: Path) -> list[str]:
    """Links to no file, or to no heading of it."""
    dead = []
    for target in links(path):
        file, _hash, anchor = target.partition("#")
        aim = path.parent / file if file else path
        if not aim.exists() or (anchor and aim.suffix == ".md" and anchor not in anchors(aim)):
            dead.append(target)
    return dead


def test_links_and_pictures_of_the_documentation_exist():
    assert {name_of(path): dead for path in documents() if (dead := dead_links(path))} == {}


def test_a_dead_link_is_found(tmp_path):
    page = tmp_path / "page.md"
    page.write_text(
        "# A heading, and more\n[here](#a-heading-and-more) [gone](gone.md) [no](page.md#nothing) ![p](p.webp) "
        '<img src="q.webp"> [far](https://jiangji.example/) `[code](is-none.md)`\n'
    )
    assert dead_links(page) == ["gone.md", "page.md#nothing", "p.webp", "q.webp"]


def test_every_page_is_on_the_map():
    mapped = {
        (index.parent / target.partition("#")[0]).resolve()
        for index in (DOCS / "README.md", DOCS / "adr" / "README.md")
        for target in links(index)
    }
    assert {name_of(path) for path in documents()[1:] if path != DOCS / "README.md"} - {
        path.relative_to(ROOT).as_posix() for path in mapped if path.is_relative_to(ROOT)
    } == set()


def test_every_picture_is_shown_by_a_page():
    used = {(path.parent / target).resolve() for path in documents() for target in links(path)}
    pictures = {path for path in DOCS.rglob("*") if path.suffix in {".webp", ".png", ".svg"}}
    assert len(pictures) > 10
    assert {name_of(path) for path in pictures - used} == set()


def test_the_readme_starts_the_portal_with_two_commands():
    blocks = [block.strip() for language, block in fences((ROOT / "README.md").read_text()) if language == "sh"]
    assert blocks[:2] == ["bin/run", "bin/test"]


def test_the_layers_of_the_architecture_are_those_that_are_held():
    contracts = tomllib.loads((ROOT / "pyproject.toml").read_text())["tool"]["importlinter"]["contracts"]
    (layers,) = [contract["layers"] for contract in contracts if contract["type"] == "layers"]
    held = [sorted(room.strip().rpartition(".")[2] for room in layer.split("|")) for layer in layers]
    (block,) = [text for _language, text in fences((DOCS / "architecture.md").read_text()) if "cms_pages" in text]
    written = [re.split(r"\s{2,}", line)[0].split(" · ") for line in block.splitlines()]
    assert [sorted(room.rpartition("/")[2] for room in layer) for layer in written] == [
        ["demo"], ["portal"], *held[2:]
    ]  # fmt: skip
    picture = (DOCS / "images" / "architecture.svg").read_text()
    assert {room for layer in held[2:] for room in layer if not re.search(rf"\b{room}\b", picture)} == set()


@cache
def places() -> frozenset[str]:
    """Every file and folder of the repository, by each end of its path."""
    found: set[str] = set()
    names = ("README.md", "manage.py", "pyproject.toml", "requirements.txt", "requirements.in", "security-floors.toml")
    folders = (
        "portal",
        "marketplace",
        "cms_pages",
        "tests",
        "templates",
        "static",
        "deploy",
        "bin",
        "docs",
        "locale",
        "requirements",
    )
    for path in [
        *(ROOT / name for name in names),
        *(deep for name in folders for deep in [ROOT / name, *(ROOT / name).rglob("*")]),
    ]:
        parts = path.relative_to(ROOT).parts
        found.update(
            "/".join(parts[start:end]) for start in range(len(parts)) for end in range(start + 1, len(parts) + 1)
        )
    return frozenset(found)


@cache
def known_names() -> frozenset[str]:
    """What a page may name: of the source, of the environment, of others."""
    return shown_commands.words_of_the_source() | configuration.variables().keys() | NAMES_OF_OTHERS


def strangers(document: str) -> set[str]:
    """What stands in back-ticks like a file or a name of the program, and is none."""
    known = known_names()
    found = set()
    for code in inline_code(document):
        is_path = re.fullmatch(r"[\w.-]+/[\w./-]*", code) or re.fullmatch(
            r"[\w-]+\.(py|js|css|html|yaml|toml|conf|svg)", code
        )
        if is_path:
            place = re.sub(r"(\.py)?(::\w+|\.[a-z_]+)?$", r"\1", code) if "::" in code else code
            if code.startswith(MADE_WHILE_RUNNING) or code in FOLDERS_OF_THE_STORAGE:
                continue
            module = re.sub(r"\.\w+$", ".py", place)  # `core/staff_log.traced`
            if not {place.rstrip("/"), module} & places():
                found.add(code)
            continue
        for word in re.findall(r"(?<![\w/…:.*-])[A-Za-z_]\w*(?![\w…*-])", code):
            if ("_" in word.strip("_") or re.search(r"[a-z][A-Z]", word)) and word not in known:
                found.add(word)
    return found


@pytest.mark.parametrize("path", documents(), ids=name_of)
def test_files_and_names_that_a_page_speaks_of_exist(path):
    assert strangers(path.read_text()) - {"application/octet-stream"} == set()


def test_a_name_that_is_gone_is_found():
    page = "`core/owls.py`, `release_by_owl(order)`, `orders.locks.lock_order`, `OWL_SECONDS` and `core/money.py`"
    assert strangers(page) == {"core/owls.py", "release_by_owl", "OWL_SECONDS"}
