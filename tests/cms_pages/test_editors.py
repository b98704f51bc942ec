"""Who writes, who publishes: the groups of the pages, their sections, and the workflow that joins them."""

from datetime import timedelta
from pathlib import Path

import pytest
from django.test import Client
from django.urls import reverse
from wagtail.models import Page, Workflow, WorkflowPage

from cms_pages.demo_pages import build_demo_site
from cms_pages.models import (
    CategoryPage,
    HelpIndexPage,
    HelpPage,
    HomePage,
    LandingIndexPage,
    LandingPage,
    StandardPage,
)
from cms_pages.navigation import footer_columns
from cms_pages.tasks import publish_scheduled_pages
from marketplace.accounts.models import User
from marketplace.core.clock import now
from marketplace.moderation.roles import EDITOR, HELP_WRITER, MARKETER, PAGE_ROLES
from portal.roles import ensure_roles
from tests import factories
from tests.cms_pages.test_checklist import make_topic, simple_form
from tests.logins import log_in


@pytest.fixture
def groups(tree) -> dict:
    return ensure_roles()


def staff(groups: dict, role: str) -> User:
    user = factories.make_user(is_staff=True)
    user.groups.add(groups[role])
    return user


@pytest.fixture
def marketer(groups) -> User:
    return staff(groups, MARKETER)


@pytest.fixture
def editor(groups) -> User:
    return staff(groups, EDITOR)


@pytest.fixture
def topic(groups) -> LandingPage:
    return make_topic(LandingIndexPage.objects.get(locale__language_code="zh-hans"))


def chinese(model: type[Page]) -> Page:
    return model.objects.filter(locale__language_code="zh-hans").first()


def may(user: User, page: Page) -> tuple[bool, bool, bool]:
    """Whether somebody may edit the page, put pages below it, publish it."""
    permissions = page.permissions_for_user(User.objects.get(pk=user.pk))
    return permissions.can_edit(), permissions.can_add_subpage(), permissions.can_publish()


def test_each_writer_has_a_section_and_only_the_editor_publishes(groups, marketer, editor, topic) -> None:
    helper = staff(groups, HELP_WRITER)
    assert may(marketer, topic) == (True, False, False)
    assert may(marketer, topic.get_parent().specific) == (True, True, False)
    assert may(marketer, chinese(CategoryPage)) == (True, False, False)
    for model in (HelpPage, HelpIndexPage, StandardPage, HomePage):
        assert may(marketer, chinese(model)) == (False, False, False), model
    assert may(helper, chinese(HelpIndexPage)) == (True, True, False)
    assert may(helper, chinese(HelpPage)) == (True, False, False)
    for model in (LandingIndexPage, CategoryPage, StandardPage, HomePage):
        assert may(helper, chinese(model)) == (False, False, False), model
    for page in Page.objects.filter(depth__gt=1).specific():
        edits, _adds, publishes = may(editor, page)
        assert edits, page
        assert publishes, page


def test_marketers_who_could_publish_everywhere_can_no_longer(marketer, groups) -> None:
    from django.contrib.auth.models import Permission
    from wagtail.models import GroupPagePermission

    root = Page.get_first_root_node()
    permission = Permission.objects.get(content_type__app_label="wagtailcore", codename="publish_page")
    GroupPagePermission.objects.create(group=groups[MARKETER], page=root, permission=permission)
    ensure_roles()
    ensure_roles()
    assert not groups[MARKETER].page_permissions.filter(page=root).exists()
    assert groups[MARKETER].page_permissions.filter(page=chinese(LandingIndexPage)).count() == 3


def test_a_section_that_begins_in_a_third_place_belongs_to_its_group_once_it_is_live(groups, marketer) -> None:
    category = chinese(CategoryPage)
    groups[MARKETER].page_permissions.filter(page=category).delete()
    assert may(marketer, category) == (False, False, False)
    category.save_revision().publish()
    assert may(marketer, category) == (True, False, False)


CLOSED = (
    "/admin/people/",
    "/admin/users/",
    "/admin/groups/",
    "/admin/sites/",
    "/admin/workflows/list/",
    "/admin/snippets/orders/order/",
    "/admin/snippets/payments/payment/",
    "/admin/snippets/ledger/transaction/",
    "/admin/snippets/accounts/userprofile/",
    "/admin/config/",
    "/admin/flags/",
)


