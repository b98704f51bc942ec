"""Aliyun over HTTP: a server that speaks its protocol, and one request that Aliyun's own SDK signed."""

import json
import threading
import time
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from urllib.parse import parse_qsl, urlsplit

import pytest

from marketplace.notifications.sms import SmsRefused, SmsTemplate, SmsUnknown, SmsUnreachable, TextMessage
from marketplace.notifications.sms.aliyun import AliyunSmsBackend, authorization

KEY, SECRET = "LTAItestkey", "testsecret/+="
MESSAGE = TextMessage("+8613800138000", SmsTemplate.CODE, {"code": "482913"}, reference="42")

# What alibabacloud-dysmsapi20170525 4.6.0 sent to a server of ours with this key, on 2026-11-26.
OF_THE_SDK = {
    "query": {
        "OutId": "42",
        "PhoneNumbers": "13800138000",
        "SignName": "匠集",
        "TemplateCode": "SMS_154950909",
        "TemplateParam": '{"code": "482913", "note": "a b*~\'+中"}',
    },
    "headers": {
        "accept": "application/json",
        "host": "127.0.0.1:9977",
        "user-agent": "AlibabaCloud (Linux; x86_64) Python/3.11.7 Core/0.4.3 TeaDSL/2",
        "x-acs-action": "SendSms",
        "x-acs-content-sha256": "e3b0c44298fc1c149afbf4c8996fb92427ae41e4649b934ca495991b7852b855",
        "x-acs-credentials-provider": "static_ak",
        "x-acs-date": "2026-11-26T18:20:16Z",
        "x-acs-signature-nonce": "9b590d1fa5b48adf65b32355d54155b5",
        "x-acs-version": "2017-05-25",
    },
    "signature": "f159b587170ce09223c933fc68131c98b2ddbdad69030d89fb7c76a67054914e",
}


class Aliyun:
    """What came, and what to answer."""

    def __init__(self):
        self.requests, self.waits = [], 0
        self.status, self.answer = 200, {"Code": "OK", "BizId": "9006197^0"}


@pytest.fixture
def aliyun(settings, monkeypatch):
    monkeypatch.setenv("no_proxy", "127.0.0.1")
    site = Aliyun()

    class Handler(BaseHTTPRequestHandler):
        def do_POST(self):
            query = dict(parse_qsl(urlsplit(self.path).query, keep_blank_values=True))
            site.requests.append((query, {name.lower(): value for name, value in self.headers.items()}))
            body = site.answer if isinstance(site.answer, bytes) else json.dumps(site.answer).encode()
            time.sleep(site.waits)
            self.send_response(site.status)
            self.send_header("Content-Length", str(len(body)))
            self.end_headers()
            self.wfile.write(body)

        def log_message(self, *arguments):
            return None

    server = ThreadingHTTPServer(("127.0.0.1", 0), Handler)
    threading.Thread(target=server.serve_forever, daemon=True).start()
    settings.ALIYUN_SMS = {
        "endpoint": f"http://127.0.0.1:{server.server_address[1]}",
        "access_key_id": KEY,
        "access_key_secret": SECRET,
        "sign_name": "匠集",
        "templates": {"code": "SMS_154950909"},
        "timeout_seconds": 2,
    }
    yield site
    server.shutdown()
    server.server_close()


def test_a_request_is_signed_as_the_providers_own_sdk_signs_it():
    ours = authorization(OF_THE_SDK["headers"], OF_THE_SDK["query"], access_key_id=KEY, access_key_secret=SECRET)
    assert ours.endswith("Signature=" + OF_THE_SDK["signature"])


def test_a_text_is_sent_with_the_number_of_its_template_and_a_signature_over_what_arrived(aliyun):
    assert AliyunSmsBackend().send(MESSAGE) == "9006197^0"
    ((query, headers),) = aliyun.requests
    assert query == {
        "PhoneNumbers": "13800138000",
        "SignName": "匠集",
        "TemplateCode": "SMS_154950909",
        "TemplateParam": '{"code": "482913"}',
        "OutId": "42",
    }
    signed = headers["authorization"].partition("SignedHeaders=")[2].partition(",")[0].split(";")
    assert {"host", "x-acs-date", "x-acs-content-sha256"} <= set(signed)
    expected = authorization(
        {name: headers[name] for name in signed}, query, access_key_id=KEY, access_key_secret=SECRET
    )
    assert headers["authorization"] == expected


@pytest.mark.parametrize(
    ("status", "answer"),
    [
        (200, {"Code": "isv.BUSINESS_LIMIT_CONTROL", "Message": "触发小时级流控"}),
        (200, {"Code": "isv.MOBILE_NUMBER_ILLEGAL"}),
        (403, {"Code": "SignatureDoesNotMatch"}),
    ],
)
def test_an_answer_that_is_no_is_not_asked_again(aliyun, status, answer):
    aliyun.status, aliyun.answer = status, answer
    with pytest.raises(SmsRefused, match=answer["Code"]):
        AliyunSmsBackend().send(MESSAGE)


@pytest.mark.parametrize(
    ("status", "answer"),
    [(503, {"Code": "ServiceUnavailable"}), (400, {"Code": "Throttling.User"})],
)
def test_who_asks_for_patience_is_asked_again(aliyun, status, answer):
    aliyun.status, aliyun.answer = status, answer
    with pytest.raises(SmsUnreachable):
        AliyunSmsBackend().send(MESSAGE)


@pytest.mark.parametrize(("status", "answer"), [(502, b"<html>"), (500, {}), (200, {}), (200, [])])
def test_without_a_usable_answer_nobody_knows_whether_it_left(aliyun, status, answer):
    aliyun.status, aliyun.answer = status, answer
    with pytest.raises(SmsUnknown):
        AliyunSmsBackend().send(MESSAGE)
    assert len(aliyun.requests) == 1


def test_a_provider_that_takes_it_and_is_slow_to_say_so_may_have_sent_it(aliyun, settings):
    settings.ALIYUN_SMS = settings.ALIYUN_SMS | {"timeout_seconds": 0.3}
    aliyun.waits = 1
    with pytest.raises(SmsUnknown):
        AliyunSmsBackend().send(MESSAGE)
    assert len(aliyun.requests) == 1


def test_a_provider_that_nobody_reaches_tells_neither_number_nor_code(aliyun, settings):
    settings.ALIYUN_SMS = settings.ALIYUN_SMS | {"endpoint": "http://127.0.0.1:9"}
    with pytest.raises(SmsUnreachable) as silence:
        AliyunSmsBackend().send(MESSAGE)
    assert "482913" not in str(silence.value)
    assert "13800138000" not in str(silence.value)


def test_a_text_that_has_no_number_there_is_refused_without_asking(aliyun):
    with pytest.raises(SmsRefused, match="no_account"):
        AliyunSmsBackend().send(TextMessage("+8613800138000", SmsTemplate.NO_ACCOUNT, {}, reference="1"))
    assert aliyun.requests == []
