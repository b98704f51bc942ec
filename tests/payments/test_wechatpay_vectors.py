"""WeChat Pay's published vectors (vectors/README.md), against our adapter and against the sandbox's own crypto.

Not to be had: the signing example of WeChat's documentation (merchant 1900009191), whose private key is not published.
"""

import gzip
import hashlib
import json
from datetime import date
from decimal import Decimal

import pytest
from cryptography import x509
from cryptography.hazmat.primitives.serialization import load_pem_private_key
from wechatpayv3.utils import rsa_sign
from wechatpy.client.api.jsapi import WeChatJSAPI
from wechatpy.crypto import RefundCrypto
from wechatpy.pay.utils import calculate_signature, calculate_signature_hmac

from marketplace.payments.gateways import wechatpay_verifier
from marketplace.payments.gateways.base import (
    BillKind,
    BillRowKind,
    DecryptFailed,
    ReplayWindow,
    SignatureInvalid,
    Unknown,
)
from marketplace.payments.gateways.wechatpay_bills import read_bill
from marketplace.payments.sandbox import crypto, wechat_crypto
from marketplace.payments.sandbox.wechat_bills import TRADE_HEADER, TRADE_SUMMARY
from tests.payments.vectors import FOLDER, pem, vector

SIGNED_AT = 1_624_523_846


@pytest.fixture(scope="module")
def callback():
    return vector("wechatpay_go_callback.json")


@pytest.fixture(scope="module")
def certificate(callback):
    return x509.load_pem_x509_certificate(pem(callback["certificate"]).encode())


@pytest.fixture
def verify(callback, certificate):
    """Our adapter's check of the published callback, with changes."""

    def check(body=callback["body"], now=SIGNED_AT, **changes):
        headers = {name.lower(): value for name, value in (callback["headers"] | changes).items()}
        keys = {f"{certificate.serial_number:X}": certificate.public_key()}
        wechatpay_verifier.verify(headers, body.encode(), keys=keys, now=now)

    return check


def test_our_adapter_believes_the_published_callback_and_opens_it(verify, callback):
    verify()
    resource = json.loads(callback["body"])["resource"]
    text = wechatpay_verifier.decrypt(resource, keys=["0" * 32, callback["api_v3_key"]])
    assert text.decode() == callback["plaintext"]
    assert json.loads(text)["mchid"] == "1234567890"


def test_the_sandbox_signs_and_encrypts_as_the_published_callback_does(callback, certificate):
    headers, resource = callback["headers"], json.loads(callback["body"])["resource"]
    lines = (headers["Wechatpay-Timestamp"], headers["Wechatpay-Nonce"], callback["body"])
    assert wechat_crypto.is_signed(certificate.public_key(), headers["Wechatpay-Signature"], *lines)
    assert not wechat_crypto.is_signed(certificate.public_key(), headers["Wechatpay-Signature"], *lines[:2], "{}")
    sealed = wechat_crypto.encrypt(
        callback["plaintext"],
        api_v3_key=callback["api_v3_key"],
        nonce=resource["nonce"],
        associated_data=resource["associated_data"],
    )
    assert sealed == resource["ciphertext"]


@pytest.mark.parametrize(
    "changes",
    [
        {"Wechatpay-Nonce": "EcZ9Cmy4Xyx1i6RlJQzLcCyEqDa26NBy"},
        {"Wechatpay-Timestamp": "1624523847"},
        {"Wechatpay-Serial": "D7CE59D1F522D702"},
        {"Wechatpay-Signature": "WECHATPAY/SIGNTEST/" + "A" * 325},
        {"body": "{}"},
    ],
    ids=str,
)
def test_the_published_callback_changed_anywhere_is_refused(verify, changes):
    with pytest.raises(SignatureInvalid):
        verify(**changes)


@pytest.mark.parametrize("now", [SIGNED_AT - 301, SIGNED_AT + 301, SIGNED_AT + 86_400])
def test_the_published_callback_is_believed_within_five_minutes_only(verify, now):
    verify(now=SIGNED_AT + 299)
    with pytest.raises(ReplayWindow):
        verify(now=now)


@pytest.mark.parametrize("case", vector("wechatpay_aes_gcm.json"), ids=lambda case: case["source"])
def test_the_sandbox_encrypts_and_our_adapter_opens_the_published_texts(case):
    sealed = wechat_crypto.encrypt(
        case["plaintext"], api_v3_key=case["key"], nonce=case["nonce"], associated_data=case["associated_data"]
    )
    assert sealed == case["ciphertext"]
    resource = {"algorithm": "AEAD_AES_256_GCM"} | {
        name: case[name] for name in ("nonce", "associated_data", "ciphertext")
    }
    assert wechatpay_verifier.decrypt(resource, keys=[case["key"]]).decode() == case["plaintext"]
    with pytest.raises(DecryptFailed):
        wechatpay_verifier.decrypt(resource, keys=[case["key"][::-1]])
    with pytest.raises(DecryptFailed):
        wechatpay_verifier.decrypt(resource | {"associated_data": ""}, keys=[case["key"]])


