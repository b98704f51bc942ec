"""A refused rule becomes something a person, or a program, can read: in one place, the middleware."""

import psycopg.errors
import pytest
from django.contrib.messages import get_messages
from django.contrib.messages.storage.fallback import FallbackStorage
from django.db import OperationalError
from django.http import HttpResponse
from django.test import RequestFactory
from django.utils.translation import override

from marketplace.core.middleware import DomainErrorMiddleware
from marketplace.ledger.errors import LedgerError, LedgerErrorCode
from marketplace.orders.errors import OrderError, OrderErrorCode

SENTENCE = "There is not enough money in this account. Nothing was moved."
REFUSAL = LedgerError(LedgerErrorCode.INSUFFICIENT_FUNDS)


def refuse(request, refusal=REFUSAL):
    request.session = {}
    request._messages = FallbackStorage(request)
    with override("en"):
        return DomainErrorMiddleware(lambda _request: HttpResponse()).process_exception(request, refusal)


def post(**headers):
    return RequestFactory().post("/orders/X/", headers=headers)


def test_a_program_gets_the_code_and_the_sentence_as_json():
    response = refuse(post(accept="application/json"))
    assert response.status_code == 409
    assert response.headers["Content-Type"] == "application/json"
    assert b'"code": "insufficient_funds"' in response.content
    assert SENTENCE.encode() in response.content


def test_a_person_is_sent_back_to_the_page_of_the_form_with_the_sentence():
    request = post(referer="http://testserver/orders/X/?tab=1", accept="text/html")
    response = refuse(request)
    assert (response.status_code, response.headers["Location"]) == (302, "http://testserver/orders/X/?tab=1")
    assert [str(message) for message in get_messages(request)] == [SENTENCE]


@pytest.mark.parametrize(
    "request_",
    [
        post(accept="text/html"),
        post(referer="https://evil.example/orders/X/"),
        post(referer="http://testserver/orders/X/", hx_request="true"),
        RequestFactory().get("/orders/X/", headers={"referer": "http://testserver/"}),
    ],
    ids=["no referer", "foreign referer", "fragment", "reading"],
)
def test_where_there_is_no_way_back_a_page_says_it(request_, monkeypatch):
    shown = {}

    def page(_request, template, context, status):
        shown.update(context, template=template)
        return HttpResponse(status=status)

    monkeypatch.setattr("marketplace.core.middleware.render", page)
    assert refuse(request_).status_code == 409
    assert shown == {"template": "errors/refused.html", "message": SENTENCE}
    assert not list(get_messages(request_))


def test_the_page_of_a_refusal_renders(buyer, buyer_client, monkeypatch):
    def refuse_all(*_args, **_kwargs):
        raise REFUSAL

    monkeypatch.setattr("marketplace.orders.selectors.purchases", refuse_all)
    with override("en"):
        response = buyer_client.get("/en/orders/")
    assert response.status_code == 409
    assert SENTENCE in response.content.decode()


def test_other_exceptions_pass():
    assert refuse(post(), ValueError()) is None


def test_parameters_are_filled_into_the_sentence_and_percent_signs_survive_without_them():
    with override("en"):
        assert OrderError(OrderErrorCode.REQUIREMENT_MISSING, prompt="100% 棉吗").message == "Please answer: 100% 棉吗"
        assert REFUSAL.message == SENTENCE
    assert str(REFUSAL) == "insufficient_funds"


def raised_by_postgres(sqlstate):
    """What Django raises when PostgreSQL gives up with this code."""
    error = OperationalError("canceling statement")
    error.__cause__ = psycopg.errors.lookup(sqlstate)()
    return error


@pytest.mark.parametrize("sqlstate", ["55P03", "40P01", "40001"], ids=["lock timeout", "deadlock", "serialization"])
def test_who_waited_too_long_for_others_is_told_to_try_again(sqlstate):
    response = refuse(post(accept="application/json"), raised_by_postgres(sqlstate))
    assert (response.status_code, response.headers["Retry-After"]) == (503, "5")
    assert b'"code": "busy"' in response.content


def test_other_trouble_of_the_database_is_no_matter_of_patience():
    assert refuse(post(), raised_by_postgres("57014")) is None  # a statement that ran too long is a fault
    lost = refuse(post(), OperationalError("the connection is lost"))
    assert lost.status_code == 503  # it is away, which is told in other words (core/unavailable.py)
    assert lost.headers["Retry-After"]
