"""What is loaded before workers are forked, and that a process begins without its database as well."""

import os
import subprocess
import sys

import pytest
from django.db import connection
from django.template import engines

from portal import warming


@pytest.mark.django_db
def test_templates_and_words_are_there_and_no_connection_is_left(monkeypatch):
    left_open = []
    monkeypatch.setattr(warming.connections, "close_all", lambda: left_open.append("closed"))
    asked = []
    really = warming.current_lexicon
    monkeypatch.setattr(warming, "current_lexicon", lambda: asked.append(really()))
    warming.warm()
    loader = engines["django"].engine.template_loaders[0]
    assert any("gig_detail.html" in key for key in loader.get_template_cache)
    assert asked
    assert left_open == ["closed"]
    assert connection.is_usable()


def test_without_its_database_a_process_begins_all_the_same():
    program = "import django; django.setup(); from portal.warming import warm; warm(); print('warm')"
    said = subprocess.run(
        [sys.executable, "-W", "ignore", "-c", program],
        env=os.environ | {"DATABASE_URL": "postgres://nobody:nothing@127.0.0.1:1/none"},
        capture_output=True,
        text=True,
        timeout=120,
        check=False,
    )
    assert said.returncode == 0, said.stderr[-2000:]
    assert said.stdout.strip().endswith("warm")
