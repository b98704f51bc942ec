"""Who writes which pages, who publishes them, and what none of them sees."""

from datetime import timedelta

import pytest
from django.contrib.auth.models import Group, Permission
from django.urls import reverse
from django.utils import timezone
from wagtail.models import GroupPagePermission, Page, Workflow, WorkflowPage

from cms_pages.models import HelpIndexPage, HelpPage, HomePage, LandingIndexPage, LandingPage
from cms_pages.navigation import footer_columns
from cms_pages.tasks import publish_scheduled
from cms_pages.workflow import WORKFLOW_NAME, ensure_page_workflow
from portal.roles import ensure_roles
from tests.factories import make_user
from tests.logins import log_in

pytestmark = pytest.mark.django_db
DESCRIPTION = "开店要做的事一次备齐：招牌、菜单、海报和短视频，价格写清楚，款项由匠集托管，验收后放款。"


def staff(role: str):
    user = make_user(is_staff=True)
    user.groups.add(ensure_roles()[role])
    return user


@pytest.fixture
def home(tree) -> HomePage:
    return HomePage.objects.get(locale__language_code="zh-hans")


@pytest.fixture
def topics(tree) -> LandingIndexPage:
    return LandingIndexPage.objects.get(locale__language_code="zh-hans")


def form_of(page, **changes):
    """What the editor sends for a page of a campaign with one block of text."""
    data = {
        "title": "开业季",
        "slug": "opening",
        "summary": "",
        "image": "",
        "body-count": "1",
        "body-0-deleted": "",
        "body-0-order": "0",
        "body-0-type": "paragraph",
        "body-0-id": "",
        "body-0-value": '{"blocks":[{"key":"a","text":"先付到托管，验收后放款。","type":"unstyled","depth":0,'
        '"inlineStyleRanges":[],"entityRanges":[]}],"entityMap":{}}',
        "seo_title": "",
        "search_description": DESCRIPTION,
        "social_image": "",
        "comments-TOTAL_FORMS": "0",
        "comments-INITIAL_FORMS": "0",
        "comments-MIN_NUM_FORMS": "0",
        "comments-MAX_NUM_FORMS": "1000",
        **changes,
    }
    return data


def submit(client, topics, **changes):
    address = reverse("wagtailadmin_pages:add", args=["cms_pages", "landingpage", topics.pk])
    return client.post(address, form_of(topics, **changes))


def test_a_marketer_writes_everywhere_and_publishes_nowhere(home):
    rights = home.permissions_for_user(staff("marketer"))
    assert (rights.can_edit(), rights.can_add_subpage()) == (True, True)
    assert (rights.can_publish(), rights.can_delete(), rights.can_unpublish()) == (False, False, False)


def test_an_editor_publishes_moves_and_removes(home):
    page = LandingPage.objects.filter(locale__language_code="zh-hans").first()
    rights = page.permissions_for_user(staff("editor"))
    assert all(
        (rights.can_edit(), rights.can_publish(), rights.can_unpublish(), rights.can_delete(), rights.can_move())
    )


def test_a_help_writer_writes_in_the_help_centre_alone(home, topics):
    writer = staff("help writer")
    article = HelpPage.objects.filter(locale__language_code="zh-hans").first()
    assert article.permissions_for_user(writer).can_edit()
    assert not article.permissions_for_user(writer).can_publish()
    for page in (home, topics):
        assert not page.permissions_for_user(writer).can_edit()
        assert not page.permissions_for_user(writer).can_add_subpage()
    client = log_in(writer)
    assert client.get(reverse("wagtailadmin_pages:edit", args=[article.pk])).status_code == 200
    assert client.get(reverse("wagtailadmin_pages:edit", args=[home.pk])).status_code == 302


def test_a_help_centre_made_in_the_admin_has_its_writers(home):
    ensure_roles()
    HelpIndexPage.objects.filter(locale=home.locale).get().delete()
    data = form_of(home, title="帮助", slug="bangzhu", intro="")
    address = reverse("wagtailadmin_pages:add", args=["cms_pages", "helpindexpage", home.pk])
    assert log_in(staff("editor")).post(address, {**data, "action-publish": "1"}).status_code == 302
    made = HelpIndexPage.objects.get(slug="bangzhu")
    assert made.permissions_for_user(staff("help writer")).can_edit()


@pytest.mark.parametrize("role", ["marketer", "editor", "help writer"])
def test_none_of_them_sees_money_people_or_the_platforms_rules(role):
    user = staff(role)
    held = {f"{one.content_type.app_label}.{one.codename}" for one in Permission.objects.filter(group__user=user)}
    rooms = {name.partition(".")[0] for name in held}
    assert rooms <= {
        "wagtailadmin", "cms_pages", "gigs", "discovery", "orders", "wagtail_localize", "wagtailredirects", "wagtaildocs",
    }  # fmt: skip
    assert {name for name in held if name.startswith(("orders.", "gigs."))} <= {
        "orders.view_coupon", "orders.add_coupon", "orders.change_coupon", "gigs.view_gigcategory", "gigs.change_gigcategory",
    }  # fmt: skip
    client = log_in(user)
    for address in ("/admin/users/", "/admin/people/", "/admin/payouts/", "/admin/disputes/", "/admin/groups/"):
        assert client.get(address).status_code in (302, 403), address


