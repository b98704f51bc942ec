"""deploy/ as it stands: pinned, without root, looked after, bounded; and it tells the portal what production needs."""

import ast
import os
import re
import subprocess
from collections.abc import Iterator
from functools import cache
from pathlib import Path
from typing import Any

import pytest
import yaml

from deploy import roll
from marketplace.uploads.purposes import largest_megabytes
from portal.body_limit import FILE_ROOMS, FILE_ROUTES, SPARE_MEGABYTES
from portal.embedded import configuration
from tests.contracts.source import ROOT

DEPLOY = ROOT / "deploy"
OURS = {"web1", "web2", "live1", "live2", "worker", "slow", "beat"}
ONCE = {"migrate", "static", "buckets", "command"}
# What a role's Secret must hold in a cluster: secrets stand in no manifest, so nothing there can be compared with.
SECRET_KEYS = {"DATABASE_URL", "REDIS_URL", "SECRET_KEY", "FIELD_ENCRYPTION_KEYS", "IDENTITY_DIGEST_KEY", "EMAIL_URL"}


@cache
def compose() -> dict[str, Any]:
    """Read once: a pure reader of YAML is slow."""
    return yaml.safe_load((DEPLOY / "compose.yaml").read_text())


@cache
def manifests() -> list[dict[str, Any]]:
    """Every object of deploy/kubernetes."""
    paths = sorted((DEPLOY / "kubernetes").glob("*.yaml"))
    return [each for path in paths for each in yaml.safe_load_all(path.read_text())]


def pods() -> dict[str, dict[str, Any]]:
    """What runs in the cluster: its name, and the specification of its pod."""
    return {
        each["metadata"]["name"]: each["spec"]["template"]["spec"]
        for each in manifests()
        if each["kind"] in {"Deployment", "Job"}
    }


def containers() -> Iterator[tuple[str, dict[str, Any]]]:
    for name, pod in pods().items():
        for container in (*pod.get("initContainers", ()), *pod["containers"]):
            yield name, container


def variables_of(path: Path) -> set[str]:
    """Names in a file of variables."""
    return set(re.findall(r"^([A-Z][A-Z0-9_]*)=", path.read_text(), re.MULTILINE))


def is_pinned(image: str) -> bool:
    """Whether it names a version with at least a minor one, or a day."""
    _name, _colon, tag = image.rpartition(":")
    return bool(re.search(r"\d+\.\d+|\d{4}-\d{2}-\d{2}", tag))


def test_every_image_has_a_version():
    images = [service["image"] for service in compose()["services"].values() if not service["image"].startswith("${")]
    images += [container["image"] for _name, container in containers() if container["image"] != "jiangji"]
    for path in DEPLOY.glob("*Dockerfile"):
        text = path.read_text()
        images += re.findall(r"^ARG PYTHON=(\S+)", text, re.MULTILINE)
        images += [name for name in re.findall(r"^FROM (\S+)", text, re.MULTILINE) if ":" in name]
    assert len(images) >= 10
    assert [image for image in images if not is_pinned(image)] == []


def test_nothing_runs_as_root():
    for path in DEPLOY.glob("*Dockerfile"):
        last = re.findall(r"^USER (\S+)", path.read_text(), re.MULTILINE)[-1]
        assert last.partition(":")[0] not in {"0", "root"}, path
    for name, service in compose()["services"].items():
        assert service["user"].partition(":")[0] not in {"0", "root"}, name
        assert service["cap_drop"] == ["ALL"], name
        assert service["security_opt"] == ["no-new-privileges:true"], name
    for name, pod in pods().items():
        assert pod["securityContext"]["runAsNonRoot"] is True, name
        assert pod["securityContext"]["runAsUser"] > 0, name
    for name, container in containers():
        assert container["securityContext"] == {
            "allowPrivilegeEscalation": False,
            "readOnlyRootFilesystem": True,
            "capabilities": {"drop": ["ALL"]},
        }, name


def test_only_the_search_server_writes_to_its_own_image():
    assert {name for name, service in compose()["services"].items() if not service["read_only"]} == {"elasticsearch"}


def test_every_service_is_bounded_and_asked_whether_it_is_well():
    for name, service in compose()["services"].items():
        assert set(service["deploy"]["resources"]["limits"]) == {"cpus", "memory", "pids"}, name
        assert service["healthcheck"].get("disable", False) is (name in ONCE), name
    for name, container in containers():
        assert "memory" in container["resources"]["limits"], name
        assert set(container["resources"]["requests"]) == {"cpu", "memory"}, name
    for name, pod in pods().items():
        if name != "migrate":
            assert {"startupProbe", "readinessProbe", "livenessProbe"} <= pod["containers"][0].keys(), name


