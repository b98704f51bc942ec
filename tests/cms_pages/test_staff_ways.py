"""Ways of the staff around what the forms of the pages ask for: lists, choosers, previews, exports, old drafts."""

import importlib

import pytest
from django.apps import apps
from django.core.files.uploadedfile import SimpleUploadedFile
from django.test import Client
from django.urls import reverse
from django.utils.timezone import localtime
from wagtail.images.tests.utils import get_test_image_file
from wagtail.models import Page
from wagtail.rich_text import RichText

from cms_pages.checklist import stops_publishing
from cms_pages.coupons import coupon_address
from cms_pages.images import SiteImage
from cms_pages.models import FormPage, HelpFeedback, HelpPage, LandingIndexPage, StandardPage
from cms_pages.services import record_help_feedback
from marketplace.moderation.roles import EDITOR, HELP_WRITER, MARKETER
from portal.roles import ensure_roles
from tests import factories
from tests.cms_pages.test_checklist import make_topic
from tests.cms_pages.test_coupon_block import make_coupon
from tests.logins import log_in

UNDESCRIBED = {"type": "paragraph", "value": '<p><a href="/no-such-page/">没有的页面</a></p>'}
FORMULA = '=HYPERLINK("http://evil.example/","x")'


@pytest.fixture
def groups(tree) -> dict:
    return ensure_roles()


def browser_of(groups: dict, role: str) -> Client:
    user = factories.make_user(is_staff=True)
    user.groups.add(groups[role])
    client = Client()
    log_in(user, client=client)
    return client


@pytest.mark.parametrize("below", [False, True])
def test_pages_published_together_pass_the_checklist_too(groups, below: bool) -> None:
    index = LandingIndexPage.objects.get(locale__language_code="zh-hans")
    topic = make_topic(index, UNDESCRIBED)
    chosen = index if below else topic
    address = reverse("wagtail_bulk_action", args=["wagtailcore", "page", "publish"]) + f"?id={chosen.pk}"
    answer = browser_of(groups, EDITOR).post(address, {"include_descendants": "on"} if below else {}, follow=True)
    assert topic.title in answer.content.decode()
    assert not Page.objects.get(pk=topic.pk).live


def test_codes_of_coupons_are_chosen_by_who_sees_coupons(groups) -> None:
    coupon = make_coupon()
    for role, sees in ((MARKETER, True), (HELP_WRITER, False), (EDITOR, False)):
        client = browser_of(groups, role)
        for address in (
            reverse("wagtailsnippetchoosers_orders_coupon:choose"),
            reverse("wagtailsnippetchoosers_orders_coupon:choose_results"),
            reverse("wagtailsnippetchoosers_orders_coupon:chosen", args=[coupon.pk]),
        ):
            assert (coupon.code in client.get(address).content.decode()) == sees, (role, address)


def test_a_preview_and_a_starting_template_give_nobodys_coupon_away(groups) -> None:
    from cms_pages.block_examples import example
    from cms_pages.landing_templates import starting_body

    for_a_few = make_coupon("VIP", most_uses=3)
    preview = example("coupon")()
    assert preview["coupon"].pk is None
    assert coupon_address(preview["coupon"]) == ""
    assert "coupon" not in [block.block_type for block in starting_body("campaign", "zh-hans")]
    for_many = make_coupon("ALL", most_uses=5_000)
    chosen = [block.value["coupon"] for block in starting_body("campaign", "zh-hans") if block.block_type == "coupon"]
    assert chosen == [for_many] != [for_a_few]


def test_what_strangers_wrote_is_no_formula_in_an_export(groups) -> None:
    record_help_feedback(page_id=HelpPage.objects.first().pk, helpful=False, comment=FORMULA)
    client = browser_of(groups, EDITOR)
    answer = client.get(reverse("wagtailsnippets_cms_pages_helpfeedback:list"), {"export": "csv"})
    text = b"".join(answer.streaming_content).decode()
    assert "'=HYPERLINK" in text
    assert text.startswith("\ufeff")
    assert f"{localtime(HelpFeedback.objects.get().created_at):%Y-%m-%d %H:%M}\r\n" in text


@pytest.mark.django_db
def test_the_entries_of_a_form_are_exported_without_formulas() -> None:
    from marketplace.core.exports import InertExport

    assert issubclass(FormPage(title="表单").get_submissions_list_view_class(), InertExport)


def test_a_draft_of_before_keeps_the_document_that_its_page_shows(tree) -> None:
    page = StandardPage.objects.filter(locale__language_code="zh-hans").first()
    revision = page.save_revision()
    revision.content.pop("rules_document")
    revision.save()
    StandardPage.objects.filter(pk=page.pk).update(rules_document="", slug="rules")
    migration = importlib.import_module("cms_pages.migrations.0003_documents_of_pages")
    migration.name_documents(apps, None)
    page.refresh_from_db()
    assert page.rules_document == "rules"
    page.get_latest_revision_as_object().save_revision().publish()
    page.refresh_from_db()
    assert page.rules_document == "rules"


@pytest.mark.parametrize("role", [MARKETER, HELP_WRITER, EDITOR])
def test_who_writes_pages_has_pictures_for_them(groups, role: str) -> None:
    client = browser_of(groups, role)
    for name in ("wagtailimages:index", "wagtailimages:add", "wagtailimages_chooser:choose"):
        assert client.get(reverse(name)).status_code == 200, name
    file = SimpleUploadedFile("new.png", get_test_image_file().file.getvalue(), "image/png")
    client.post(reverse("wagtailimages:add"), {"title": "新的图", "file": file, "description": "一家店", "tags": ""})
    assert SiteImage.objects.filter(title="新的图", description="一家店").exists()


def test_what_a_template_leaves_open_stops_the_page(groups) -> None:
    index = LandingIndexPage.objects.get(locale__language_code="zh-hans")
    open_words = {"type": "paragraph", "value": "<p>[写清楚谁能参加]，见说明（二）。</p>"}
    (finding,) = stops_publishing(make_topic(index, open_words))
    assert "[写清楚谁能参加]" in finding.message
    article = HelpPage.objects.first()
    article.body = [("paragraph", RichText("<p>按[确定]。</p>"))]
    assert not stops_publishing(article)