@pytest.mark.parametrize("role", [MARKETER, *PAGE_ROLES])
def test_nobody_of_the_pages_sees_money_people_or_the_platforms_settings(groups, role) -> None:
    user = staff(groups, role)
    client = log_in(user)
    opened = [path for path in CLOSED if client.get(path).status_code == 200]
    assert opened == []
    names = {
        name for name in user.get_all_permissions() if name.split(".")[0] in {"ledger", "payments", "accounts", "core"}
    }
    assert names == set()
    assert client.get("/admin/pages/").status_code == 200


def test_pages_that_the_demo_makes_belong_to_the_roles_that_were_there_before(
    categories, gigs, small_data: Path, tmp_path: Path
) -> None:
    client, user = Client(), staff(ensure_roles(), MARKETER)
    log_in(user, client=client)
    build_demo_site(
        data_directory=small_data, media_directory=tmp_path, categories=categories, progress=lambda line: None
    )
    topics = chinese(LandingIndexPage)
    assert client.get(reverse("wagtailadmin_explore", args=[topics.pk])).status_code == 200
    assert client.get(reverse("wagtailadmin_pages:edit", args=[chinese(HelpPage).pk])).status_code == 302


def test_the_workflow_stands_on_the_whole_tree_once(groups) -> None:
    ensure_roles()
    on_root = WorkflowPage.objects.get(page=Page.get_first_root_node())
    assert on_root.workflow.name == "页面审核"
    assert Workflow.objects.filter(name="页面审核").count() == 1
    assert chinese(HelpPage).get_workflow() == on_root.workflow


def test_what_operators_put_on_the_root_stays(groups) -> None:
    other = Workflow.objects.create(name="法务审核")
    WorkflowPage.objects.filter(page=Page.get_first_root_node()).update(workflow=other)
    ensure_roles()
    assert WorkflowPage.objects.get(page=Page.get_first_root_node()).workflow == other


def edit(client: Client, page: Page, **fields) -> None:
    address = reverse("wagtailadmin_pages:edit", args=[page.pk])
    answer = client.post(
        address, simple_form(page) | {"seo_title": "开店季", "search_description": "两周开店"} | fields
    )
    assert answer.status_code == 302, answer.context["form"].errors


def approve(client: Client, page: Page):
    state = page.current_workflow_task_state
    return client.post(reverse("wagtailadmin_pages:workflow_action", args=[page.pk, "approve", state.pk]))


def test_a_marketer_submits_an_editor_approves_and_it_is_live(marketer, editor, topic, client) -> None:
    writer, approver = log_in(marketer), log_in(editor)
    edit(writer, topic, **{"action-publish": "1"})
    topic.refresh_from_db()
    assert not topic.live
    edit(writer, topic, **{"action-submit": "1"})
    topic = LandingPage.objects.get(pk=topic.pk)
    assert topic.workflow_in_progress
    assert topic.get_lock().for_user(marketer)
    assert not topic.get_lock().for_user(editor)
    assert topic.title in approver.get("/admin/").content.decode()
    approve(approver, topic)
    topic = LandingPage.objects.get(pk=topic.pk)
    assert topic.live
    assert client.get(topic.url).status_code == 200


def test_an_editor_asks_for_changes_and_the_marketer_sees_why(marketer, editor, topic) -> None:
    writer, approver = log_in(marketer), log_in(editor)
    edit(writer, topic, **{"action-submit": "1"})
    topic = LandingPage.objects.get(pk=topic.pk)
    state = topic.current_workflow_task_state
    approver.post(
        reverse("wagtailadmin_pages:workflow_action", args=[topic.pk, "reject", state.pk]), {"comment": "标题太长"}
    )
    topic = LandingPage.objects.get(pk=topic.pk)
    assert not topic.live
    assert not topic.workflow_in_progress
    assert topic.get_lock() is None
    assert "标题太长" in writer.get(reverse("wagtailadmin_pages:edit", args=[topic.pk])).content.decode()