def test_each_role_is_there_once_and_the_clock_is_never_two():
    assert compose()["services"].keys() > OURS | ONCE
    assert pods().keys() == {"edge", "web", "live", "worker", "slow", "beat", "migrate"}
    beat = next(each for each in manifests() if each["kind"] == "Deployment" and each["metadata"]["name"] == "beat")
    assert (beat["spec"]["replicas"], beat["spec"]["strategy"]["type"]) == (1, "Recreate")


def test_both_ways_run_the_same_commands():
    services, in_cluster = compose()["services"], pods()
    for service, name in (
        ("web1", "web"), ("web2", "web"), ("live1", "live"), ("live2", "live"),
        ("worker", "worker"), ("slow", "slow"), ("beat", "beat"), ("migrate", "migrate"),
    ):  # fmt: skip
        assert services[service]["command"] == in_cluster[name]["containers"][0]["args"], name


def test_processes_end_in_their_own_time():
    """Nobody is killed before the longest thing it may do: gunicorn's 30 s, uvicorn's 20, the five minutes of a job.

    Of `slow` a few jobs have hours, and no release waits for those: they come again (deploy/compose.yaml).
    """
    services, in_cluster = compose()["services"], pods()
    for name, longest in (("web", 30), ("live", 20), ("worker", 300), ("slow", 300)):
        assert int(services[name if name in services else f"{name}1"]["stop_grace_period"].removesuffix("s")) > longest
        assert in_cluster[name]["terminationGracePeriodSeconds"] > longest
    for name in ("web", "live", "edge"):
        assert "sleep" in str(in_cluster[name]["containers"][0]["lifecycle"]["preStop"]), name


def test_what_serves_is_spread_and_never_all_away_at_once():
    kinds = {(each["kind"], each["metadata"]["name"]) for each in manifests() if each["kind"] != "Kustomization"}
    for name in ("web", "live", "worker", "edge"):
        assert {("PodDisruptionBudget", name), ("HorizontalPodAutoscaler", name)} <= kinds, name


def test_no_secret_stands_in_a_manifest():
    assert "Secret" not in {each["kind"] for each in manifests()}
    data = next(each["data"] for each in manifests() if each["kind"] == "ConfigMap")
    known = configuration.variables()
    assert [name for name in data if known[name].is_secret] == []
    for path in (DEPLOY / ".env.example", DEPLOY / "production.env.example"):
        filled = re.findall(
            r"^([A-Z0-9_]*(?:PASSWORD|SECRET|KEY|KEYS)[A-Z0-9_]*)=(.+)$", path.read_text(), re.MULTILINE
        )
        assert filled == [], path


def test_every_variable_that_is_told_exists():
    known = configuration.variables().keys()
    services = compose()["services"]
    told = {name for service in (OURS | ONCE) for name in services[service]["environment"]}
    told |= variables_of(DEPLOY / "production.env.example")
    told |= set(next(each["data"] for each in manifests() if each["kind"] == "ConfigMap"))
    told |= {entry["name"] for name, each in containers() if name != "edge" for entry in each.get("env", ())}
    assert told - known == set()


def test_what_compose_itself_asks_for_stands_in_the_example():
    asked = set(re.findall(r"(?<!\$)\$\{([A-Z_]+)", (DEPLOY / "compose.yaml").read_text()))
    assert asked == variables_of(DEPLOY / ".env.example")


def needed() -> set[str]:
    """What production does not start without, with files in an object storage."""
    found = {name for name, each in configuration.variables().items() if each.needed in ("always", "with `S3_BUCKET`")}
    return found | {"EMAIL_URL"}


@pytest.mark.parametrize("service", sorted(OURS | ONCE))
def test_every_process_of_the_machine_is_told_what_production_needs(service):
    told = compose()["services"][service]["environment"].keys() | variables_of(DEPLOY / "production.env.example")
    assert compose()["services"][service]["env_file"] == ["production.env"]
    assert needed() - told == set()


def test_every_process_of_the_cluster_is_told_what_production_needs():
    data = set(next(each["data"] for each in manifests() if each["kind"] == "ConfigMap"))
    in_secret = set(re.findall(r"^\| `([A-Z0-9_]+)` \|", section("What the Secret holds"), re.MULTILINE))
    assert in_secret >= SECRET_KEYS
    assert needed() - data - in_secret == set()
    assert in_secret - configuration.variables().keys() == set()
    for name, container in containers():
        if container["image"] == "jiangji" and container["name"] != "static":
            assert [next(iter(each.values()))["name"] for each in container["envFrom"]] == ["jiangji", "jiangji"], name