def test_both_sides_make_the_published_signature():
    case = vector("wechatpay_go_signature.json")
    key = load_pem_private_key(pem(case["key"]).encode(), password=None)
    assert rsa_sign(key, case["message"]) == case["signature"]  # what signs our requests to WeChat
    assert crypto.sign(key, case["message"]) == case["signature"]
    assert crypto.is_signed(key.public_key(), case["message"], case["signature"])


def test_the_sandbox_opens_a_published_sensitive_field():
    case = vector("wechatpay_java_sensitive_field.json")
    key = load_pem_private_key(pem(case["key"]).encode(), password=None)
    assert wechat_crypto.open_field(key, case["ciphertext"]) == case["plaintext"]


# The bill


@pytest.fixture(scope="module")
def bill_text():
    return (FOLDER / "wechatpay_bill_all.csv").read_bytes()


def checksum(text):
    return hashlib.sha1(text).hexdigest()


def test_a_real_bill_is_read_to_the_fen(bill_text):
    bill = read_bill(gzip.compress(bill_text), date(2019, 2, 19), BillKind.TRADE, sha1=checksum(bill_text))
    assert len(bill.rows) == 45
    sums = {kind: sum(row.amount_fen for row in bill.rows if row.kind == kind) for kind in BillRowKind}
    assert {kind: fen for kind, fen in sums.items() if fen} == {BillRowKind.PAYMENT: 47, BillRowKind.REFUND: 14}
    assert sum(row.fee_fen for row in bill.rows) == 8
    (refund,) = (row for row in bill.rows if row.out_trade_no == "autotest_20190216081946_82335")
    assert (refund.kind, refund.reference, refund.amount_fen) == (
        BillRowKind.REFUND, "REF4200000263201902167700963919", 1,
    )  # fmt: skip
    assert refund.at.isoformat() == "2019-02-19T05:01:46+08:00"


def test_a_real_bill_that_was_touched_is_no_bill(bill_text):
    touched = bill_text.replace(b"`0.03", b"`9.03", 1)
    with pytest.raises(Unknown, match="checksum"):
        read_bill(gzip.compress(touched), date(2019, 2, 19), BillKind.TRADE, sha1=checksum(bill_text))


@pytest.mark.parametrize("strange", ["\u2028", "\x85", "\x0b", "\x1e", ",`", ","], ids=repr)
def test_no_character_of_a_title_breaks_the_lines_of_a_bill(bill_text, strange):
    text = bill_text.decode().replace("`autotest,", f"`auto{strange}test,").encode()
    bill = read_bill(gzip.compress(text), date(2019, 2, 19), BillKind.TRADE, sha1=checksum(text))
    assert sum(row.fee_fen for row in bill.rows) == 8


def test_the_sandboxs_bill_has_the_columns_of_the_real_one(bill_text):
    lines = bill_text.decode("utf-8-sig").split("\r\n")
    assert lines[0] == TRADE_HEADER
    assert lines[-3] == TRADE_SUMMARY
    assert Decimal(lines[-2].split(",`")[1]) == Decimal("0.47")


# What we rely on wechatpy for


def test_wechatpy_signs_for_wechats_script_as_its_documentation_says():
    signature = WeChatJSAPI(client=None).get_jsapi_signature(
        noncestr="Wm3WZYTPz0wzccnW",
        ticket="sM4AOVdWfPE4DxkXGEs8VMCPGGVi4C3VM0P37wVUCFvkVAy_90u5h9nbSlYy3-Sl-HhTdfl2fzFy1AOcHKP7qg",
        timestamp="1414587457",
        url="http://mp.weixin.qq.com?params=value",
    )
    assert signature == "0f9de62fce790f9a083d5c99e95740ceb90c27ed"


def test_wechatpy_signs_version_2_as_its_documentation_says():
    fields = {
        "appid": "wxd930ea5d5a258f4f",
        "body": "test",
        "device_info": "1000",
        "mch_id": "10000100",
        "nonce_str": "ibuaiVcKdpRxkhJA",
    }
    key = "192006250b4c09247ec02edce69f6a2d"
    assert calculate_signature(fields, key) == "9A0A8659F005D6984697E2CA0A9CF3B7"
    hmac = "6A9AE1657590FD6257D693A078E1C3E4BB6BA4DC30B23E0EE2496E54170DACD6"
    assert calculate_signature_hmac(fields, key) == hmac


def test_wechatpy_opens_a_version_2_refund_as_wechats_own_sdk_does():
    # Opening only: its own encryption pads to 32 bytes and is not WeChat's (facts/payments.md, 2.6).
    assert RefundCrypto(b"0123456789abcdef0123456789abcdef").decrypt("pZwJZBLuy3mDACEQT4YTBw==") == b"hello"
