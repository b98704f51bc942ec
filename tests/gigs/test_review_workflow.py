"""The two tasks of the workflow: what goes out unread, what takes two people, and what is read from the beginning."""

import pytest
from django.core.exceptions import PermissionDenied
from django.core.management import call_command
from django.urls import reverse
from wagtail.models import (
    GroupApprovalTask,
    ModelLogEntry,
    Revision,
    Task,
    TaskState,
    Workflow,
    WorkflowState,
    WorkflowTask,
)

from marketplace.gigs import services
from marketplace.gigs.errors import GigError, GigErrorCode
from marketplace.gigs.limits import gigs_counted
from marketplace.gigs.models import Gig, GigStats, ReviewCase, ReviewReason
from marketplace.gigs.review_selectors import cases_to_decide, open_case_of, review_remarks
from marketplace.gigs.reviewing import MODERATORS, ensure_gig_workflow, review_in_progress
from marketplace.gigs.states import GigStatus
from marketplace.notifications.models import Notification
from marketplace.orders import services as orders
from marketplace.orders.models import OrderItem
from tests.factories import make_moderator, make_seller, make_user
from tests.gigs.content import content, package
from tests.logins import log_in

TITLE = "餐饮茶饮品牌LOGO 手绘原创"


@pytest.fixture
def moderator(db):
    return make_moderator()


@pytest.fixture
def gig(seller, moderator):
    """A gig at ¥680 that a person read and approved."""
    made = services.create_gig(seller=seller, content=content())
    services.submit_gig(gig_id=made.pk, seller=seller)
    approve(made, moderator)
    return Gig.objects.get(pk=made.pk)


def approve(gig, moderator):
    return services.approve_review(task_state_id=open_case_of(gig).task_state_id, moderator=moderator)


def send_back(gig, moderator, *codes, words=""):
    state_id = open_case_of(gig).task_state_id
    return services.send_back(task_state_id=state_id, moderator=moderator, codes=codes or ("P2",), words=words)


def edit(gig, **changes):
    """The seller saves a new version and submits it."""
    services.update_gig(gig_id=gig.pk, seller=gig.seller, content=content(category=gig.category, **changes))
    return services.submit_gig(gig_id=gig.pk, seller=gig.seller)


def stored(gig):
    return Gig.objects.get(pk=gig.pk)


def price_of(gig):
    return stored(gig).packages.get().price_fen


def refusal(service, **arguments):
    with pytest.raises(GigError) as caught:
        service(**arguments)
    return caught.value.code


# What goes out unread


def test_a_small_edit_goes_out_at_once_with_a_comment_in_the_log_and_no_person(gig, django_capture_on_commit_callbacks):
    """Pitfall 8: a task that approves itself, in a workflow that somebody without a right in the admin began."""
    with django_capture_on_commit_callbacks(execute=True):
        returned = edit(gig, title="餐饮茶饮品牌标识 手绘原创", packages=(package(price_fen=60_000, revisions=3),))
    assert (returned.title, price_of(gig)) == ("餐饮茶饮品牌标识 手绘原创", 60_000)
    assert (stored(gig).status, review_in_progress(gig)) == (GigStatus.LIVE, False)
    assert GigStats.objects.get(gig=gig).price_from_fen == 60_000
    entry = ModelLogEntry.objects.filter(action="wagtail.workflow.approve").order_by("-pk")[1]
    assert (entry.user, entry.data["comment"]) == (None, "改动很小，按规则自动通过。")
    assert Notification.objects.filter(recipient=gig.seller, title__startswith="改动已上线").exists()
    assert not TaskState.objects.filter(revision=stored(gig).live_revision, finished_by__isnull=False).exists()


def test_a_small_edit_of_a_paused_gig_leaves_it_paused(gig):
    services.pause_gig(gig_id=gig.pk, seller=gig.seller)
    edit(gig, title="餐饮茶饮品牌标识 手绘原创")
    assert (stored(gig).status, stored(gig).title) == (GigStatus.PAUSED, "餐饮茶饮品牌标识 手绘原创")


