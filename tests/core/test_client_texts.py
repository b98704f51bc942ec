"""The sentences of scripts are a module of their own: fetched once, in the language of the page, and new when they change."""

import json
import re

import pytest
from django.test import Client
from django.utils.translation import override

from marketplace.core import client_texts


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
