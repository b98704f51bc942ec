"""The page that says what works is there while the database is not, for whoever is logged in too."""

import pytest
from django.db import connection
from django.test import Client

from marketplace.operations import parts, status_page
from portal.health import PARTS
from tests.faults.test_database_full import nothing_left  # noqa: F401 a fixture

pytestmark = pytest.mark.usefixtures("committed_db")


@pytest.mark.usefixtures("nothing_left")
@pytest.mark.parametrize("cookies", [{}, {"sessionid": "of-somebody"}], ids=["stranger", "logged in"])
def test_it_says_that_nothing_can_be_used(cookies, settings):
    parts.provide_parts(PARTS)
    status_page.forget()
    browser = Client(raise_request_exception=False)
    for value in cookies.values():
        browser.cookies[settings.SESSION_COOKIE_NAME] = value
    assert browser.get("/").status_code == 503
    answer = browser.get("/en/status/")
    assert answer.status_code == 200
    page = answer.content.decode()
    assert "The site cannot be used at present." in page
    assert "The history cannot be read at present." in page
    said = browser.get("/status.json").json()
    assert (said["state"], said["history_is_old"]) == ("down", True)
    status_page.forget()


def test_it_says_so_too_where_the_database_goes_between_the_question_and_the_reading(committed_db):
    """The check was answered a moment ago; the reading is refused."""
    parts.provide_parts({name: lambda: "up" for name in PARTS})
    status_page.forget()
    connection.close()
    with pytest.MonkeyPatch.context() as patch:
        patch.setitem(connection.settings_dict, "PORT", "9")
        patch.setitem(connection.settings_dict, "HOST", "127.0.0.1")
        answer = Client().get("/en/status/")
    connection.close()
    assert answer.status_code == 200
    assert "The site cannot be used at present." in answer.content.decode()
    parts.provide_parts(PARTS)
    status_page.forget()
