import pytest
from django.urls import reverse
from wagtail.models import ModelLogEntry, TaskState, WorkflowState

from marketplace.gigs import services
from marketplace.gigs.errors import GigError, GigErrorCode
from marketplace.gigs.reviewing import changes_wanted, ensure_gig_workflow, review_in_progress
from marketplace.gigs.states import GigStatus
from marketplace.notifications.models import Notification, OutboundMessage
from tests.factories import make_moderator
from tests.gigs.content import content, package
from tests.logins import log_in


@pytest.fixture
def moderator(db):
    person = make_moderator()
    ensure_gig_workflow()
    return person


@pytest.fixture
def submitted(seller, moderator):
    gig = services.create_gig(seller=seller, content=content())
    return services.submit_gig(gig_id=gig.pk, seller=seller)


def judge(client, gig, moderator, action, comment="", reasons=("I1",)):
    """What a moderator does in Wagtail's own pages."""
    log_in(moderator, client=client)
    task_state = gig.current_workflow_state.current_task_state
    name = gig.snippet_viewset.get_url_name("workflow_action")
    return client.post(reverse(name, args=[gig.pk, action, task_state.pk]), {"comment": comment, "reasons": reasons})


def test_setting_up_the_workflow_twice_makes_one(moderator):
    assert ensure_gig_workflow() == ensure_gig_workflow()


def test_submission_waits_for_a_moderator_and_twice_is_once(submitted, seller):
    assert submitted.status == GigStatus.IN_REVIEW
    assert review_in_progress(submitted)
    services.submit_gig(gig_id=submitted.pk, seller=seller)
    assert WorkflowState.objects.count() == 1


def test_an_unfinished_gig_is_not_submitted(seller, moderator):
    gig = services.create_gig(seller=seller, content=content(pictures=(), description="太短"))
    with pytest.raises(GigError) as caught:
        services.submit_gig(gig_id=gig.pk, seller=seller)
    assert caught.value.code == GigErrorCode.NOT_READY
    gig.refresh_from_db()
    assert gig.status == GigStatus.DRAFT
    assert not WorkflowState.objects.exists()


def test_nothing_is_edited_while_it_is_read(submitted, seller):
    with pytest.raises(GigError) as caught:
        services.update_gig(gig_id=submitted.pk, seller=seller, content=content(category=submitted.category))
    assert caught.value.code == GigErrorCode.LOCKED_FOR_REVIEW
    assert submitted.revisions.count() == 1


def test_approval_publishes_and_tells_the_seller(
    client, submitted, seller, moderator, django_capture_on_commit_callbacks
):
    with django_capture_on_commit_callbacks(execute=True):
        assert judge(client, submitted, moderator, "approve").status_code == 302
    submitted.refresh_from_db()
    assert (submitted.live, submitted.status) == (True, GigStatus.LIVE)
    assert Notification.objects.get(recipient=seller).kind == "gig"
    # Wagtail's own mail would be half English, with a link into the admin.
    assert not OutboundMessage.objects.exists()


def test_approval_publishes_what_was_read_never_what_was_sneaked_in(client, submitted, seller, moderator):
    sneaky = submitted.get_latest_revision_as_object()
    sneaky.title = "没有人审核过的标题"
    sneaky.save_revision(user=seller)
    judge(client, submitted, moderator, "approve")
    submitted.refresh_from_db()
    assert submitted.live
    assert submitted.title == "餐饮茶饮品牌LOGO 手绘原创"


def test_rejection_tells_the_seller_why_and_opens_the_editor(
    client, submitted, seller, moderator, django_capture_on_commit_callbacks
):
    with django_capture_on_commit_callbacks(execute=True):
        judge(client, submitted, moderator, "reject", "封面图有其他平台的水印。")
    submitted.refresh_from_db()
    assert submitted.status == GigStatus.NEEDS_CHANGES
    assert changes_wanted(submitted) == "I1 图片权属存疑：封面图有其他平台的水印。"
    assert Notification.objects.get(recipient=seller).body == "I1 图片权属存疑：封面图有其他平台的水印。"
    mended = content(category=submitted.category, title="换了封面的茶饮品牌LOGO")
    services.update_gig(gig_id=submitted.pk, seller=seller, content=mended)
    services.submit_gig(gig_id=submitted.pk, seller=seller)
    judge(client, submitted, moderator, "approve")
    submitted.refresh_from_db()
    assert (submitted.status, submitted.title) == (GigStatus.LIVE, "换了封面的茶饮品牌LOGO")
    assert TaskState.objects.filter(status=TaskState.STATUS_REJECTED).count() == 1


def test_the_published_version_sells_on_while_the_next_is_read(client, seller, moderator):
    gig = services.publish_directly(gig=services.create_gig(seller=seller, content=content()))
    services.update_gig(
        gig_id=gig.pk, seller=seller, content=content(category=gig.category, packages=(package(price_fen=88_000),))
    )
    services.submit_gig(gig_id=gig.pk, seller=seller)
    gig.refresh_from_db()
    assert (gig.status, gig.packages.get().price_fen) == (GigStatus.LIVE, 68_000)
    judge(client, gig, moderator, "reject", "请说明包含什么。")
    gig.refresh_from_db()
    assert (gig.status, review_in_progress(gig)) == (GigStatus.LIVE, False)
    services.submit_gig(gig_id=gig.pk, seller=seller)
    judge(client, gig, moderator, "approve")
    gig = type(gig).objects.get(pk=gig.pk)
    assert (gig.packages.get().price_fen, gig.stats.price_from_fen) == (88_000, 88_000)


