"""A thousand forms sent again, at random: the same form is the same thing, another one never is (reliability.md, I13)."""

import random
from uuid import uuid4

import pytest
from django.utils import timezone

from marketplace.core.config import set_config
from marketplace.ledger.models import Entry
from marketplace.orders import services as orders
from marketplace.orders.models import Order
from marketplace.payments import services
from marketplace.payments.errors import PayoutError, PayoutErrorCode
from marketplace.payments.models import Payout, PayoutDestination, PayoutDestinationKind
from tests.factories import make_gig, make_user, make_verified_seller
from tests.payments.conftest import earn

pytestmark = [pytest.mark.django_db, pytest.mark.usefixtures("money_adds_up")]
REPLAYS, FORMS = 1_000, 20


@pytest.fixture
def dice():
    """A new seed each run; a failure shows it."""
    seed = random.randrange(2**32)
    print(f"seed {seed}")
    return random.Random(seed)


def test_a_checkout_page_sent_again_is_one_order(dice):
    buyers, packages = [make_user(), make_user()], [make_gig().packages.get(), make_gig().packages.get()]
    forms = [(uuid4(), dice.choice(buyers), dice.choice(packages)) for _form in range(FORMS)]
    placed = {}
    for _replay in range(REPLAYS):
        key, buyer, package = dice.choice(forms)
        order = orders.place_order(buyer=buyer, package=package, checkout_key=key)
        assert placed.setdefault(key, order.pk) == order.pk
        assert (order.buyer_id, order.package_id) == (buyer.pk, package.pk)
    assert Order.objects.count() == len(placed)


def test_a_withdrawal_sent_again_is_one_payout_whoever_sends_it_with_whatever(dice, silent_alipay):
    set_config(key="payouts.minimum_fen", value=100, reason="small amounts")
    sellers = [make_verified_seller(), make_verified_seller()]
    for seller in sellers:
        earn(seller, amount_fen=900_000)
        services.set_destination(user=seller, kind=PayoutDestinationKind.ALIPAY, account=f"s{seller.pk}@example.com")
    PayoutDestination.objects.update(usable_from=timezone.now())
    destinations = {row.user_id: row.pk for row in PayoutDestination.objects.all()}
    forms = [(uuid4(), dice.choice(sellers), dice.randrange(100, 1_000)) for _form in range(FORMS)]

    def send(key, seller, amount_fen):
        return services.request_payout(
            user=seller, destination_id=destinations[seller.pk], gross_fen=amount_fen, request_key=key
        )

    made = {}
    for _replay in range(REPLAYS):
        key, seller, amount_fen = dice.choice(forms)
        how = dice.choice(("same", "same", "another amount", "another person")) if key in made else "same"
        entries = Entry.objects.count()
        if how == "same":
            assert made.setdefault(key, send(key, seller, amount_fen).pk) == send(key, seller, amount_fen).pk
            continue
        other = next(person for person in sellers if (person == seller) == (how == "another amount"))
        with pytest.raises(PayoutError) as refusal:
            send(key, other, amount_fen + (how == "another amount"))
        assert refusal.value.code == PayoutErrorCode.FORM_WAS_SENT
        assert Entry.objects.count() == entries
    assert {str(key): pk for key, pk in made.items()} == {
        str(payout.request_key): payout.pk for payout in Payout.objects.all()
    }
