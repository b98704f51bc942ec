"""The pages of the wizard: by its buttons alone, and as it saves itself with script."""

import re

import pytest
from django.urls import reverse

from marketplace.core.config import set_config
from marketplace.gigs import services
from marketplace.gigs.models import Gig, GigPart, ReviewReason
from marketplace.gigs.review_selectors import open_case_of
from marketplace.gigs.reviewing import ensure_gig_workflow
from marketplace.gigs.states import GigStatus
from tests.factories import make_attribute, make_category, make_moderator, make_seller
from tests.gigs.content import content, picture
from tests.gigs.test_drafts import latest
from tests.gigs.test_review import judge

HTMX = {"HX-Request": "true"}


def address(gig, step):
    return reverse("gigs:step", args=[gig.pk, step])


def mark_on(page: str) -> str:
    return re.search(r'name="revision" value="([^"]*)"', page)[1]


def rows(name, *filled, initial=0):
    """A formset with these rows, as the browser posts it."""
    data = {f"{name}-TOTAL_FORMS": str(len(filled)), f"{name}-INITIAL_FORMS": str(initial)}
    for number, row in enumerate(filled):
        data |= {f"{name}-{number}-{field}": value for field, value in row.items()}
    return data


def overview(category="", **changes):
    return {
        "title": "餐饮茶饮品牌LOGO 手绘",
        "category": getattr(category, "pk", ""),
        "tags": "茶饮，手绘 原创",
        **changes,
    }


def packages(**changes):
    data = {
        "package-basic-title": "先把招牌立起来",
        "package-basic-description": "一个方向",
        "package-basic-price_fen": "1,280.50",
        "package-basic-delivery_days": "5",
        "package-basic-revisions": "2",
        **rows("features", {"label": "原创方案", "basic": "1个"}),
        **rows("extras", {"title": "加急", "price_fen": "200", "extra_days": "-2"}),
    }
    for tier in ("standard", "premium"):
        data |= {f"package-{tier}-delivery_days": "7", f"package-{tier}-revisions": "2"}
    return data | changes


@pytest.fixture
def category(db):
    return make_category(parent=make_category())


@pytest.fixture
def gig(seller):
    return services.create_gig(seller=seller, content=content())


def post(client, gig, step, data, **kwargs):
    """A form of the page as it stands now."""
    page = client.get(address(gig, step)).content.decode()
    return client.post(address(gig, step), {**data, "revision": mark_on(page)}, **kwargs)


def test_from_an_empty_form_to_a_submission_by_buttons_alone(seller_client, seller, category):
    response = seller_client.post(reverse("gigs:create"), overview(category))
    gig = Gig.objects.get(seller=seller)
    assert response.url == address(gig, "packages")
    assert post(seller_client, gig, "packages", packages()).url == address(gig, "description")
    described = {
        "description": "先听你讲店是怎么来的，再动笔。" * 5,
        **rows("faqs", {"question": "多久？", "answer": "五天。"}),
    }
    assert post(seller_client, gig, "description", described).url == address(gig, "requirements")
    needed = rows("needs", {"prompt": "店名", "kind": "choice", "choices": "甲，乙"})
    assert post(seller_client, gig, "requirements", needed).url == address(gig, "gallery")
    assert post(
        seller_client, gig, "gallery", {"gallery-present": "1", "gallery-files": [picture()], "next": "1"}
    ).url == address(gig, "publish")
    assert seller_client.get(address(gig, "publish")).context["wizard"].completeness.missing == []
    assert seller_client.post(reverse("gigs:submit", args=[gig.pk])).url == reverse("gigs:desk_list")
    written = latest(gig)
    assert (written.category, written.tags, written.packages[0].price_fen) == (
        category,
        ("茶饮", "手绘", "原创"),
        128_050,
    )
    assert (written.extras[0].price_fen, written.features[0].values) == (20_000, ("1个",))
    assert written.requirements[0].choices == ("甲", "乙")
    assert written.pictures[0].name.endswith(".webp")
    assert Gig.objects.get(pk=gig.pk).status == GigStatus.IN_REVIEW