def test_a_larger_edit_is_read_and_says_why(gig):
    edit(gig, tags=("书法",), packages=(package(price_fen=70_000),))
    case = open_case_of(gig)
    assert (case.kind, case.matters) == ("price", ["price_up", "content"])
    assert stored(gig).title == TITLE
    assert price_of(gig) == 68_000


def test_many_small_steps_are_measured_from_what_a_person_read_last(gig):
    text = content().description
    edit(gig, description=text + "欢迎先来聊聊你的")
    assert not review_in_progress(gig)
    edit(gig, description=text + "欢迎先来聊聊你的想法和预算再决定")
    assert open_case_of(gig).matters == ["text"]
    assert stored(gig).description == text + "欢迎先来聊聊你的"


def test_a_price_that_falls_in_small_steps_is_read_in_the_end(gig):
    edit(gig, packages=(package(price_fen=56_000),))
    edit(gig, packages=(package(price_fen=46_000),))
    assert open_case_of(gig).matters == ["price_down"]
    assert price_of(gig) == 56_000


def test_a_first_submission_is_read_however_small_and_by_one_person(seller, moderator):
    made = services.create_gig(seller=seller, content=content())
    services.submit_gig(gig_id=made.pk, seller=seller)
    assert open_case_of(made).matters == ["new"]
    approve(made, moderator)
    assert stored(made).status == GigStatus.LIVE


def test_what_was_sent_back_is_read_again_even_where_little_is_left_of_the_change(gig, moderator):
    edit(gig, packages=(package(price_fen=70_000),))
    send_back(gig, moderator)
    edit(gig, title="餐饮茶饮品牌标识 手绘原创")
    assert open_case_of(gig).matters == ["sent_back"]
    assert stored(gig).title == TITLE


def test_a_paused_gig_is_told_to_be_approved_and_still_paused(gig, moderator, django_capture_on_commit_callbacks):
    services.pause_gig(gig_id=gig.pk, seller=gig.seller)
    edit(gig, tags=("书法",))
    with django_capture_on_commit_callbacks(execute=True):
        approve(gig, moderator)
    told = Notification.objects.filter(recipient=gig.seller).latest("pk")
    assert "已上架" not in told.title
    assert "暂停" in told.body


def test_what_was_sent_back_can_be_put_away_and_gives_its_place_back(seller, moderator):
    made = services.create_gig(seller=seller, content=content())
    services.submit_gig(gig_id=made.pk, seller=seller)
    send_back(made, moderator)
    assert gigs_counted(seller) == 1
    services.archive_gig(gig_id=made.pk, seller=seller)
    assert stored(made).status == GigStatus.ARCHIVED
    assert stored(made).current_workflow_state is None
    assert gigs_counted(seller) == 0


def test_purging_revisions_spares_what_somebody_has_read(gig):
    read = [case.pk for case in ReviewCase.objects.filter(gig=gig)]
    for number in range(3):
        services.update_gig(
            gig_id=gig.pk, seller=gig.seller, content=content(category=gig.category, tags=(str(number),))
        )
    before = Revision.objects.for_instance(gig).count()
    call_command("purge_revisions", verbosity=0)
    assert Revision.objects.for_instance(gig).count() < before
    assert [case.pk for case in ReviewCase.objects.filter(gig=gig)] == read != []


# What takes two people


@pytest.fixture
def steep(gig):
    """Its price is to rise from ¥680 to ¥1,020: by half."""
    edit(gig, packages=(package(price_fen=102_000),))
    return gig


def test_a_steep_price_takes_two_people_and_sells_at_the_old_price_until_both_agreed(steep, moderator, client, buyer):
    approve(steep, moderator)
    case = open_case_of(steep)
    assert (case.first_reviewer, case.steepest_percent) == (moderator, 50)
    assert "¥680" in client.get(steep.get_absolute_url()).content.decode()
    order = orders.place_order(buyer=buyer, package=stored(steep).packages.get())
    assert order.total_fen == 68_000
    approve(steep, make_moderator())
    assert price_of(steep) == 102_000
    text = client.get(steep.get_absolute_url()).content.decode()
    assert "¥1,020" in text
    assert "¥680" not in text
    order.refresh_from_db()
    assert order.total_fen == 68_000