def test_a_gig_paused_during_the_review_stays_paused(client, seller, moderator):
    gig = services.publish_directly(gig=services.create_gig(seller=seller, content=content()))
    services.update_gig(gig_id=gig.pk, seller=seller, content=content(category=gig.category, title="新的一版茶饮标志"))
    services.submit_gig(gig_id=gig.pk, seller=seller)
    services.pause_gig(gig_id=gig.pk, seller=seller)
    judge(client, gig, moderator, "approve")
    gig.refresh_from_db()
    assert (gig.status, gig.title) == (GigStatus.PAUSED, "新的一版茶饮标志")


def test_moderators_find_gigs_in_the_admin(client, submitted, moderator):
    log_in(moderator, client=client)
    viewset = submitted.snippet_viewset
    for name, arguments in (
        ("list", []),
        ("edit", [submitted.pk]),
        ("inspect", [submitted.pk]),
        ("history", [submitted.pk]),
    ):
        response = client.get(reverse(viewset.get_url_name(name), args=arguments))
        assert response.status_code == 200, name
        assert submitted.title in response.content.decode()


@pytest.fixture
def revised(seller, moderator):
    """A live gig whose next version is being read."""
    gig = services.publish_directly(gig=services.create_gig(seller=seller, content=content()))
    services.update_gig(gig_id=gig.pk, seller=seller, content=content(category=gig.category, title="新的一版茶饮标志"))
    services.submit_gig(gig_id=gig.pk, seller=seller)
    gig.refresh_from_db()
    return gig


def put_away(gig, moderator):
    services.archive_gig(gig_id=gig.pk, seller=gig.seller)


def taken_down(gig, moderator):
    services.take_down_gig(gig_id=gig.pk, moderator=moderator, reason="盗用他人作品。")


@pytest.mark.parametrize("leave", [put_away, taken_down])
def test_what_left_the_shelf_ends_its_review_and_no_approval_brings_it_back(client, revised, moderator, leave):
    state = revised.current_workflow_state
    late = state.current_task_state  # of a moderator whose approval began before
    late.workflow_state = state
    leave(revised, moderator)
    revised.refresh_from_db()
    left = revised.status
    assert left in (GigStatus.ARCHIVED, GigStatus.DENIED)
    assert WorkflowState.objects.get(pk=state.pk).status == WorkflowState.STATUS_CANCELLED
    assert TaskState.objects.get(pk=late.pk).status == TaskState.STATUS_CANCELLED
    late.approve(user=moderator)  # read before, written after: Wagtail looks at what it had read
    revised.refresh_from_db()
    assert (revised.status, revised.title) == (left, "餐饮茶饮品牌LOGO 手绘原创")


def test_denying_a_first_submission_ends_its_review(submitted, moderator, seller, django_capture_on_commit_callbacks):
    with django_capture_on_commit_callbacks(execute=True):
        services.deny_gig(gig_id=submitted.pk, moderator=moderator, reason=" 不是可以出售的服务。 ")
    submitted.refresh_from_db()
    assert (submitted.status, submitted.live) == (GigStatus.DENIED, False)
    assert not review_in_progress(submitted)
    assert Notification.objects.get(recipient=seller).body == "不是可以出售的服务。"
    services.deny_gig(gig_id=submitted.pk, moderator=moderator, reason="再点一次")
    with pytest.raises(GigError) as caught:
        services.submit_gig(gig_id=submitted.pk, seller=seller)
    assert caught.value.code == GigErrorCode.WRONG_STATE


@pytest.mark.parametrize("pause", [False, True])
def test_taking_down_unpublishes_and_says_why(seller, moderator, pause, django_capture_on_commit_callbacks):
    gig = services.publish_directly(gig=services.create_gig(seller=seller, content=content()))
    if pause:
        services.pause_gig(gig_id=gig.pk, seller=seller)
    with django_capture_on_commit_callbacks(execute=True):
        services.take_down_gig(gig_id=gig.pk, moderator=moderator, reason="盗用他人作品。")
    gig.refresh_from_db()
    assert (gig.status, gig.live) == (GigStatus.DENIED, False)
    told = Notification.objects.get(recipient=seller)
    assert (told.body, told.url) == ("盗用他人作品。", reverse("gigs:desk_list"))
    entry = ModelLogEntry.objects.get(action=services.DENY_ACTION)
    assert (entry.user, entry.data["reason"]) == (moderator, "盗用他人作品。")


def test_a_refusal_has_a_reason_and_a_state_it_fits(seller, moderator, submitted):
    draft = services.create_gig(seller=seller, content=content())
    for service, gig, reason, code in (
        (services.deny_gig, submitted, " ", GigErrorCode.REASON_MISSING),
        (services.take_down_gig, submitted, "理由", GigErrorCode.WRONG_STATE),
        (services.deny_gig, draft, "理由", GigErrorCode.WRONG_STATE),
    ):
        with pytest.raises(GigError) as caught:
            service(gig_id=gig.pk, moderator=moderator, reason=reason)
        assert caught.value.code == code


def test_a_review_that_nobody_can_finish_gives_the_gig_back(submitted, seller, moderator):
    """Both tasks are switched off in the admin: Wagtail ends the workflow, though nobody has read anything."""
    for _task in range(2):
        submitted.current_workflow_state.current_task_state.task.specific.deactivate(user=moderator)
    submitted.refresh_from_db()
    assert (submitted.status, submitted.live) == (GigStatus.NEEDS_CHANGES, False)
