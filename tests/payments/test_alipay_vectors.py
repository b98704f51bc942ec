"""Alipay's published vectors (vectors/README.md), against our adapter and against the sandbox's own crypto.

Not to be had: the 大乐透 example of Alipay's documentation, whose key is not published.
"""

from urllib.parse import urlencode

import pytest
from alipay.exceptions import AliPayValidationError
from cryptography.hazmat.primitives.serialization import load_pem_public_key

from marketplace.payments.gateways.alipay import AlipayGateway
from marketplace.payments.gateways.alipay_client import CertificateClient, PublicKeyClient
from marketplace.payments.gateways.base import PaymentState, RawRequest, SignatureInvalid, WrongMerchant
from marketplace.payments.sandbox import crypto
from marketplace.payments.sandbox.certificates import certificate_number, root_number
from tests.payments.vectors import FOLDER, pem, vector

BARE = {"app_cert": "", "alipay_cert": "", "alipay_root_cert": ""}


@pytest.fixture
def believe(silent_alipay, settings):
    """Let our adapter trust a published key of Alipay's; returns it."""

    def trusting(case, **names):
        settings.ALIPAY = settings.ALIPAY | BARE | {"alipay_public_key": pem(case["public_key"])} | names
        return AlipayGateway()

    return trusting


def posted(fields):
    return RawRequest("POST", "/pay/alipay/notify/", {}, urlencode(fields).encode())


def without(fields, *names):
    return {name: value for name, value in fields.items() if name not in names}


@pytest.fixture(scope="module")
def payment():
    return vector("alipay_payment_notify.json")


@pytest.fixture(scope="module")
def market():
    return vector("alipay_market_notify.json")


def test_our_adapter_reads_a_real_notification_of_a_payment(believe, payment):
    adapter = believe(payment, app_id="2019073166072302", seller_id="2088531891668739")
    read = adapter.parse_notification(posted(payment["fields"])).payment
    assert (read.out_trade_no, read.state, read.amount_fen) == ("20190815155618536-564-57", PaymentState.PAID, 10)
    assert read.gateway_trade_no == "2019081522001468450512505578"
    assert read.paid_at.isoformat() == "2019-08-15T15:56:24+08:00"


@pytest.mark.parametrize(
    "changes",
    [{"total_amount": "0.01"}, {"subject": "语雀空间 501人规模"}, {"sign_type": "RSA"}, {"extra": ""}],
    ids=str,
)
def test_our_adapter_refuses_the_real_notification_once_it_is_changed(believe, payment, changes):
    adapter = believe(payment, app_id="2019073166072302", seller_id="2088531891668739")
    with pytest.raises(SignatureInvalid):
        adapter.parse_notification(posted(payment["fields"] | changes))


def test_the_real_notification_was_meant_for_another_merchant(believe, payment):
    with pytest.raises(WrongMerchant):
        believe(payment).parse_notification(posted(payment["fields"]))


def test_a_payments_notification_is_signed_without_its_sign_type(payment):
    key, fields = load_pem_public_key(pem(payment["public_key"]).encode()), payment["fields"]
    assert len(without(fields, "sign")) == 24
    assert crypto.is_signed(key, crypto.notification_text(fields), fields["sign"])
    assert not crypto.is_signed(key, crypto.request_text(fields), fields["sign"])


def test_the_service_markets_is_signed_with_it_and_not_taken_for_a_payment(believe, market):
    key, fields = load_pem_public_key(pem(market["public_key"]).encode()), market["fields"]
    assert crypto.is_signed(key, crypto.request_text(fields), fields["sign"])
    assert not crypto.is_signed(key, crypto.notification_text(fields), fields["sign"])
    with pytest.raises(SignatureInvalid):
        believe(market, app_id=fields["app_id"]).parse_notification(posted(fields))


def client_of(case):
    """Our client, trusting a published key; it never calls."""
    own = pem(vector("golden.json")["key"])
    return PublicKeyClient(appid="1", app_private_key_string=own, alipay_public_key_string=pem(case["public_key"]))


def test_both_sides_find_and_check_the_signed_part_of_a_real_answer():
    case = vector("alipay_response.json")
    name = case["method"].replace(".", "_") + "_response"
    content = client_of(case)._verify_and_return_sync_response(case["text"], name)
    assert content == {"code": "10000", "msg": "Success", "file_id": "CAxAToWB1JsAAAAAAAAAAAAADgSLAQBr"}
    signature = case["text"].rpartition('"sign":"')[2].removesuffix('"}')
    key = load_pem_public_key(pem(case["public_key"]).encode())
    assert crypto.is_signed(key, crypto.response_text(content), signature)
    with pytest.raises(AliPayValidationError):
        client_of(case)._verify_and_return_sync_response(case["text"].replace("CAxA", "CAxB"), name)


def test_both_sides_number_alipays_own_certificates_as_published():
    files = {name: FOLDER / f"alipay_{name}.crt" for name in ("app_cert", "cert", "root_cert")}
    app, alipay = "866efef280dec9137a87d047ac446315", "7513daaaa48aa3ba2e4018d84402479c"
    root = "687b59193f3f462dd5336e5abf83c5d8_02941eef3187dddf3d3b83462e1dfcf6"
    assert (certificate_number(files["app_cert"]), certificate_number(files["cert"])) == (app, alipay)
    assert root_number(files["root_cert"]) == root
    client = CertificateClient(
        appid="1",
        app_private_key_string=pem(vector("golden.json")["key"]),
        app_public_key_cert_string=files["app_cert"].read_text(),
        alipay_public_key_cert_string=files["cert"].read_text(),
        alipay_root_cert_string=files["root_cert"].read_text(),
        sign_type="RSA2",
        timeout_seconds=5,
    )
    assert (client.app_cert_sn, client.alipay_root_cert_sn) == (app, root)
    assert client.get_cert_sn(files["cert"].read_text()) == alipay