def test_nobody_is_the_second_person_to_themself_whichever_page_they_come_from(steep, moderator, client):
    approve(steep, moderator)
    case = open_case_of(steep)
    assert refusal(services.approve_review, task_state_id=case.task_state_id, moderator=moderator) == (
        GigErrorCode.NOT_YOUR_REVIEW
    )
    arguments = {"task_state_id": case.task_state_id, "moderator": moderator, "codes": ["P2"]}
    assert refusal(services.send_back, **arguments) == GigErrorCode.NOT_YOUR_REVIEW
    administrator = make_user(is_staff=True, is_superuser=True)
    ReviewCase.objects.filter(pk=case.pk).update(first_reviewer=administrator)  # superusers are one person too
    name = steep.snippet_viewset.get_url_name("workflow_action")
    log_in(administrator, client=client).post(reverse(name, args=[steep.pk, "approve", case.task_state_id]))
    assert (price_of(steep), open_case_of(steep)) == (68_000, case)
    assert not cases_to_decide(administrator).exists()
    assert not TaskState.objects.reviewable_by(administrator).filter(pk=case.task_state_id).exists()
    assert cases_to_decide(moderator).get() == case


def test_just_below_the_threshold_one_person_is_enough(gig, moderator):
    edit(gig, packages=(package(price_fen=101_999),))
    approve(gig, moderator)
    assert price_of(gig) == 101_999


def test_a_price_that_falls_by_half_takes_two_people_as_well(gig, moderator):
    edit(gig, packages=(package(price_fen=34_000),))
    approve(gig, moderator)
    assert open_case_of(gig).steepest_percent == -50


def test_sent_back_at_the_second_look_it_is_read_from_the_beginning(steep, moderator):
    """Wagtail would resume at the second task, which lets anything through that is not steep."""
    second = make_moderator()
    approve(steep, moderator)
    send_back(steep, second, words="涨得太多。")
    assert review_remarks(steep).words == "涨得太多。"
    edit(steep, packages=(package(price_fen=69_000),), title="没有人读过的新标题在这里")
    case = open_case_of(steep)
    assert case.first_reviewer is None
    assert stored(steep).title == TITLE
    approve(steep, second)  # the one who sent it back may well be the one who reads it now
    assert (price_of(steep), stored(steep).title) == (69_000, "没有人读过的新标题在这里")


def test_twice_around_both_people_are_asked_again(steep, moderator):
    second = make_moderator()
    approve(steep, moderator)
    send_back(steep, second)
    edit(steep, packages=(package(price_fen=110_000),))
    approve(steep, second)
    assert price_of(steep) == 68_000
    assert open_case_of(steep).first_reviewer == second
    approve(steep, moderator)
    assert price_of(steep) == 110_000


def test_what_is_sneaked_in_between_the_two_people_is_not_published(steep, moderator):
    """Pitfall 1: each task of Wagtail's takes the latest revision."""
    approve(steep, moderator)
    sneaky = steep.get_latest_revision_as_object()
    sneaky.title = "没有人审核过的标题"
    sneaky.save_revision(user=steep.seller)
    approve(steep, make_moderator())
    assert (stored(steep).title, price_of(steep)) == (TITLE, 102_000)


def test_what_is_sneaked_in_before_the_first_approval_does_not_go_through_the_machine_after_it(gig, moderator):
    edit(gig, tags=("书法",))
    sneaky = gig.get_latest_revision_as_object()
    sneaky.title = "没有人审核过的标题"
    sneaky.save_revision(user=gig.seller)
    approve(gig, moderator)
    assert (stored(gig).title, [tag.name for tag in stored(gig).tags.all()]) == (TITLE, ["书法"])


