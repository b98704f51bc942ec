"""Wagtail's own dialogues and edit page, used after somebody else was quicker."""

import json

import pytest
from django.urls import reverse

from marketplace.gigs import services
from marketplace.gigs.errors import GigError, GigErrorCode
from marketplace.gigs.models import Gig
from marketplace.gigs.review_selectors import open_case_of
from marketplace.gigs.states import GigStatus
from tests.factories import make_moderator
from tests.gigs.content import content
from tests.logins import log_in

SCRIPT = {"X-Requested-With": "XMLHttpRequest"}


@pytest.fixture
def colleague(db):
    return make_moderator()


@pytest.fixture
def waiting(seller, colleague):
    gig = services.create_gig(seller=seller, content=content())
    return services.submit_gig(gig_id=gig.pk, seller=seller)


@pytest.fixture
def moderator_client(client, colleague):
    return log_in(make_moderator(), client=client)


def dialogue(gig, action, task_state_id, *, name="workflow_action"):
    return reverse(gig.snippet_viewset.get_url_name(name), args=[gig.pk, action, task_state_id])


def edit_page(gig):
    return reverse(gig.snippet_viewset.get_url_name("edit"), args=[gig.pk])


def edit_form(gig, *, revision=None):
    """What the edit page sends when its button to approve is pressed."""
    data = {"title": gig.title, "description": gig.description, "category": gig.category_id, "tags": ""}
    for name in ("packages", "media", "extras", "requirements", "faqs"):
        data |= {f"{name}-TOTAL_FORMS": "0", f"{name}-INITIAL_FORMS": "0"}
    data |= {"action-workflow-action": "true", "workflow-action-name": "approve", "workflow-action-extra-data": "{}"}
    if revision is not None:
        data |= {
            "loaded_revision_id": str(revision.pk),
            "loaded_revision_created_at": revision.created_at.isoformat(),
        }
    return data


def decided_by(colleague, gig):
    task_state_id = open_case_of(gig).task_state_id
    services.approve_review(task_state_id=task_state_id, moderator=colleague)
    return task_state_id


def taken_back(gig):
    task_state_id = open_case_of(gig).task_state_id
    services.withdraw_gig(gig_id=gig.pk, seller=gig.seller)
    return task_state_id


def sentence(response):
    """The messages of the admin, after all redirects."""
    return [str(message).strip() for message in response.context["messages"]]


BACK = "服务商已经撤回这项服务，无需再审。重新提交后会再次进入队列。"


@pytest.mark.parametrize("action", ["approve", "reject"])
def test_who_comes_after_a_colleague_reads_in_the_admin_who_decided_what(waiting, colleague, moderator_client, action):
    late = decided_by(colleague, waiting)
    answer = {"reasons": ["C1"], "comment": "太迟"}
    response = moderator_client.post(dialogue(waiting, action, late), answer, follow=True)
    assert response.status_code == 200
    (said,) = sentence(response)
    assert colleague.display_name in said
    assert "wagtail" in response.content.decode()  # a page of the admin
    waiting.refresh_from_db()
    assert (waiting.status, waiting.live) == (GigStatus.LIVE, True)


@pytest.mark.parametrize("action", ["approve", "reject"])
def test_what_the_seller_took_back_is_not_decided_and_the_moderator_reads_why(waiting, moderator_client, action):
    late = taken_back(waiting)
    response = moderator_client.post(dialogue(waiting, action, late), {"reasons": ["C1"]}, follow=True)
    assert sentence(response) == [BACK]
    waiting.refresh_from_db()
    assert waiting.status == GigStatus.DRAFT


@pytest.mark.parametrize("method", ["get", "post"])
def test_wagtail_s_script_is_led_to_a_page_that_says_it(waiting, moderator_client, method):
    late = taken_back(waiting)
    url = dialogue(waiting, "reject", late) + "?next=/admin/"
    response = getattr(moderator_client, method)(url, headers=SCRIPT)
    told = json.loads(response.content)
    assert (response.status_code, told["step"]) == (200, "success")
    assert BACK in sentence(moderator_client.get(told["redirect"]))


def test_a_version_sent_in_anew_is_not_judged_by_the_dialogue_of_the_old_one(waiting, moderator_client):
    late = taken_back(waiting)
    services.submit_gig(gig_id=waiting.pk, seller=waiting.seller)
    response = moderator_client.post(dialogue(waiting, "approve", late), follow=True)
    assert sentence(response) == [BACK]
    assert open_case_of(waiting) is not None


def test_the_dialogue_of_the_edit_page_lets_the_form_say_it(waiting, moderator_client):
    late = taken_back(waiting)
    url = dialogue(waiting, "reject", late, name="collect_workflow_action_data")
    told = json.loads(moderator_client.get(url, headers=SCRIPT).content)
    assert (told["step"], told["cleaned_data"]) == ("success", {})
    response = moderator_client.post(edit_page(waiting), edit_form(waiting), follow=True)
    assert sentence(response) == [BACK]


@pytest.mark.parametrize("happens", [taken_back, "decided"])
def test_the_edit_page_saves_nothing_when_its_decision_comes_too_late(waiting, colleague, moderator_client, happens):
    before = waiting.revisions.count()
    if happens == "decided":
        decided_by(colleague, waiting)
    else:
        happens(waiting)
    form = edit_form(waiting) | {"title": "版主顺手改的标题"}
    response = moderator_client.post(edit_page(waiting), form, follow=True)
    assert len(sentence(response)) == 1
    assert waiting.revisions.count() == before
    assert Gig.objects.get(pk=waiting.pk).title == waiting.title


def test_the_edit_page_approves_only_the_version_it_shows(waiting, seller, moderator_client):
    """The seller takes it back, changes it and sends it in again while the page is open."""
    read = waiting.latest_revision
    taken_back(waiting)
    changed = content(category=waiting.category, title="换了内容的新标题文字")
    services.update_gig(gig_id=waiting.pk, seller=seller, content=changed)
    services.submit_gig(gig_id=waiting.pk, seller=seller)
    response = moderator_client.post(edit_page(waiting), edit_form(waiting, revision=read), follow=True)
    (said,) = sentence(response)
    assert said == GigError.messages[GigErrorCode.OTHER_REVISION]
    assert "不是你看过的那一版" in said
    waiting.refresh_from_db()
    assert (waiting.live, waiting.status) == (False, GigStatus.IN_REVIEW)


def test_in_time_both_ways_still_decide(waiting, moderator_client):
    page = moderator_client.post(dialogue(waiting, "approve", open_case_of(waiting).task_state_id))
    assert page.status_code == 302
    waiting.refresh_from_db()
    assert waiting.status == GigStatus.LIVE