def section(title: str) -> str:
    text = (ROOT / "docs" / "deployment.md").read_text()
    return text.split(f"# {title}\n", 1)[1].split("\n## ", 1)[0]


def test_pages_go_through_the_pool_and_migrations_past_it():
    services = compose()["services"]
    for name in OURS:
        environment = services[name]["environment"]
        assert ("@pgbouncer:6432/" in environment["DATABASE_URL"], environment["DATABASE_POOLED"]) == (True, "1"), name
    for name in ("migrate", "command"):
        environment = services[name]["environment"]
        assert ("@database:5432/" in environment["DATABASE_URL"], environment["DATABASE_POOLED"]) == (True, "0"), name
    assert "set_role_limits" in str(services["migrate"]["command"])
    assert "pool_mode = transaction" in (DEPLOY / "pgbouncer" / "pgbouncer.ini").read_text()


def test_the_broker_throws_no_job_away():
    assert "--maxmemory-policy noeviction" in compose()["services"]["valkey"]["command"][2]


def test_no_sandbox_comes_along():
    text = "\n".join(path.read_text() for path in DEPLOY.rglob("*") if path.is_file() and path.suffix != ".pyc")
    assert "SANDBOX" not in text
    assert not re.search(r"\bDEMO(_CLOCK)?[=:]", text)


def test_nginx_takes_the_largest_body_that_some_address_takes():
    site = (DEPLOY / "nginx" / "templates" / "site.conf.template").read_text()
    largest = max(*FILE_ROUTES.values(), *FILE_ROOMS.values(), largest_megabytes() + SPARE_MEGABYTES)
    assert f"client_max_body_size {largest}m;" in site
    assert "underscores_in_headers off;" in (DEPLOY / "nginx" / "nginx.conf").read_text()


def test_nginx_sends_sockets_to_the_live_processes_and_hides_nothing_of_who_asks():
    site = (DEPLOY / "nginx" / "templates" / "site.conf.template").read_text()
    sockets = site.split("location /ws/ {")[1].split("\n    }")[0]
    assert "proxy_pass http://live;" in sockets
    for header in ("X-Forwarded-For $proxy_add_x_forwarded_for", "X-Forwarded-Proto https", "X-Request-ID $request_id"):
        # What a location sets itself it does not inherit: all of them, or none.
        assert f"proxy_set_header {header};" in sockets
        assert site.count(f"proxy_set_header {header};") >= 2, header


def test_the_files_of_the_release_before_stay():
    text = (DEPLOY / "Dockerfile").read_text()
    assert text.index("COPY --from=previous /app/staticfiles") < text.index("COPY --from=site /app /app")


def test_the_image_installs_what_is_locked_to_the_byte():
    text = (ROOT / "requirements.txt").read_text()
    pinned = re.findall(r"^[A-Za-z0-9_.\[\]-]+==.*$", text, re.MULTILINE)
    assert len(pinned) > 100
    assert [line for line in pinned if not line.endswith("\\")] == [], "bin/lock makes it with hashes"
    assert "--require-hashes" in (DEPLOY / "Dockerfile").read_text()
    lock = (ROOT / "bin" / "lock").read_text()
    assert "--generate-hashes" in lock
    assert "compile requirements.in " in lock


def test_the_image_holds_what_it_copies_and_nothing_else():
    lines = (DEPLOY / "Dockerfile.dockerignore").read_text().split()
    let_in = {line.removeprefix("!") for line in lines if line.startswith("!")}
    assert {"marketplace", "portal", "cms_pages", "templates", "static", "locale", "manage.py"} < let_in
    assert [name for name in let_in if not (ROOT / name).exists()] == []
    assert not {".git", "tests", "docs", ".venv", ".jiangji"} & let_in


def test_the_programs_that_the_health_checks_name_exist():
    for service in OURS:
        command = compose()["services"][service]["healthcheck"]["test"]
        assert (ROOT / command[3]).exists(), service
        assert command[1:3] == ["python", "-P"], "without -P portal/celery.py would stand for the library"


