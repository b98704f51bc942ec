"""F5 of facts/reliability.md: no connection is left. People are told to come again; nobody gets an error page of ours."""

import os

import psycopg
import pytest
from django.db import connection
from django.test import Client

pytestmark = pytest.mark.usefixtures("committed_db")
ROLE = f"of_a_test_without_connections_{os.getpid()}"  # roles belong to the whole server, and workers share it


@pytest.fixture
def nothing_left(committed_db):
    """The portal comes as a role whose connections are used up: the server's own refusal (53300), for us alone."""
    with connection.cursor() as cursor:
        cursor.execute(f"CREATE ROLE {ROLE} LOGIN CONNECTION LIMIT 0")
    connection.close()
    with pytest.MonkeyPatch.context() as patch:
        patch.setitem(connection.settings_dict, "USER", ROLE)
        yield
    connection.close()
    with connection.cursor() as cursor:
        cursor.execute(f"DROP ROLE {ROLE}")


@pytest.mark.usefixtures("nothing_left")
def test_pages_say_when_to_come_again():
    client = Client(raise_request_exception=False)
    for path in ("/search/?q=logo", "/", "/en/search/?q=logo"):
        answer = client.get(path)
        assert (answer.status_code, answer.headers["Retry-After"]) == (503, "10"), path
        assert "no-store" in answer.headers["Cache-Control"]


@pytest.mark.usefixtures("nothing_left")
def test_programs_get_a_code():
    answer = Client(raise_request_exception=False).get("/search/count/?q=logo", headers={"accept": "application/json"})
    assert (answer.status_code, answer.json()["code"]) == (503, "unavailable")


@pytest.mark.usefixtures("nothing_left")
def test_whoever_balances_the_load_hears_which_part_it_is():
    answer = Client().get("/healthz?for=web")
    assert answer.status_code == 503
    assert answer.json()["parts"]["database"].startswith("down")


def test_a_mistake_in_a_query_is_still_a_fault_of_ours():
    from marketplace.core.unavailable import is_away

    with connection.cursor() as cursor, pytest.raises(Exception, match="nowhere") as refused:
        cursor.execute("SELECT * FROM nowhere")
    assert not is_away(refused.value)
    assert isinstance(refused.value.__cause__, psycopg.Error)