def test_one_comes_back_to_where_something_is_missing(seller_client, seller, category):
    seller_client.post(reverse("gigs:create"), overview(category) | {"leave": "1"})
    gig = Gig.objects.get(seller=seller)
    assert seller_client.get(reverse("gigs:edit", args=[gig.pk])).url == address(gig, "packages")
    page = seller_client.get(address(gig, "overview")).content.decode()
    assert "餐饮茶饮品牌LOGO 手绘" in page
    assert "茶饮 手绘 原创" in page


def test_what_is_stored_stays_when_a_form_is_sent_unchanged(seller_client, gig):
    """Rows that did not change are rows all the same."""
    faqs = rows("faqs", {"question": "多久？", "answer": "五天。"}, {"question": "", "answer": ""})
    post(seller_client, gig, "description", {"description": "介" * 80, **faqs})
    again = rows("faqs", {"question": "多久？", "answer": "五天。"}, {"question": "", "answer": ""}, initial=1)
    post(seller_client, gig, "description", {"description": "介" * 80, **again})
    assert [faq.question for faq in latest(gig).faqs] == ["多久？"]
    removed = rows("faqs", {"question": "多久？", "answer": "五天。", "DELETE": "on"}, initial=1)
    post(seller_client, gig, "description", {"description": "介" * 80, **removed})
    assert latest(gig).faqs == ()


def test_what_cannot_be_kept_stands_at_its_field_and_nothing_typed_is_lost(seller_client, gig):
    before = latest(gig)
    wrong = {
        "package-basic-price_fen": "很便宜",
        "package-premium-price_fen": "3",
        "package-basic-title": "打了很久的名称",
    }
    response = post(seller_client, gig, "packages", packages(**wrong))
    assert response.status_code == 422
    notes = response.context["wizard"].notes
    assert notes["package-basic-price_fen"].errors
    assert notes["package-premium-price_fen"].errors
    page = response.content.decode()
    assert "很便宜" in page
    assert "打了很久的名称" in page
    assert latest(gig) == before


def test_it_saves_itself_and_answers_with_what_is_around_the_fields(seller_client, seller, category):
    response = seller_client.post(reverse("gigs:create"), overview(category, title="全城最佳"), headers=HTMX)
    gig = Gig.objects.get(seller=seller)
    assert response.headers["HX-Replace-Url"] == address(gig, "overview")
    answer = response.content.decode()
    assert "已自动保存" in answer
    assert "第九条" in answer
    assert re.search(r'name="reword" value="title\|2"[^>]*data-better="出色"', answer)
    assert 'name="title"' not in answer  # a field is never swapped away from under somebody's hands
    # On and on, with the mark of each answer: one revision.
    for title in ("全城最佳标志", "全城出色标志"):
        sent = overview(category, title=title, revision=mark_on(answer), attributes_for=category.pk)
        answer = seller_client.post(address(gig, "overview"), sent, headers=HTMX).content.decode()
    assert latest(gig).title == "全城出色标志"
    assert "第九条" not in answer
    assert gig.revisions.count() == 1


def test_an_empty_form_makes_no_draft_by_itself(seller_client, seller):
    seller_client.post(reverse("gigs:create"), {"title": "", "tags": "", "language": "zh-hans"}, headers=HTMX)
    assert not Gig.objects.exists()


def test_by_itself_it_keeps_what_is_in_order_and_says_what_is_not(seller_client, gig):
    page = seller_client.get(address(gig, "packages")).content.decode()
    sent = packages(**{"package-basic-title": "新的名称", "package-basic-price_fen": "贵", "revision": mark_on(page)})
    answer = seller_client.post(address(gig, "packages"), sent, headers=HTMX).content.decode()
    assert (latest(gig).packages[0].title, latest(gig).packages[0].price_fen) == ("新的名称", 68_000)
    notes = re.search(r'id="notes-package-basic-price_fen".*?(?=<div id="notes-|\Z)', answer, re.S)[0]
    assert "field__error" in notes


