"""Loaded before pytest reads the settings: a database and a broker of the tests' own, which need not survive a crash."""

import os
from pathlib import Path

os.environ.setdefault("DJANGO_ENV", "test")
os.environ.setdefault("JIANGJI_STATE", str(Path(__file__).resolve().parents[2] / ".jiangji" / "test"))
if "DATABASE_URL" not in os.environ:
    from portal.embedded.postgres import start_postgres

    os.environ["DATABASE_URL"] = start_postgres(durable=False)
if "REDIS_URL" not in os.environ:
    from portal.embedded.valkey import start_valkey

    os.environ["REDIS_URL"] = start_valkey()

if "PYTEST_XDIST_WORKER" not in os.environ:  # workers find what the process that starts them has made
    from portal.embedded.template import template_for_tests

    os.environ["TEST_DATABASE_TEMPLATE"] = template_for_tests(os.environ["DATABASE_URL"])

# gw0 keeps its cache in database 4, gw1 in 5, …: emptying one does not empty another's.
os.environ["CACHE_DATABASE"] = str(4 + int(os.environ.get("PYTEST_XDIST_WORKER", "gw0").removeprefix("gw")))
