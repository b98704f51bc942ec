"""What each side signs, held still: PKCS#1 v1.5 is deterministic, so a change of either side is noticed here.

The key is a throw-away one of our own (vectors/golden.json); both sides must come to the same text and signature.
"""

import json
from datetime import UTC, datetime
from urllib.parse import parse_qsl

import pytest
from cryptography.hazmat.primitives.serialization import load_pem_private_key
from wechatpayv3 import utils

from marketplace.core import clock
from marketplace.payments.gateways import wechatpay_verifier
from marketplace.payments.gateways.alipay_client import PublicKeyClient
from marketplace.payments.gateways.wechatpay import WechatpayGateway
from marketplace.payments.sandbox import crypto, wechat_crypto
from marketplace.payments.sandbox.alipay_protocol import write_answer
from tests.payments.vectors import pem, vector

STAMP = 1_795_692_600


@pytest.fixture(scope="module")
def golden():
    return vector("golden.json")


@pytest.fixture(scope="module")
def key(golden):
    return load_pem_private_key(pem(golden["key"]).encode(), password=None)


@pytest.fixture
def client(golden):
    return PublicKeyClient(
        appid="2026000000000001",
        app_private_key_string=pem(golden["key"]),
        alipay_public_key_string=pem(golden["public_key"]),
    )


def both(golden, name):
    return golden["signed"][name]["message"], golden["signed"][name]["signature"]


def test_a_request_to_alipay(golden, client, key):
    text, signature = both(golden, "alipay_request")
    content = {"out_trade_no": "PA24681357", "subject": "标志 {设计} & 🍵"}
    request = client.build_body("alipay.trade.query", content) | {"timestamp": "2026-11-26 19:30:00"}
    sent = dict(parse_qsl(client.sign_data(request)))
    assert sent["sign"] == signature
    assert crypto.request_text(sent) == text
    assert crypto.sign(key, text) == signature


def test_a_notification_of_alipays(golden, client, key):
    text, signature = both(golden, "alipay_notification")
    fields = {
        "app_id": "2026000000000001",
        "out_trade_no": "PA24681357",
        "subject": "标志 {设计} & 🍵",
        "total_amount": "128.00",
        "trade_status": "TRADE_SUCCESS",
        "sign_type": "RSA2",
    }
    assert crypto.notification_text(fields) == text
    assert crypto.sign(key, text) == signature
    assert client.verify(dict(fields), signature)
    assert not client.verify(fields | {"total_amount": "128.01"}, signature)


def test_an_answer_of_alipays(golden, client, key):
    text, signature = both(golden, "alipay_answer")
    content = json.loads(text)
    answer = write_answer("alipay.trade.precreate", content, key)
    assert answer == f'{{"alipay_trade_precreate_response":{text},"sign":"{signature}"}}'
    assert client._verify_and_return_sync_response(answer, "alipay_trade_precreate_response") == content


def test_a_request_to_wechat(golden, key, monkeypatch):
    message, signature = both(golden, "wechat_request")
    monkeypatch.setattr(utils.time, "time", lambda: STAMP)
    nonce, body = "593BEC0C930BF1AFEB40B4A08C8FB242", {"out_trade_no": "PA24681357", "reason": "协商退款"}
    header = utils.build_authorization(
        "/v3/refund/domestic/refunds", "POST", "1900000001", "5F1C", key, data=body, nonce_str=nonce
    )
    given = wechat_crypto.authorization(header)
    assert given == {
        "mchid": "1900000001",
        "nonce_str": nonce,
        "signature": signature,
        "timestamp": str(STAMP),
        "serial_no": "5F1C",
    }
    lines = ("POST", "/v3/refund/domestic/refunds", str(STAMP), nonce, json.dumps(body))
    assert "\n".join(lines) + "\n" == message
    assert wechat_crypto.is_signed(key.public_key(), signature, *lines)


@pytest.mark.parametrize("name", ["wechat_answer", "wechat_empty_answer"])
def test_an_answer_of_wechats(golden, key, name):
    message, signature = both(golden, name)
    stamp, nonce, body = message.removesuffix("\n").split("\n")
    assert wechat_crypto.sign(key, stamp, nonce, body) == signature
    headers = {
        "wechatpay-timestamp": stamp,
        "wechatpay-nonce": nonce,
        "wechatpay-signature": signature,
        "wechatpay-serial": "PUB_KEY_ID_1",
    }
    wechatpay_verifier.verify(headers, body.encode(), keys={"PUB_KEY_ID_1": key.public_key()}, now=STAMP)


def test_the_parameters_of_wechats_script(golden, key, silent_wechat, settings, monkeypatch):
    message, signature = both(golden, "wechat_script")
    app, stamp, nonce, package = message.split("\n")[:4]
    settings.WECHATPAY = settings.WECHATPAY | {"merchant_private_key": pem(golden["key"])}
    monkeypatch.setattr(clock, "real_now", lambda: datetime.fromtimestamp(int(stamp), UTC))
    monkeypatch.setattr("marketplace.payments.gateways.wechatpay.secrets.token_hex", lambda _length: nonce)
    parameters = WechatpayGateway()._jsapi_parameters(package.removeprefix("prepay_id="))
    assert parameters == {
        "appId": app, "timeStamp": stamp, "nonceStr": nonce, "package": package, "signType": "RSA",
        "paySign": signature,
    }  # fmt: skip
    assert wechat_crypto.is_signed(key.public_key(), signature, app, stamp, nonce, package)
