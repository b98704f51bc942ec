"""Who may see which proof of escrow, and what everybody sees."""

import json
from datetime import date, timedelta

import pytest
from django.test import Client
from django.urls import reverse
from django.utils.translation import override

from marketplace.ledger import escrow_proof, services
from marketplace.ledger.models import Clearing, EscrowProof, EscrowProofLine
from tests.factories import make_completed_order, make_gig, make_paid_order, make_user
from tests.logins import log_in

MONDAY = date(2026, 11, 23)
pytestmark = pytest.mark.django_db


def address(name, *args, language="zh-hans"):
    with override(language):
        return reverse(name, args=args)


@pytest.fixture
def order(seller, buyer):
    return make_paid_order(buyer=buyer, gig=make_gig(seller=seller, price_fen=12_800))


@pytest.fixture
def published(order, seller):
    make_completed_order(gig=make_gig(seller=seller, price_fen=10_000))
    services.clear_earnings(clearing_id=Clearing.objects.get().pk)
    return escrow_proof.publish_escrow_proof(day=MONDAY)


def test_both_sides_of_an_order_can_download_its_proof(order, published, buyer_client, seller_client):
    line = EscrowProofLine.objects.get(reference=order.number)
    for client in (buyer_client, seller_client):
        answer = client.get(address("orders:proof", line.pk))
        assert answer.status_code == 200
        assert "attachment" in answer.headers["Content-Disposition"]
        assert "no-store" in answer.headers["Cache-Control"]
        proof = json.loads(answer.content)
        assert proof["line"]["account"] == f"order/{order.number}"
        assert proof["line"]["amount_fen"] == 12_800
        assert proof["published"]["root"] == published.root


def test_a_strangers_proof_does_not_exist(order, published, seller_client, buyer_client):
    stranger = log_in(make_user())
    for line in EscrowProofLine.objects.all():
        assert stranger.get(address("orders:proof", line.pk)).status_code == 404
    balance = EscrowProofLine.objects.get(kind="available")
    assert seller_client.get(address("orders:proof", balance.pk)).status_code == 200
    assert buyer_client.get(address("orders:proof", balance.pk)).status_code == 404


def test_proofs_are_for_people_who_are_signed_in(published):
    line = EscrowProofLine.objects.first()
    for page in (address("orders:proofs"), address("orders:proof", line.pk)):
        assert Client().get(page).status_code == 302


@pytest.mark.parametrize("language", ["zh-hans", "en"])
def test_the_list_shows_the_lines_of_one_day(order, published, seller, seller_client, language):
    services.hold_escrow(reference="FOREIGN", gateway="alipay", amount_fen=1, key="foreign")
    escrow_proof.publish_escrow_proof(day=MONDAY + timedelta(days=1))
    page = seller_client.get(address("orders:proofs", language=language))
    assert page.status_code == 200
    accounts = [line.account for line in page.context["lines"]]
    assert accounts == [f"user/{seller.profile.handle}/available", f"order/{order.number}"]
    assert {line.proof.day for line in page.context["lines"]} == {MONDAY + timedelta(days=1)}
    page = seller_client.get(address("orders:proofs", language=language) + "?day=2026-11-23")
    assert {line.proof.day for line in page.context["lines"]} == {MONDAY}


@pytest.mark.parametrize("language", ["zh-hans", "en"])
def test_nobody_has_lines_before_the_first_night(buyer_client, language):
    page = buyer_client.get(address("orders:proofs", language=language))
    assert page.status_code == 200
    assert page.context["lines"] == []


@pytest.mark.parametrize("language", ["zh-hans", "en"])
def test_everybody_sees_root_and_totals(published, language, django_assert_max_num_queries):
    with django_assert_max_num_queries(25):
        page = Client().get(address("ledger:escrow", language=language))
    text = page.content.decode()
    assert page.status_code == 200
    assert published.root in text
    assert "218.00" in text  # 128 yuan in escrow and 90 yuan of earnings
    assert "228.00" in text  # what the gateway holds: 10 yuan of it are the platform's fee
    assert "verify_escrow.py" in text


def test_guests_share_one_copy_and_people_do_not(published, buyer_client):
    guest, page = Client(), address("ledger:escrow")
    guest.get(page)
    services.hold_escrow(reference="LATER", gateway="alipay", amount_fen=1, key="later")
    newer = escrow_proof.publish_escrow_proof(day=MONDAY + timedelta(days=1))
    assert newer.root not in Client().get(page).content.decode()
    assert newer.root in buyer_client.get(page).content.decode()
    assert "林小满" not in Client().get(page).content.decode()


def test_the_page_waits_for_the_first_night():
    assert Client().get(address("ledger:escrow")).status_code == 200
    assert not EscrowProof.objects.exists()


def test_a_day_is_public_as_json(published):
    answer = Client().get("/trust/escrow/2026-11-23.json")
    assert json.loads(answer.content) == escrow_proof.published_json(published)
    assert "public" in answer.headers["Cache-Control"]
    for day in ("2026-11-24", "2026-13-01", "yesterday"):
        assert Client().get(f"/trust/escrow/{day}.json").status_code == 404


def test_the_published_day_names_nobody(order, published, seller):
    text = Client().get("/trust/escrow/2026-11-23.json").content.decode()
    assert order.number not in text
    assert seller.profile.handle not in text