def test_the_second_reviewers_clock_runs_on_from_the_submission(steep, moderator):
    before = open_case_of(steep).submitted_at
    approve(steep, moderator)
    assert open_case_of(steep).submitted_at == before


# Who may, and what the log keeps


def test_a_moderator_who_sells_does_not_judge_their_own_gig(moderator):
    seller = make_seller()
    seller.groups.add(moderator.groups.get(name=MODERATORS))
    made = services.create_gig(seller=seller, content=content())
    services.submit_gig(gig_id=made.pk, seller=seller)
    case = open_case_of(made)
    arguments = {"task_state_id": case.task_state_id, "moderator": seller}
    assert refusal(services.approve_review, **arguments) == GigErrorCode.NOT_YOUR_REVIEW
    assert list(cases_to_decide(seller)) == []
    assert stored(made).status == GigStatus.IN_REVIEW


def test_who_is_no_moderator_decides_nothing(seller, moderator):
    made = services.create_gig(seller=seller, content=content())
    services.submit_gig(gig_id=made.pk, seller=seller)
    arguments = {"task_state_id": open_case_of(made).task_state_id, "moderator": make_user(is_staff=True)}
    assert refusal(services.approve_review, **arguments) == GigErrorCode.NOT_YOUR_REVIEW
    assert stored(made).status == GigStatus.IN_REVIEW


@pytest.mark.parametrize("codes", [(), ("Z9",), ("C1", "Z9"), ("L1",)])
def test_a_gig_is_sent_back_with_codes_of_the_table_that_are_offered_or_not_at_all(seller, moderator, codes):
    ReviewReason.objects.filter(code="L1").update(is_active=False)
    made = services.create_gig(seller=seller, content=content())
    services.submit_gig(gig_id=made.pk, seller=seller)
    arguments = {"task_state_id": open_case_of(made).task_state_id, "moderator": moderator, "codes": codes}
    assert refusal(services.send_back, **arguments) == GigErrorCode.REASON_MISSING
    assert stored(made).status == GigStatus.IN_REVIEW


def test_a_decision_that_comes_too_late_says_who_decided_what(gig, moderator):
    edit(gig, tags=("书法",))
    late = open_case_of(gig).task_state_id
    approve(gig, moderator)
    with pytest.raises(GigError) as caught:
        services.send_back(task_state_id=late, moderator=make_moderator(), codes=["C1"])
    assert caught.value.code == GigErrorCode.ALREADY_DECIDED
    assert moderator.display_name in caught.value.message
    assert [tag.name for tag in stored(gig).tags.all()] == ["书法"]


def test_approving_from_the_edit_page_of_wagtail_goes_by_the_same_rules(steep, moderator, client):
    """What Wagtail's own form posts: the action and, as JSON, what its dialogue asked for."""
    url = reverse(steep.snippet_viewset.get_url_name("edit"), args=[steep.pk])
    data = {"title": steep.title, "description": steep.description, "category": steep.category_id, "tags": ""}
    for name in ("packages", "media", "extras", "requirements", "faqs"):
        data |= {f"{name}-TOTAL_FORMS": "0", f"{name}-INITIAL_FORMS": "0"}
    data |= {"action-workflow-action": "true", "workflow-action-name": "approve", "workflow-action-extra-data": "{}"}
    log_in(moderator, client=client)
    client.post(url, data)
    assert open_case_of(steep).first_reviewer == moderator
    client.post(url, data)  # again: the second person must be another one
    assert price_of(steep) == 68_000
    assert open_case_of(steep) is not None


# Pitfalls of publishing (facts/accounts.md, section 3)


def test_moderators_publish_through_an_approval_without_the_right_to_publish(gig, moderator):
    """Pitfall 2."""
    assert not moderator.has_perm("gigs.publish_gig")
    assert gig.status == GigStatus.LIVE
    with pytest.raises(PermissionDenied):
        gig.get_latest_revision().publish(user=moderator)


