"""A service on sale is remembered for everybody, and says at once what was changed of it."""

import pytest
from django.core.cache import cache
from django.http import Http404

from marketplace.accounts.models import UserVerification, VerificationKind, VerificationStatus
from marketplace.accounts.services.profiles import change_handle
from marketplace.core import page_cache
from marketplace.gigs.models import Favourite
from marketplace.gigs.selectors import get_public_gig
from marketplace.gigs.services import pause_gig
from tests.factories import make_gig, make_seller, make_user

pytestmark = pytest.mark.usefixtures("committed_db")


@pytest.fixture(autouse=True)
def clocks_agree(monkeypatch) -> None:
    """What these tests change is less than a second old when it is read, and would not be kept."""
    monkeypatch.setattr(page_cache, "SKEW_SECONDS", 0)


@pytest.fixture
def gig():
    gig = make_gig(seller=make_seller(email="seller-secret@example.com", phone="+8613800138000"))
    get_public_gig(gig.pk)
    return gig


def test_it_is_read_once_for_everybody_and_says_whether_each_keeps_it(gig, django_assert_num_queries):
    keeper, other = make_user(), make_user()
    Favourite.objects.create(gig=gig, user=keeper)
    with django_assert_num_queries(0):
        assert not get_public_gig(gig.pk).is_kept
    with django_assert_num_queries(1):  # who keeps it
        assert get_public_gig(gig.pk, keeper).is_kept
    with django_assert_num_queries(1):
        assert not get_public_gig(gig.pk, other).is_kept


def test_nothing_of_the_sellers_account_is_in_the_cache(gig):
    kept = b"".join(cache.client().get(name) for name in cache.client().scan_iter("*gigs:on_sale*"))
    assert gig.title.encode() in kept
    for secret in ("seller-secret@example.com", "13800138000", gig.seller.password):
        assert secret.encode() not in kept


@pytest.mark.parametrize("reader", ["visitor", "signed in"])
def test_what_is_changed_of_it_is_seen_at_once(gig, reader):
    user = make_user() if reader == "signed in" else None
    gig.packages.update(price_fen=77_700)
    gig.title = "改过的标题"
    gig.save()
    shown = get_public_gig(gig.pk, user)
    assert (shown.title, shown.package_rows[0]["price_fen"]) == ("改过的标题", 77_700)


def test_a_paused_one_and_one_of_a_suspended_seller_are_gone_at_once(gig):
    another = make_gig()
    get_public_gig(another.pk)
    pause_gig(gig_id=gig.pk, seller=gig.seller)
    another.seller.is_active = False
    another.seller.save(update_fields=["is_active"])
    for gone in (gig, another):
        with pytest.raises(Http404):
            get_public_gig(gone.pk, make_user())


def test_a_new_address_of_the_seller_and_what_was_checked_are_seen_at_once(gig):
    change_handle(profile=gig.seller.profile, handle="new-address")
    assert get_public_gig(gig.pk).seller.profile.handle == "new-address"
    case = UserVerification.objects.create(
        user=gig.seller, kind=VerificationKind.COMPANY, status=VerificationStatus.APPROVED
    )
    assert VerificationKind.COMPANY in get_public_gig(gig.pk).checked_kinds
    case.status = VerificationStatus.REVOKED
    case.save(update_fields=["status"])
    assert VerificationKind.COMPANY not in get_public_gig(gig.pk).checked_kinds


def test_its_seller_reads_it_as_it_stands(gig):
    type(gig).objects.filter(pk=gig.pk).update(title="nobody was told")
    assert get_public_gig(gig.pk).title == gig.title
    assert get_public_gig(gig.pk, gig.seller).title == "nobody was told"


def test_what_is_not_there_leaves_nothing_behind():
    for _time in range(2):
        with pytest.raises(Http404):
            get_public_gig(987_654_321)
    assert not list(cache.client().scan_iter("*987654321*"))
