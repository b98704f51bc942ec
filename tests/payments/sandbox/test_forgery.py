"""Requests that Alipay would turn away."""

from __future__ import annotations

import json
from urllib.parse import parse_qs, parse_qsl, urlencode

import pytest

from .conftest import fetch


@pytest.fixture
def stranger_key():
    """A private key that the sandbox does not know."""
    from cryptography.hazmat.primitives import serialization
    from cryptography.hazmat.primitives.asymmetric import rsa

    return (
        rsa.generate_private_key(public_exponent=65537, key_size=2048)
        .private_bytes(
            serialization.Encoding.PEM, serialization.PrivateFormat.PKCS8, serialization.NoEncryption()
        )
        .decode()
    )  # fmt: skip


def ask(sandbox, parameters):
    """Send parameters as they are and return the whole JSON answer."""
    return json.loads(fetch(f"{sandbox.url}/gateway.do?{urlencode(parameters)}").text)


def signed_query(alipay, number):
    """Return the parameters of a rightly signed query."""
    return dict(parse_qsl(alipay.client_api("alipay.trade.query", {"out_trade_no": number})))


def test_a_request_signed_with_another_key_is_refused_and_changes_nothing(
    alipay, sandbox, make_client, open_trade, number, stranger_key
):
    from alipay import AliPayException

    open_trade()
    forger = make_client(private_key=stranger_key)
    with pytest.raises(AliPayException, match=r"isv\.invalid-signature"):
        forger.api_alipay_trade_close(out_trade_no=number)
    assert alipay.api_alipay_trade_query(out_trade_no=number)["trade_status"] == "WAIT_BUYER_PAY"


def test_a_changed_order_shows_an_error_page_instead_of_the_cashier(alipay, sandbox, number):
    query = alipay.api_alipay_trade_page_pay(subject="海报", out_trade_no=number, total_amount="66.00")
    reply = fetch(f"{sandbox.url}/gateway.do?{query.replace('66.00', '00.01')}")
    assert "invalid-signature" in reply.text
    assert "没有扣款" in reply.text
    assert not reply.location
    assert fetch(f"{sandbox.url}/control/trades/{number}").status == 404


def test_another_application_is_refused(make_client, number):
    from alipay import AliPayException

    with pytest.raises(AliPayException, match=r"isv\.invalid-app-id"):
        make_client(app_id="2026000000000002").api_alipay_trade_query(out_trade_no=number)


@pytest.mark.parametrize(
    ("change", "sub_code"),
    [
        ({"sign": ""}, "isv.missing-signature"),
        ({"sign": "nonsense"}, "isv.invalid-signature"),
        ({"app_id": ""}, "isv.missing-app-id"),
        ({"timestamp": ""}, "isv.missing-timestamp"),
        ({"sign_type": "RSA"}, "isv.invalid-signature-type"),
        ({"charset": "gbk"}, "isv.invalid-charset"),
        ({"extra": "1"}, "isv.invalid-signature"),
    ],
)
def test_a_damaged_request_is_refused_unsigned(alipay, sandbox, number, change, sub_code):
    answer = ask(sandbox, signed_query(alipay, number) | change)
    assert answer["alipay_trade_query_response"]["sub_code"] == sub_code
    assert "sign" not in answer


def test_an_unknown_method_and_a_parameter_given_twice_are_refused(alipay, sandbox, number):
    unknown = dict(parse_qsl(alipay.client_api("alipay.trade.fly", {})))
    assert ask(sandbox, unknown)["error_response"]["sub_code"] == "isv.invalid-method"
    assert ask(sandbox, {})["error_response"]["sub_code"] == "isv.missing-method"
    doubled = [*signed_query(alipay, number).items(), ("biz_content", "{}")]
    assert ask(sandbox, doubled)["alipay_trade_query_response"]["sub_code"] == "isv.suspected-attack"


def test_the_signature_of_a_request_covers_its_sign_type(alipay, sandbox, number):
    parameters = signed_query(alipay, number)
    assert ask(sandbox, parameters)["alipay_trade_query_response"]["sub_code"] == "ACQ.TRADE_NOT_EXIST"
    del parameters["sign"]
    unsigned = "&".join(f"{name}={value}" for name, value in sorted(parameters.items()) if name != "sign_type")
    answer = ask(sandbox, parameters | {"sign": alipay._sign(unsigned)})
    assert answer["alipay_trade_query_response"]["sub_code"] == "isv.invalid-signature"


def test_answers_are_raw_utf8_with_escaped_slashes(alipay, sandbox, number):
    order = alipay.build_body("alipay.trade.precreate", {
        "subject": "海报", "out_trade_no": number, "total_amount": "66.00",
    })  # fmt: skip
    text = fetch(f"{sandbox.url}/gateway.do", alipay.sign_data(order).encode()).text
    assert text.startswith('{"alipay_trade_precreate_response":{"code":"10000","msg":"Success",')
    assert '"qr_code":"http:\\/\\/127.0.0.1:' in text
    query = alipay.client_api("alipay.trade.query", {"out_trade_no": "JJUNKNOWN"})
    assert "交易不存在" in fetch(f"{sandbox.url}/gateway.do?{query}").text


def test_public_parameters_may_stand_in_the_url_and_the_content_in_the_body(alipay, sandbox, number):
    parameters = signed_query(alipay, number)
    body = urlencode({"biz_content": parameters.pop("biz_content")}).encode()
    answer = json.loads(fetch(f"{sandbox.url}/gateway.do?{urlencode(parameters)}", body).text)
    assert answer["alipay_trade_query_response"]["sub_code"] == "ACQ.TRADE_NOT_EXIST"
    assert parse_qs(body.decode())
