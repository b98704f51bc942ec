"""Certificate mode and bare keys: both speak to the sandbox, and both sides compute the same numbers apart."""

import pytest

from marketplace.payments import services
from marketplace.payments.gateways.alipay import AlipayGateway
from marketplace.payments.gateways.alipay_client import CertificateClient, PublicKeyClient, make_client
from marketplace.payments.gateways.base import ConfigError, PaymentState, PayScene, RefundRequest, RefundState, Unknown
from marketplace.payments.models import GatewayNotification, PaymentStatus
from marketplace.payments.sandbox.certificates import ROOT, certificate_number, root_number
from marketplace.payments.sandbox.keys import ensure_keys
from tests.factories import make_order
from tests.payments.conftest import hand_over
from tests.payments.sandbox.conftest import fetch

BARE = {"app_cert": "", "alipay_cert": "", "alipay_root_cert": ""}


@pytest.fixture(params=["certificates", "bare keys"])
def mode(request, alipay_sandbox, settings):
    if request.param == "bare keys":
        settings.ALIPAY = settings.ALIPAY | BARE
    return request.param


def test_a_payment_its_notification_and_its_refund_work_in_both_modes(mode, purchase):
    expected = CertificateClient if mode == "certificates" else PublicKeyClient
    assert type(make_client()) is expected
    purchase.pay()
    assert hand_over(purchase.notices()[-1]) == "success"
    purchase.refresh()
    assert purchase.payment.status == PaymentStatus.PAID
    adapter = AlipayGateway()
    assert adapter.query(purchase.payment.out_trade_no).state == PaymentState.PAID
    refund = RefundRequest(purchase.payment.out_trade_no, "RF1", 28_00, 128_00, "理由 {}")
    assert adapter.refund(refund).state == RefundState.DONE


@pytest.mark.parametrize("is_signed", [True, False])
def test_a_notification_that_names_the_certificate_is_read_whether_the_name_is_signed_or_not(
    silent_alipay, forge, db, is_signed
):
    payment = services.start_payment(order_id=make_order().pk, gateway_code="alipay")
    name = {"alipay_cert_sn": certificate_number(silent_alipay / "alipay_cert.pem")}
    notice = forge(payment, **name) if is_signed else forge(payment) | name
    assert hand_over(notice | {"trade_no": "1"}) == "fail"
    assert hand_over(notice) == "success"
    payment.refresh_from_db()
    assert payment.status == PaymentStatus.PAID


def test_both_sides_number_the_certificates_alike(alipay_sandbox, settings):
    client = make_client()
    folder = alipay_sandbox.data_dir
    assert client.app_cert_sn == certificate_number(folder / "app_cert.pem")
    assert client.alipay_root_cert_sn == root_number(folder / ROOT)
    assert len(client.alipay_root_cert_sn) == 32  # one RSA root; the other does not count


@pytest.mark.parametrize("joint", ["\n", "\r\n", "\n\n", "\r\n\r\n", "\n \n"])
def test_a_chain_is_read_whole_however_it_is_joined(alipay_sandbox, settings, tmp_path, joint):
    ensure_keys(tmp_path)
    other = (tmp_path / ROOT).read_text()
    settings.ALIPAY = settings.ALIPAY | {
        "alipay_root_cert": settings.ALIPAY["alipay_root_cert"].strip() + joint + other
    }
    numbers = (root_number(alipay_sandbox.data_dir / ROOT), root_number(tmp_path / ROOT))
    assert make_client().alipay_root_cert_sn == "_".join(numbers)


@pytest.mark.parametrize("name", ["app_cert", "alipay_root_cert"])
def test_a_request_that_names_other_certificates_is_turned_away(alipay_sandbox, settings, tmp_path, purchase, name):
    ensure_keys(tmp_path)
    settings.ALIPAY = settings.ALIPAY | {name: (tmp_path / f"{name}.pem").read_text()}
    page = fetch(services.begin_payment(payment=purchase.payment, scene=PayScene.PAGE).url)
    assert (page.status, "cert-sn" in page.text) == (200, True)
    with pytest.raises(ConfigError, match="cert-sn"):
        AlipayGateway().query(purchase.payment.out_trade_no)


def test_an_answer_or_notification_of_another_alipay_is_not_believed(alipay_sandbox, settings, tmp_path, purchase):
    purchase.pay()
    ensure_keys(tmp_path)
    settings.ALIPAY = settings.ALIPAY | {"alipay_cert": (tmp_path / "alipay_cert.pem").read_text()}
    with pytest.raises(Unknown):
        AlipayGateway().query(purchase.payment.out_trade_no)
    assert hand_over(purchase.notices()[-1]) == "fail"
    assert GatewayNotification.objects.get().problem == "signature"


def test_half_a_set_of_certificates_is_no_configuration(alipay_sandbox, settings):
    assert AlipayGateway.is_configured()
    whole = settings.ALIPAY
    for missing in BARE:
        settings.ALIPAY = whole | {missing: ""}
        assert not AlipayGateway.is_configured()
    settings.ALIPAY = whole | BARE
    assert AlipayGateway.is_configured()
    settings.ALIPAY = whole | BARE | {"alipay_public_key": ""}
    assert not AlipayGateway.is_configured()


def test_the_time_limit_of_a_call_is_ours_in_both_modes(mode, settings):
    assert make_client()._config.timeout == settings.ALIPAY["timeout_seconds"]