def test_leaving_a_field_unchanged_saves_nothing(seller_client, gig):
    page = seller_client.get(address(gig, "description")).content.decode()
    sent = {"description": latest(gig).description, **rows("faqs", {}), "revision": mark_on(page)}
    answer = seller_client.post(address(gig, "description"), sent, headers=HTMX).content.decode()
    assert mark_on(answer) == mark_on(page)


@pytest.mark.parametrize("headers", [HTMX, {}])
def test_a_second_window_is_told_that_it_is_behind(seller_client, gig, headers):
    behind = mark_on(seller_client.get(address(gig, "overview")).content.decode())
    category = Gig.objects.get(pk=gig.pk).category
    post(seller_client, gig, "overview", overview(category, title="第一个窗口里写的"))
    sent = overview(category, title="第二个窗口里写的", revision=behind)
    response = seller_client.post(address(gig, "overview"), sent, headers=headers)
    page = response.content.decode()
    assert latest(gig).title == "第一个窗口里写的"
    assert "在另一个窗口" in page
    assert "第二个窗口里写的" in page
    assert response.status_code == (200 if headers else 422)
    # The mark that was sent: with the new one the next press would write over the other window unasked.
    assert mark_on(page) == behind
    seller_client.post(address(gig, "overview"), sent, headers=headers)
    assert latest(gig).title == "第一个窗口里写的"
    over = re.search(r'name="over" value="([^"]+)"', page)[1]
    seller_client.post(address(gig, "overview"), sent | {"over": over})
    assert latest(gig).title == "第二个窗口里写的"


def window_on(page: str) -> str:
    return re.search(r'name="window" value="([^"]*)"', page)[1]


@pytest.mark.parametrize("headers", [HTMX, {}])
def test_a_save_whose_answer_was_lost_and_comes_again_is_the_same_draft(seller_client, seller, category, headers):
    window = window_on(seller_client.get(reverse("gigs:create")).content.decode())
    sent = overview(category, window=window, revision="")
    seller_client.post(reverse("gigs:create"), sent, headers=headers)
    answer = seller_client.post(reverse("gigs:create"), sent | {"title": "接着写的标题"}, headers=headers)
    gig = Gig.objects.get(seller=seller)
    assert latest(gig).title == "接着写的标题"
    if headers:
        assert answer.headers["HX-Replace-Url"] == address(gig, "overview")
    another = window_on(seller_client.get(reverse("gigs:create")).content.decode())
    seller_client.post(reverse("gigs:create"), sent | {"window": another}, headers=headers)
    assert Gig.objects.filter(seller=seller).count() == 2


def test_a_window_is_not_behind_its_own_lost_answer_but_behind_anybody_else_s(seller_client, gig):
    page = seller_client.get(address(gig, "overview")).content.decode()
    category = Gig.objects.get(pk=gig.pk).category
    sent = overview(category, window=window_on(page), revision=mark_on(page))
    seller_client.post(address(gig, "overview"), sent | {"title": "第一次，回答丢了"}, headers=HTMX)
    seller_client.post(address(gig, "overview"), sent | {"title": "又写了几个字"}, headers=HTMX)
    assert latest(gig).title == "又写了几个字"
    post(seller_client, gig, "overview", overview(category, title="另一个窗口"))
    seller_client.post(address(gig, "overview"), sent | {"title": "这时就晚了"}, headers=HTMX)
    assert latest(gig).title == "另一个窗口"


def test_another_seller_s_window_leads_nowhere(seller_client, gig, client):
    window = window_on(seller_client.get(address(gig, "overview")).content.decode())
    category = Gig.objects.get(pk=gig.pk).category
    post(seller_client, gig, "overview", overview(category, window=window))
    other = make_seller()
    client.force_login(other, backend="django.contrib.auth.backends.ModelBackend")
    client.post(reverse("gigs:create"), overview(category, window=window, title="别人的窗口", revision=""))
    assert Gig.objects.get(seller=other).get_latest_revision_as_object().title == "别人的窗口"


