"""A form of a draft that is saved while somebody announces the draft; with the lock, and without it."""

import json
import threading
from collections.abc import Iterator
from datetime import timedelta
from functools import partial

import pytest
from django.db import IntegrityError, connection, transaction

from cms_pages import locks
from cms_pages.errors import RulesTextError, RulesTextErrorCode
from cms_pages.models import RulesText
from cms_pages.rules_texts import announce_rules_text
from marketplace.core import clock
from tests.databases import together

WAIT_SECONDS = 60


@pytest.fixture
def text(committed_db) -> Iterator[RulesText]:
    """A draft, removed afterwards whatever became of it: pages' rows outlive these tests, and announced ones stay."""
    body = json.dumps([{"type": "paragraph", "value": "<p>不得刷单</p>"}])
    yield RulesText.objects.create(
        document="privacy", changes_zh="原话", changes_en="Changes", body_zh=body, body_en=body
    )
    with transaction.atomic(), connection.cursor() as cursor:
        cursor.execute("SET LOCAL session_replication_role = replica")
        cursor.execute("TRUNCATE cms_pages_rulestext, cms_pages_rulescomment")


def announce(text_id: int) -> RulesText:
    day = clock.now() + timedelta(days=9)
    return announce_rules_text(text_id=text_id, effective_at=day, comments_until=day)


def save_form(opened: RulesText) -> None:
    opened.changes_zh = "偷偷改"
    opened.save()


def test_a_form_never_undoes_or_rewrites_an_announcement(text, meet_before):
    meet_before(locks, "lock_text", (locks, "lock_document"))
    opened = RulesText.objects.get(pk=text.pk)
    results = together(partial(announce, text.pk), partial(save_form, opened))
    after = RulesText.objects.get(pk=text.pk)
    assert after.number == 1
    assert after.announced_at is not None
    refused = [result.code for result in results if isinstance(result, RulesTextError)]
    # Either it was saved before, and that is what was announced, or it came too late.
    assert (refused, after.changes_zh) in (([], "偷偷改"), ([RulesTextErrorCode.ANNOUNCED], "原话"))
    assert not [result for result in results if isinstance(result, IntegrityError)]


def test_control_without_the_lock_only_the_database_stops_the_form(text, monkeypatch):
    was_read, was_announced = threading.Event(), threading.Event()
    opened = RulesText.objects.get(pk=text.pk)

    def unlocked(text_id: int) -> RulesText:
        found = RulesText.objects.get(pk=text_id)
        was_read.set()
        assert was_announced.wait(WAIT_SECONDS)
        return found

    def announce_in_between() -> None:
        assert was_read.wait(WAIT_SECONDS)
        announce(text.pk)
        was_announced.set()

    monkeypatch.setattr(locks, "lock_text", unlocked)
    results = together(announce_in_between, partial(save_form, opened))
    assert [type(result) for result in results if isinstance(result, Exception)] == [IntegrityError]
    assert RulesText.objects.get(pk=text.pk).changes_zh == "原话"