def test_the_commands_of_the_guide_exist():
    text = (ROOT / "docs" / "deployment.md").read_text()
    shell = "\n".join(re.findall(r"```sh\n(.*?)```", text, re.DOTALL))
    assert shell
    parsed = subprocess.run(["bash", "-n"], input=shell, capture_output=True, text=True, check=False)
    assert parsed.returncode == 0, parsed.stderr
    services = compose()["services"].keys()
    for line in shell.splitlines():
        for path in re.findall(r"(?<![\w/.])deploy/[\w./-]+", line):
            known = path in {"deploy/.env", "deploy/production.env"}  # copies of the examples
            assert known or (ROOT / path.rstrip("/.")).exists(), line
        if match := re.search(r"docker compose .*?(?:run --rm|exec(?: -T)?|logs(?: --follow)?) ([a-z]+\d?)", line):
            assert match[1] in services, line


def test_rolling_marks_one_server_and_leaves_the_others_alone():
    text = (DEPLOY / "nginx" / "upstreams" / "upstreams.conf").read_text()
    down = roll.with_server(text, "web1", is_down=True)
    assert [line.strip() for line in down.splitlines() if "down;" in line] == [
        "server web1:8000 max_fails=3 fail_timeout=2s down;"
    ]
    assert roll.with_server(down, "web1", is_down=True) == down
    assert roll.with_server(down, "web1", is_down=False) == text
    with pytest.raises(ValueError, match="no server web3"):
        roll.with_server(text, "web3", is_down=True)
    for server in roll.SERVING:
        assert f"server {server}:8000" in text


def test_rolling_changes_the_image_and_nothing_else():
    text = "# ours\nJIANGJI_IMAGE=jiangji:1\nSITE_HOST=jiangji.example\n"
    assert roll.with_image(text, r"jiangji:\2") == text.replace("jiangji:1", r"jiangji:\2")
    assert roll.with_image("", "jiangji:1") == "JIANGJI_IMAGE=jiangji:1\n"


def test_rolling_goes_step_by_step_and_stops_where_something_goes_wrong(tmp_path):
    """With a `docker` that only writes down what it was told, and fails where it is told to."""
    (tmp_path / "deploy" / "nginx" / "upstreams").mkdir(parents=True)
    upstreams = tmp_path / "deploy" / "nginx" / "upstreams" / "upstreams.conf"
    upstreams.write_text((DEPLOY / "nginx" / "upstreams" / "upstreams.conf").read_text())
    program = (DEPLOY / "roll.py").read_text()
    for waits, does_not in (
        ("SETTLE_SECONDS = 3", "SETTLE_SECONDS = 0"),
        ("AGAIN_SECONDS = 10, 5", "AGAIN_SECONDS = 10, 0"),
    ):
        assert waits in program
        program = program.replace(waits, does_not)
    (tmp_path / "deploy" / "roll.py").write_text(program)
    docker = tmp_path / "docker"
    docker.write_text(f'#!/bin/sh\nshift 3\necho "$*" >> {tmp_path}/told\ncase "$*" in *"$FAILS_AT"*) exit 1;; esac\n')
    docker.chmod(0o755)

    def rolled(fails_at: str) -> list[str]:
        (tmp_path / "told").unlink(missing_ok=True)
        environment = {"PATH": f"{tmp_path}:{os.environ['PATH']}", "FAILS_AT": fails_at}
        command = ["python3", str(tmp_path / "deploy" / "roll.py"), "jiangji:2"]
        done = subprocess.run(command, env=environment, capture_output=True, text=True, check=False)
        assert (done.returncode == 0) is (fails_at == "nowhere"), done.stderr
        return (tmp_path / "told").read_text().splitlines()

    told = rolled("nowhere")
    starts = [line for line in told if line.startswith(("run ", "up "))]
    assert [line.split()[-1] for line in starts] == [
        "migrate",
        "static",
        "web1",
        "web2",
        "live1",
        "live2",
        "beat",
        "slow",
    ]
    # On the way back to an image whose probe knows no `slow` it would never be well: the rest is done by then all the same.
    assert starts[-1] == "up --detach --no-deps slow"
    assert told.count("exec -T nginx nginx -s reload") == 8
    stopped = rolled("--wait web2")
    assert stopped[-1].endswith("web2"), "it went on after a process that is not well"
    assert "web2:8000 max_fails=3 fail_timeout=2s down;" in upstreams.read_text()
    held_up = rolled("migrate")
    assert held_up == ["pull --policy missing web1", *["run --rm --no-deps migrate"] * 10]


def test_python_files_of_deploy_need_nothing_but_python():
    for name in ("roll.py", "gunicorn.conf.py"):
        tree = ast.parse((DEPLOY / name).read_text())
        imported = {
            alias.name.partition(".")[0]
            for node in ast.walk(tree)
            if isinstance(node, ast.Import)
            for alias in node.names
        }
        assert imported <= {"gc", "os", "re", "subprocess", "sys", "time"}, name
