"""The sentences of scripts are a module of their own: fetched once, in the language of the page, and new when they change."""

import json
import re
from datetime import timedelta

import pytest
from django.test import Client
from django.utils.translation import override

from marketplace.accounts import blocks
from marketplace.accounts.models import BlockKind, BlockScope
from marketplace.accounts.services.abuse import add_block
from marketplace.core import client_texts, clock
from tests.factories import make_moderator


def sentences(answer):
    return json.loads(answer.content.decode().removeprefix("globalThis.texts = ").removesuffix(";\n"))


@pytest.mark.parametrize(("page", "said"), [("/search/", "通知"), ("/en/search/", "Notifications")])
def test_a_page_names_the_module_in_its_language_before_all_that_read_it(page, said, db):
    html = Client().get(page).content.decode()
    modules = re.findall(r'<script type="module" src="([^"]+)"', html)
    assert modules[1].startswith("/static/js/main")
    answer = Client().get(modules[0])
    assert sentences(answer)["notifications"] == said
    assert answer["Content-Type"].startswith("text/javascript")
    assert "immutable" in answer["Cache-Control"]
    assert "max-age=31536000" in answer["Cache-Control"]


def test_the_address_changes_with_what_is_said(monkeypatch):
    def address():
        client_texts._module.cache_clear()
        client_texts.address_of_texts.cache_clear()
        return client_texts.address_of_texts("en")

    before = address()
    assert address() == before
    monkeypatch.setattr(client_texts, "_texts", lambda: {"notifications": "News"})
    assert address() != before
    monkeypatch.undo()
    assert address() == before


def test_each_language_has_its_own_whoever_asks(db):
    with override("en"):
        address = client_texts.address_of_texts("zh-hans")
    assert sentences(Client(headers={"Accept-Language": "en"}).get(address))["notifications"] == "通知"
    assert Client().get("/texts/xx.1.js").status_code == 404


def test_the_address_of_another_release_is_answered_and_kept_by_nobody(db):
    answer = Client().get("/texts/en.00000000.js")
    assert sentences(answer)["notifications"] == "Notifications"
    assert answer["Cache-Control"] == "no-store"


def test_who_is_stopped_from_everything_still_reads_what_scripts_say(db):
    add_block(
        kind=BlockKind.ADDRESS,
        value="203.0.113.7",
        scope=BlockScope.EVERYTHING,
        reason="刷单",
        ends_at=clock.now() + timedelta(days=1),
        staff=make_moderator(),
    )
    blocks.forget_blocks()  # inside a test nothing is committed
    stopped = Client(REMOTE_ADDR="203.0.113.7")
    assert stopped.get("/search/").status_code == 403
    assert stopped.get(client_texts.address_of_texts("zh-hans")).status_code == 200