def test_what_the_checklist_stops_cannot_be_approved(marketer, editor, topic, image) -> None:
    image.description = ""
    image.save()
    topic.body = [{"type": "image", "value": {"image": image.pk, "caption": ""}}]
    topic.save_revision()
    topic.get_workflow().start(topic, marketer)
    approver = log_in(editor)
    assert approve(approver, LandingPage.objects.get(pk=topic.pk)).status_code in (302, 403)
    topic = LandingPage.objects.get(pk=topic.pk)
    assert topic.workflow_in_progress
    # Nor by the form of the editor, which takes the action along with the content.
    topic.current_workflow_task.on_action(topic.current_workflow_task_state, editor, "approve")
    assert not LandingPage.objects.get(pk=topic.pk).live
    image.description = "一家小店"
    image.save()
    approve(approver, LandingPage.objects.get(pk=topic.pk))
    assert LandingPage.objects.get(pk=topic.pk).live


def test_an_approved_page_waits_for_its_time_and_leaves_at_its_end(marketer, editor, topic, client) -> None:
    topic.go_live_at, topic.expire_at = now() + timedelta(hours=1), now() + timedelta(days=1)
    topic.save_revision()
    topic.get_workflow().start(topic, marketer)
    approve(log_in(editor), LandingPage.objects.get(pk=topic.pk))
    topic = LandingPage.objects.get(pk=topic.pk)
    assert not topic.live
    assert topic.approved_schedule
    publish_scheduled_pages()
    assert not LandingPage.objects.get(pk=topic.pk).live
    past = now() - timedelta(minutes=1)
    approved = topic.scheduled_revision
    approved.approved_go_live_at, approved.content["go_live_at"] = past, past.isoformat()
    approved.save()
    publish_scheduled_pages()
    publish_scheduled_pages()
    topic = LandingPage.objects.get(pk=topic.pk)
    assert topic.live
    assert client.get(topic.url).status_code == 200
    LandingPage.objects.filter(pk=topic.pk).update(expire_at=past)
    publish_scheduled_pages()
    assert client.get(topic.url).status_code == 404


def test_the_footer_knows_at_once_what_the_clock_published(groups) -> None:
    page = chinese(StandardPage)
    page.show_in_menus = True
    page.title = "新的规则页"
    assert "新的规则页" not in str(footer_columns())
    page.save_revision().publish()
    assert "新的规则页" in str(footer_columns())


def test_pages_preview_at_the_widths_of_a_phone_a_tablet_and_a_desktop(tree) -> None:
    assert [size["device_width"] for size in chinese(HomePage).preview_sizes] == [360, 768, 1280]


def test_comments_and_locks_are_there_for_the_writer(marketer, topic) -> None:
    client = log_in(marketer)
    page = client.get(reverse("wagtailadmin_pages:edit", args=[topic.pk])).content.decode()
    assert "comments" in page
    client.post(reverse("wagtailadmin_pages:lock", args=[topic.pk]))
    assert LandingPage.objects.get(pk=topic.pk).locked_by == marketer


def test_the_content_report_shows_and_exports_what_the_reader_may_edit(marketer, editor, topic) -> None:
    address = reverse("cms_content_report")
    for_marketer = log_in(marketer).get(address).content.decode()
    assert topic.title in for_marketer
    assert chinese(HelpPage).title not in for_marketer
    exported = b"".join(log_in(editor).get(address, {"export": "csv"}).streaming_content).decode("utf-8-sig")
    [row] = [line for line in exported.splitlines() if line.startswith(topic.title)]
    assert row.endswith(",0,1,1,0,0,0,0")
    assert chinese(HelpPage).title in exported
    answer = log_in(editor).get(address, {"export": "xlsx"})
    assert answer["Content-Type"].endswith("spreadsheetml.sheet")


def test_who_edits_no_page_gets_no_report(groups) -> None:
    assert log_in(staff(groups, "finance")).get(reverse("cms_content_report")).status_code == 302


def test_a_filing_number_links_to_its_entry_and_must_look_like_one(tree, client) -> None:
    from django.core.exceptions import ValidationError

    from cms_pages.models import SiteSettings

    settings = SiteSettings.objects.get()
    settings.police_number = "浙公网安备 33010802000001号"
    settings.full_clean()
    settings.save()
    page = client.get("/").content.decode()
    assert "https://beian.mps.gov.cn/#/query/webSearch?code=33010802000001" in page
    settings.icp_number = "12345"
    with pytest.raises(ValidationError):
        settings.full_clean()