def test_the_better_wording_is_taken_by_a_button_without_script(seller_client, gig):
    category = Gig.objects.get(pk=gig.pk).category
    sent = overview(category, title="全城最佳的茶饮标志", reword="title|2")
    assert post(seller_client, gig, "overview", sent).url == address(gig, "overview")
    assert latest(gig).title == "全城出色的茶饮标志"


def test_attributes_follow_the_category(seller_client, seller, category):
    make_attribute(category, "style", "plain", "bold", is_required=True)
    response = seller_client.post(reverse("gigs:create"), overview(category))
    gig = Gig.objects.get(seller=seller)
    # Without script they stand on the same step after the save.
    assert response.url == address(gig, "overview")
    assert "bold名" in seller_client.get(response.url).content.decode()
    answered = {**overview(category), "attributes_for": category.pk, "attribute-style": ["bold"]}
    assert post(seller_client, gig, "overview", answered).url == address(gig, "packages")
    assert latest(gig).attributes == {"style": ["bold"]}
    # With script they come at once, and the answers to others go.
    other = make_category(parent=make_category())
    make_attribute(other, "voice", "low")
    changed = {**answered, "category": other.pk}
    answer = post(seller_client, gig, "overview", changed, headers=HTMX).content.decode()
    assert "low名" in answer
    assert latest(gig).attributes == {}


def test_at_the_limit_the_way_out_is_shown_instead_of_a_form(seller_client, seller, category):
    set_config(key="gigs.limit_new", value=1, reason="test")
    services.create_gig(seller=seller, content=content())
    page = seller_client.get(reverse("gigs:create")).content.decode()
    assert 'name="title"' not in page
    assert reverse("gigs:desk_list") in page
    # Somebody who had the form open keeps what was typed.
    response = seller_client.post(reverse("gigs:create"), overview(category))
    assert response.status_code == 422
    assert "餐饮茶饮品牌LOGO 手绘" in response.content.decode()
    assert Gig.objects.count() == 1


def test_in_review_every_step_can_be_read_and_taken_back(seller_client, seller, gig):
    make_moderator()
    ensure_gig_workflow()
    services.submit_gig(gig_id=gig.pk, seller=seller)
    assert seller_client.get(reverse("gigs:edit", args=[gig.pk])).url == address(gig, "publish")
    for step in ("overview", "packages", "description", "requirements", "gallery", "publish"):
        page = seller_client.get(address(gig, step)).content.decode()
        assert reverse("gigs:withdraw", args=[gig.pk]) in page
        assert 'name="next"' not in page
        assert "data-autosave" not in page
    response = post(seller_client, gig, "overview", overview(title="打了很久的新标题"))
    assert response.status_code == 422
    assert "打了很久的新标题" in response.content.decode()
    seller_client.post(reverse("gigs:withdraw", args=[gig.pk]))
    assert Gig.objects.get(pk=gig.pk).status == GigStatus.DRAFT


def test_the_moderator_s_words_stand_above_every_step(client, seller_client, seller, gig):
    moderator = make_moderator()
    ensure_gig_workflow()
    judge(client, services.submit_gig(gig_id=gig.pk, seller=seller), moderator, "reject", "封面有水印。")
    for step in ("overview", "gallery", "publish"):
        assert "封面有水印。" in seller_client.get(address(gig, step)).content.decode()


@pytest.fixture
def sent_back(client, seller, gig):
    """A gig with reasons about the title, the packages, the gallery and the whole."""
    moderator = make_moderator()
    ensure_gig_workflow()
    for code, part in (
        ("Y1", GigPart.TITLE),
        ("Y2", GigPart.PACKAGES),
        ("Y3", GigPart.PICTURES),
        ("Y4", GigPart.WHOLE),
    ):
        ReviewReason.objects.create(
            code=code, part=part, label=f"毛病{code}", label_en=code, advice=f"办法{code}", advice_en=f"do {code}"
        )
    services.submit_gig(gig_id=gig.pk, seller=seller)
    task_state = open_case_of(gig).task_state_id
    services.send_back(task_state_id=task_state, moderator=moderator, codes=["Y1", "Y2", "Y3", "Y4"], words="请修改。")
    return gig


