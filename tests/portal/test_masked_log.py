"""What a log says about people."""

import json
import logging
import smtplib
import sys
from logging.config import DictConfigurator

import pytest

from portal.celery import application
from portal.masked_log import MaskedJsonFormatter, masked


@pytest.mark.parametrize(
    ("said", "kept"),
    [
        ("no mail to xiaoman.lin+1@example.com.", "no mail to x***@example.com."),
        ("{'林@例子.中国': (550, b'no')}", "{'林***@例子.中国': (550, b'no')}"),
        ("sent to +8613800138000, 13800138000", "sent to +86138****8000, 138****8000"),
        ("号码13800138000不存在", "号码138****8000不存在"),
        ("?to=%2B8613800138000&", "?to=%2B86138****8000&"),
        ("+86 138 0013 8000 or 138-0013-8000, p_13800138000", "+86 138****8000 or 138****8000, p_138****8000"),
        ("order 20261127138001380001 and 1380013800", "order 20261127138001380001 and 1380013800"),
        ("GET /en/unsubscribe/WzEsIiJd:1v:abc/ 500", "GET /en/unsubscribe/***/ 500"),
        ("", ""),
    ],
)
def test_addresses_and_numbers_are_masked_and_nothing_else(said, kept):
    assert masked(said) == kept


def test_the_stack_of_an_exception_is_masked_too(settings):
    formatter = DictConfigurator({}).configure_formatter(dict(settings.LOGGING["formatters"]["line"]))
    try:
        raise smtplib.SMTPRecipientsRefused({"xiaoman@example.com": (550, b"who?")})
    except smtplib.SMTPException:
        record = logging.LogRecord("x", logging.ERROR, "x.py", 1, "a job failed", None, sys.exc_info())
    line = formatter.format(record)
    assert "SMTPRecipientsRefused" in line
    assert "xiaoman" not in line


def test_a_line_for_programs_has_the_address_of_a_request_without_what_was_asked_for(rf):
    request = rf.get("/search/", {"q": "离婚协议"})
    record = logging.LogRecord(
        "django.request", logging.ERROR, "x.py", 1, "Internal Server Error: %s", (request.path,), None
    )
    record.request, record.status_code = request, 500
    said = json.loads(MaskedJsonFormatter().format(record))
    assert (said["message"], said["status_code"]) == ("Internal Server Error: /search/", 500)
    assert "request" not in said


def test_the_worker_writes_the_same_log(settings):
    """Celery would put a formatter of its own before the root's."""
    assert application.conf.worker_hijack_root_logger is False
    assert all(one["formatter"] == "line" for one in settings.LOGGING["handlers"].values())