def test_figures_survive_a_publication_and_so_does_the_status(gig, moderator):
    """Pitfall 3."""
    GigStats.objects.filter(gig=gig).update(orders_completed=7, rating_sum=20, rating_count=4)
    edit(gig, tags=("书法",))
    services.pause_gig(gig_id=gig.pk, seller=gig.seller)
    approve(gig, moderator)
    stats = GigStats.objects.get(gig=gig)
    assert (stats.orders_completed, stats.rating_sum, stats.rating_count) == (7, 20, 4)
    assert stored(gig).status == GigStatus.PAUSED


def test_a_package_that_was_sold_can_go(gig, moderator, buyer):
    """Pitfall 4: the order keeps what was agreed, the approval is no error of the database."""
    edit(gig, packages=(package(), package("standard", 90_000)))
    approve(gig, moderator)
    order = orders.place_order(buyer=buyer, package=stored(gig).packages.get(tier="standard"))
    edit(gig)
    approve(gig, moderator)
    assert stored(gig).packages.count() == 1
    item = OrderItem.objects.get(order=order)
    assert item.price_fen == 90_000


def test_a_gig_has_one_review_at_a_time(steep):
    """Pitfall 9."""
    services.submit_gig(gig_id=steep.pk, seller=steep.seller)
    active = WorkflowState.objects.active().filter(object_id=str(steep.pk))
    assert active.count() == 1
    assert ReviewCase.objects.filter(gig=steep, task_state__status="in_progress").count() == 1


def test_the_edit_page_holds_no_list_of_everybody(gig, moderator, client):
    """Pitfall 12."""
    stranger = make_user(name="与此无关的人")
    url = reverse(gig.snippet_viewset.get_url_name("edit"), args=[gig.pk])
    text = log_in(moderator, client=client).get(url).content.decode()
    assert 'name="seller"' not in text
    assert stranger.display_name not in text


def test_moderators_have_a_queue_though_wagtails_reports_are_closed_to_them(steep, moderator, client):
    """Pitfall 13."""
    log_in(moderator, client=client)
    assert client.get(reverse("wagtailadmin_reports:workflow")).status_code == 302
    assert steep.title in client.get(reverse("gigs_reviews")).content.decode()


# Installations from before


@pytest.fixture
def plain(moderator):
    """The workflow as installations have it that were set up with Wagtail's own task."""
    workflow = ensure_gig_workflow()
    WorkflowTask.objects.filter(workflow=workflow).delete()
    task = GroupApprovalTask.objects.create(name="服务审核")
    WorkflowTask.objects.create(workflow=workflow, task=task.task_ptr, sort_order=0)
    return task


def test_a_deploy_moves_reviews_under_way_and_what_was_sent_back_to_our_tasks(plain, seller, moderator):
    waiting = services.create_gig(seller=seller, content=content())
    waiting.get_workflow().start(waiting, seller)
    Gig.objects.filter(pk=waiting.pk).update(status=GigStatus.IN_REVIEW)
    returned = services.create_gig(seller=seller, content=content())
    returned.get_workflow().start(returned, seller).current_task_state.reject(user=moderator, comment="太短")
    Gig.objects.filter(pk=returned.pk).update(status=GigStatus.NEEDS_CHANGES)
    for _deploy in range(2):
        ensure_gig_workflow()
    workflow = Workflow.objects.get(name="服务审核")
    assert [task.name for task in workflow.tasks] == ["服务审核", "价格复核"]
    assert not Task.objects.get(pk=plain.pk).active
    case = open_case_of(waiting)
    assert (case.kind, case.submitted_at) == ("new", case.task_state.started_at)
    approve(waiting, moderator)
    assert stored(waiting).status == GigStatus.LIVE
    assert review_remarks(returned).words == "太短"
    services.submit_gig(gig_id=returned.pk, seller=seller)
    approve(returned, moderator)
    assert stored(returned).status == GigStatus.LIVE