PLACES = {
    "overview": ("Y1", "remark-title"),
    "packages": ("Y2", "remark-packages"),
    "gallery": ("Y3", "remark-pictures"),
}


@pytest.mark.parametrize("step", PLACES)
def test_a_moderator_s_reason_stands_at_the_part_it_is_about_and_nowhere_else(seller_client, sent_back, step):
    page = seller_client.get(address(sent_back, step)).content.decode()
    code, place = PLACES[step]
    advice = re.findall(r"办法(Y\d)", page)
    assert sorted(advice) == sorted([code, "Y4"])  # what is about the whole stands above every step
    assert page.count(f'id="{place}"') == 1
    described = re.findall(r'aria-describedby="([^"]*)"', page)
    assert [ids for ids in described if place in ids.split()] != []
    # From every step a link leads to each of the parts, on this page or on another.
    for other, (_code, anchor) in PLACES.items():
        assert f'href="{"" if other == step else address(sent_back, other)}#{anchor}"' in page


def test_the_field_keeps_its_help_beside_the_reason(seller_client, sent_back):
    page = seller_client.get(address(sent_back, "overview")).content.decode()
    title = re.search(r'<input[^>]*name="title"[^>]*>', page)[0]
    assert 'aria-describedby="remark-title id_title_helptext"' in title


def test_steps_with_something_to_change_are_marked_for_everybody(seller_client, sent_back):
    page = seller_client.get(address(sent_back, "publish")).content.decode()
    marked = re.findall(r'<li[^>]*class="[^"]*asked[^"]*"[^>]*><a href="([^"]*)"', page)
    assert marked == [address(sent_back, step) for step in ("overview", "packages", "gallery")]
    assert page.count("，审核要求修改1处") == 3


def test_a_reason_stays_below_its_field_while_the_step_saves_itself_and_goes_once_it_is_sent_in_again(
    seller_client, sent_back, seller
):
    category = Gig.objects.get(pk=sent_back.pk).category
    sent = {**overview(category), "title": "改过之后的茶饮标志"}
    answer = post(seller_client, sent_back, "overview", sent, headers=HTMX).content.decode()
    assert "asked" in answer
    refused = post(seller_client, sent_back, "overview", {**overview(category), "tags": "一 二 三 四 五 六"})
    assert (refused.status_code, 'id="remark-title"' in refused.content.decode()) == (422, True)
    services.submit_gig(gig_id=sent_back.pk, seller=seller)
    for step in PLACES:
        page = seller_client.get(address(sent_back, step)).content.decode()
        assert "remark-" not in page
        assert "asked" not in page


def test_a_submission_that_misses_something_leads_to_the_list_of_it(seller_client, seller, category):
    seller_client.post(reverse("gigs:create"), overview(category))
    gig = Gig.objects.get(seller=seller)
    assert seller_client.post(reverse("gigs:submit", args=[gig.pk])).url == address(gig, "publish")
    page = seller_client.get(address(gig, "publish")).content.decode()
    assert address(gig, "gallery") in page
    assert Gig.objects.get(pk=gig.pk).status == GigStatus.DRAFT


def test_a_draft_without_a_subcategory_is_shown_in_the_list_and_leads_to_the_wizard(seller_client, seller):
    seller_client.post(reverse("gigs:create"), {"title": "茶饮", "leave": "1"})
    gig = Gig.objects.get(seller=seller)
    assert seller_client.get(reverse("gigs:desk_list")).status_code == 200
    assert seller_client.get(gig.get_absolute_url()).url == reverse("gigs:edit", args=[gig.pk])
