"""Who sells is known by name: the gate is asked again wherever a gig comes to be on sale."""

import pytest

from marketplace.accounts.models import UserVerification, VerificationKind, VerificationStatus
from marketplace.accounts.services import withdraw_verification
from marketplace.gigs import services, tasks
from marketplace.gigs.errors import GigError, GigErrorCode
from marketplace.gigs.reviewing import ensure_gig_workflow
from marketplace.gigs.states import GigStatus
from marketplace.notifications.models import Notification
from marketplace.orders.errors import OrderError, OrderErrorCode
from marketplace.orders.models import Order
from tests.factories import make_gig, make_moderator, make_order
from tests.gigs.content import content
from tests.gigs.test_review import judge

pytestmark = pytest.mark.django_db


def take_back(seller):
    withdraw_verification(user=seller, kind=VerificationKind.REAL_NAME)


def test_papers_taken_back_during_the_review_keep_the_gig_from_going_live(
    client, seller, django_capture_on_commit_callbacks
):
    moderator = make_moderator()
    ensure_gig_workflow()
    gig = services.create_gig(seller=seller, content=content())
    gig = services.submit_gig(gig_id=gig.pk, seller=seller)
    take_back(seller)
    with django_capture_on_commit_callbacks(execute=True):
        judge(client, gig, moderator, "approve")
    gig.refresh_from_db()
    assert (gig.live, gig.status) == (False, GigStatus.NEEDS_CHANGES)
    assert Notification.objects.filter(recipient=seller, kind="gig").count() == 1


def test_nothing_is_ordered_of_a_seller_whose_papers_count_no_longer():
    gig = make_gig()
    take_back(gig.seller)
    with pytest.raises(OrderError) as caught:
        make_order(gig=gig)
    assert caught.value.code == OrderErrorCode.GIG_NOT_LIVE
    assert not Order.objects.exists()


@pytest.mark.parametrize("status", ["rejected", "expired", "revoked", "withdrawn"])
def test_the_job_takes_off_the_shelf_what_nobody_answers_for_and_leaves_the_rest(
    status, django_capture_on_commit_callbacks
):
    gig, other = make_gig(), make_gig()
    UserVerification.objects.filter(user=gig.seller).update(status=status)
    with django_capture_on_commit_callbacks(execute=True):
        assert tasks.pause_unnamed_gigs() == 1
        assert tasks.pause_unnamed_gigs() == 0
    gig.refresh_from_db()
    other.refresh_from_db()
    assert (gig.status, other.status) == (GigStatus.PAUSED, GigStatus.LIVE)
    assert Notification.objects.filter(recipient=gig.seller, kind="gig").count() == 1
    with pytest.raises(GigError) as caught:
        services.resume_gig(gig_id=gig.pk, seller=gig.seller)
    assert caught.value.code == GigErrorCode.SELLER_NOT_READY
    UserVerification.objects.filter(user=gig.seller).update(status=VerificationStatus.APPROVED)
    assert services.resume_gig(gig_id=gig.pk, seller=gig.seller).status == GigStatus.LIVE