def test_what_the_release_before_gave_marketers_is_taken_back():
    marketer = ensure_roles()["marketer"]
    root = Page.get_first_root_node()
    publish = Permission.objects.get(content_type__app_label="wagtailcore", codename="publish_page")
    GroupPagePermission.objects.create(group=marketer, page=root, permission=publish)
    marketer.permissions.add(Permission.objects.get(codename="change_sitesettings"))
    ensure_roles()
    assert not marketer.page_permissions.filter(permission=publish).exists()
    assert not marketer.permissions.filter(codename="change_sitesettings").exists()


def test_all_pages_have_the_workflow_and_what_operators_chose_stays():
    root = Page.get_first_root_node()
    assert WorkflowPage.objects.get(page=root).workflow.name == WORKFLOW_NAME
    own = Workflow.objects.create(name="自家流程")
    WorkflowPage.objects.filter(page=root).update(workflow=own)
    ensure_page_workflow(editors=Group.objects.get(name="editor"))
    assert WorkflowPage.objects.get(page=root).workflow == own


def test_a_page_goes_from_a_draft_over_an_editor_to_the_site(topics):
    marketer, editor = log_in(staff("marketer")), log_in(staff("editor"))
    assert submit(marketer, topics).status_code == 302
    page = LandingPage.objects.get(slug="opening")
    assert not page.live
    edit = reverse("wagtailadmin_pages:edit", args=[page.pk])
    assert marketer.post(edit, {**form_of(page), "action-publish": "1"}).status_code == 302
    page.refresh_from_db()
    assert not page.live  # the button is not theirs, so it was saved
    assert marketer.post(edit, {**form_of(page), "action-submit": "1"}).status_code == 302
    page.refresh_from_db()
    assert page.workflow_in_progress
    assert page.title in editor.get(reverse("wagtailadmin_home")).content.decode()
    task = page.current_workflow_task_state
    refuse = reverse("wagtailadmin_pages:workflow_action", args=[page.pk, "reject", task.pk])
    assert editor.post(refuse, {"comment": "标题再短一点"}).status_code == 302
    assert "标题再短一点" in marketer.get(edit).content.decode()
    assert marketer.post(edit, {**form_of(page, title="开业"), "action-submit": "1"}).status_code == 302
    page = LandingPage.objects.get(pk=page.pk)
    approve = reverse(
        "wagtailadmin_pages:workflow_action", args=[page.pk, "approve", page.current_workflow_task_state.pk]
    )
    assert editor.post(approve, {"comment": ""}).status_code == 302
    page = LandingPage.objects.get(pk=page.pk)
    assert (page.live, page.title) == (True, "开业")


def test_a_page_with_a_forbidden_word_is_saved_but_neither_handed_in_nor_lost(topics):
    marketer = log_in(staff("marketer"))
    refused = submit(marketer, topics, summary="全国第一的开店方案", **{"action-submit": "1"})
    assert refused.status_code == 200
    text = refused.content.decode()
    assert "全国第一的开店方案" in text
    assert "广告法" in text
    assert not LandingPage.objects.filter(slug="opening").exists()
    assert submit(marketer, topics, summary="全国第一的开店方案").status_code == 302
    page = LandingPage.objects.get(slug="opening")
    shown = marketer.get(reverse("wagtailadmin_pages:edit", args=[page.pk])).content.decode()
    assert 'data-check="forbidden_word"' in shown


def test_a_page_is_published_and_taken_down_at_its_time(topics, monkeypatch):
    editor, now = log_in(staff("editor")), timezone.now()
    times = {
        name: f"{timezone.localtime(now) + timedelta(days=days):%Y-%m-%d %H:%M}"
        for name, days in (("go_live_at", 1), ("expire_at", 2))
    }
    assert submit(editor, topics, **times, **{"action-publish": "1"}).status_code == 302
    states = []
    for days in (0, 1, 2):
        monkeypatch.setattr(timezone, "now", lambda days=days: now + timedelta(days=days, minutes=1))
        publish_scheduled()
        states.append(LandingPage.objects.get(slug="opening").live)
    assert states == [False, True, False]


def test_the_footer_forgets_a_page_that_the_clock_took_down(home):
    def titles():
        return {text for _title, links in footer_columns() for text, _address in links}

    child = Page.objects.child_of(home).filter(title__in=titles()).first()
    Page.objects.filter(pk=child.pk).update(expire_at=timezone.now() - timedelta(minutes=1))
    publish_scheduled()
    assert child.title not in titles()


def test_the_preview_has_the_width_of_a_phone_a_tablet_and_a_desktop(topics):
    assert [size["device_width"] for size in topics.preview_sizes] == [360, 768, 1280]


def test_the_report_tells_what_to_mend_and_only_of_ones_own_pages(topics):
    editor = log_in(staff("editor"))
    submit(editor, topics, search_description="", **{"action-publish": "1"})
    report = editor.get(reverse("content_report")).content.decode()
    assert "开业季" in report
    assert "没有描述" in report or "no description" in report
    filtered = editor.get(reverse("content_report"), {"no_description": "true"}).content.decode()
    assert "开业季" in filtered
    writer = log_in(staff("help writer")).get(reverse("content_report")).content.decode()
    assert "开业季" not in writer
    assert HelpPage.objects.filter(locale=topics.locale).first().title in writer
    assert log_in(staff("support")).get(reverse("content_report")).status_code == 302


@pytest.mark.parametrize("ending", ["csv", "xlsx"])
def test_the_report_is_a_sheet_too(topics, ending):
    editor = log_in(staff("editor"))
    answer = editor.get(reverse("content_report"), {"export": ending})
    assert answer.status_code == 200
    content = b"".join(answer.streaming_content) if answer.streaming else answer.content
    assert len(content) > 500
    if ending == "csv":
        assert HomePage.objects.first().title in content.decode()
