"""The queue and the page of a case in the admin, as moderators see them."""

import json
from datetime import datetime, timedelta

import pytest
from django.db import connection
from django.test import Client
from django.test.utils import CaptureQueriesContext
from django.urls import reverse
from django.utils import timezone
from wagtail.models import ModelLogEntry

from marketplace.core import clock
from marketplace.core.config import set_config
from marketplace.core.templatetags.jiangji import deadline
from marketplace.gigs import services
from marketplace.gigs.content import ExtraContent, FaqContent, PictureContent, RequirementContent
from marketplace.gigs.models import PackageTier, ReviewCase, ReviewReason
from marketplace.gigs.review_selectors import review_remarks
from marketplace.gigs.states import GigStatus
from tests.factories import make_moderator, make_seller, make_user
from tests.gigs.content import content, package
from tests.logins import log_in

# Session, person, rights and menu of the admin; case, both versions, seller, history.
CASE_QUERIES = 40


@pytest.fixture
def moderator(db):
    return make_moderator()


@pytest.fixture
def desk(client, moderator):
    return log_in(moderator, client=client)


def submitted(seller, **fields):
    gig = services.create_gig(seller=seller, content=content(**fields))
    return services.submit_gig(gig_id=gig.pk, seller=seller)


def revised(seller, before, after):
    """A live gig with content `before`, of which `after` is being read."""
    first = content(**before)
    gig = services.publish_directly(gig=services.create_gig(seller=seller, content=first))
    services.update_gig(gig_id=gig.pk, seller=seller, content=content(category=first.category, **after))
    return services.submit_gig(gig_id=gig.pk, seller=seller)


def case_of(gig):
    return gig.review_cases.get(task_state__status="in_progress")


def page_of(client, gig):
    return client.get(reverse("gigs_review", args=[case_of(gig).pk])).content.decode()


def test_the_queue_goes_by_deadline_and_says_when_half_of_the_time_is_over(desk, seller):
    old, new = submitted(seller, title="先交的茶饮品牌标志"), submitted(seller, title="后交的茶饮品牌标志")
    thursday = datetime(2026, 3, 5, 16, tzinfo=timezone.get_default_timezone())
    ReviewCase.objects.filter(gig=old).update(submitted_at=thursday)
    ReviewCase.objects.filter(gig=new).update(submitted_at=thursday + timedelta(hours=1))

    def rows_at(moment):
        with clock.moved_to(moment):
            return desk.get(reverse("gigs_reviews")).context["rows"]

    rows = rows_at(thursday + timedelta(hours=2, minutes=1))
    assert [row.case.gig for row in rows] == [old, new]
    assert [row.due_at - thursday for row in rows] == [timedelta(hours=19), timedelta(hours=20)]  # 11 and 12 on Friday
    assert [(row.is_soon, row.is_overdue) for row in rows] == [(True, False), (False, False)]
    in_the_night = rows_at(thursday + timedelta(hours=12))
    assert [(row.is_soon, row.is_overdue) for row in in_the_night] == [(True, False), (False, False)]
    assert [row.is_overdue for row in rows_at(thursday + timedelta(hours=19, minutes=1))] == [True, False]


def test_the_seller_is_told_the_moment_that_moderators_see(desk, seller):
    gig = submitted(seller)
    friday_evening = datetime(2026, 3, 6, 20, tzinfo=timezone.get_default_timezone())
    ReviewCase.objects.filter(gig=gig).update(submitted_at=friday_evening)
    with clock.moved_to(friday_evening):
        (row,) = desk.get(reverse("gigs_reviews")).context["rows"]
        page = log_in(seller, client=Client()).get(reverse("gigs:step", args=[gig.pk, "publish"]))
    assert row.due_at == friday_evening + timedelta(days=2, hours=17)  # Monday at one
    assert page.context["wizard"].review_due == row.due_at
    assert deadline(row.due_at) in page.content.decode()
    with clock.moved_to(row.due_at + timedelta(minutes=1)):
        late = log_in(seller, client=Client()).get(reverse("gigs:step", args=[gig.pk, "publish"])).content.decode()
    assert "比计划的时间长" in late


def test_the_queue_is_narrowed_by_kind_category_title_and_seller(desk, seller):
    first = submitted(seller, title="奶茶店品牌标志设计")
    priced = revised(make_seller(name="山前工作室"), {}, {"packages": (package(price_fen=70_000),)})

    def found(**asked):
        return [row.case.gig for row in desk.get(reverse("gigs_reviews"), asked).context["rows"]]

    assert found() == [first, priced]
    assert found(kind="new") == [first]
    assert found(kind="price") == [priced]
    assert found(kind="edit") == []
    assert found(kind="odd", page="x") == [first, priced]
    assert found(category=priced.category.parent_id) == [priced]
    assert found(q="奶茶") == [first]
    assert found(q="山前") == [priced]


def test_the_page_of_a_case_needs_no_more_queries_however_much_is_in_it(desk, seller):
    """Packages, pictures, questions, add-ons, earlier reviews with reasons, other services of the seller: all in few queries."""

    def queries(gig):
        address = reverse("gigs_review", args=[case_of(gig).pk])
        desk.get(address)
        with CaptureQueriesContext(connection) as found:
            assert desk.get(address).status_code == 200
        return len(found)

    small = revised(seller, {"requirements": (), "tags": ()}, {"title": "改了标题的小服务"})
    few = queries(small)
    many = {
        "packages": tuple(package(tier, 60_000 + 10_000 * place) for place, tier in enumerate(PackageTier.values)),
        "pictures": tuple(PictureContent(f"gigs/{letter}.webp", letter, 640, 400) for letter in "abcde"),
        "extras": tuple(ExtraContent(f"加购{number}", 1_000 + number) for number in range(5)),
        "faqs": tuple(FaqContent(f"问题{number}？", f"回答{number}。") for number in range(10)),
        "requirements": tuple(RequirementContent(f"需要{number}") for number in range(10)),
        "tags": ("一", "二", "三", "四", "五"),
    }
    large = revised(seller, many, {**many, "title": "改了标题的大服务", "pictures": many["pictures"][::-1]})
    for round_ in range(4):
        services.send_back(
            task_state_id=case_of(large).task_state_id, moderator=make_moderator(), codes=["C1", "I1", "T1"]
        )
        changed = content(category=large.category, **{**many, "title": f"第{round_}次改过的大服务"})
        services.update_gig(gig_id=large.pk, seller=seller, content=changed)
        services.submit_gig(gig_id=large.pk, seller=seller, answer="改好了")
    set_config(key="gigs.limit_new", value=20, reason="test")
    for _other in range(6):
        services.create_gig(seller=seller, content=content())
    assert queries(large) == few + 2  # the version that was sent back, and its category
    assert few <= CASE_QUERIES


def test_a_longer_queue_needs_no_more_queries(desk, seller):
    def queries():
        with CaptureQueriesContext(connection) as found:
            desk.get(reverse("gigs_reviews"))
        return len(found)

    submitted(seller)
    desk.get(reverse("gigs_reviews"))
    few = queries()
    for _more in range(3):
        submitted(make_seller())
    assert queries() == few


def test_who_opened_a_case_is_shown_to_colleagues_until_it_expires_or_is_taken_over(desk, seller, moderator):
    case = case_of(submitted(seller))
    url, colleague = reverse("gigs_review", args=[case.pk]), log_in(make_moderator())
    desk.get(url)
    assert colleague.get(reverse("gigs_reviews")).context["rows"][0].viewer == moderator.display_name
    assert desk.get(reverse("gigs_reviews")).context["rows"][0].viewer == ""
    colleague.get(url)  # looks, and takes nothing away
    case.refresh_from_db()
    assert case.viewer == moderator
    with clock.moved_to(timezone.now() + timedelta(minutes=16)):
        assert colleague.get(reverse("gigs_reviews")).context["rows"][0].viewer == ""
    colleague.post(reverse("gigs_review_take_over", args=[case.pk]))
    case.refresh_from_db()
    assert case.viewer != moderator


def test_texts_prices_add_ons_and_pictures_stand_side_by_side(desk, seller):
    before = {
        "title": "餐饮茶饮品牌LOGO 手绘原创，附应用说明",
        "packages": (package(price_fen=100_000, delivery_days=7),),
        "extras": (ExtraContent("加急", 20_000), ExtraContent("名片", 10_000)),
        "pictures": (PictureContent("gigs/a.webp", "六枚标志"), PictureContent("gigs/b.webp", "手写字标")),
        "faqs": (FaqContent("可以退吗", "开工前可以。"),),
    }
    after = {
        "title": "餐饮茶饮品牌LOGO 手绘原创，附基础规范",
        "packages": (package(price_fen=131_250, delivery_days=9),),
        "extras": (ExtraContent("名片", 12_500),),
        "pictures": (PictureContent("gigs/c.webp", "山水主视觉"), PictureContent("gigs/a.webp", "六枚标志")),
        "faqs": (FaqContent("可以退吗", "开工前可以。"), FaqContent("给源文件吗", "给。")),
    }
    text = page_of(desk, revised(seller, before, after))
    for shown in (
        "<del>应用说明</del>", "<ins>基础规范</ins>", "<del>¥1,000</del>", "<ins>¥1,312.50</ins>", "+31.3%", "+2天",
        "<del>¥200</del>", "+25.0%", "review-picture--gone", "review-picture--new", "review-picture--moved", "<ins>给源文件吗",
    ):  # fmt: skip
        assert shown in text, shown
    assert text.count("+25.0%") == 2  # in its column, and for phones beside the price


def test_a_first_submission_stands_alone_with_what_breaks_a_rule_or_may(desk, seller):
    text = page_of(
        desk,
        submitted(seller, description="给小店做顶级标志，急单可加V信聊，电话13812345678。" + "先听你讲店的来历。" * 6),
    )
    assert "<del>" not in text
    assert "<ins>" not in text
    assert ">顶级</mark>" in text
    assert ">加V信聊</mark>" in text
    assert ">13812345678</mark>" in text


def test_a_moderator_sends_back_with_codes_and_words_and_reads_them_in_the_history(desk, seller, moderator):
    gig = submitted(seller)
    case = case_of(gig)
    data = {"reasons": ["C1", "I1"], "comment": "第二张图右下角有微信。"}
    assert desk.post(reverse("gigs_review_send_back", args=[case.pk]), data).url == reverse("gigs_reviews")
    gig.refresh_from_db()
    assert gig.status == GigStatus.NEEDS_CHANGES
    remarks = review_remarks(gig)
    assert [reason.code for reason in remarks.reasons] == ["C1", "I1"]
    assert remarks.words == "第二张图右下角有微信。"
    assert [reason.code for reason in remarks.about("pictures")] == ["I1"]
    log = ModelLogEntry.objects.get(action="wagtail.workflow.reject")
    assert (log.user, log.data["comment"]) == (moderator, "C1 留了联系方式、I1 图片权属存疑：第二张图右下角有微信。")
    history = desk.get(reverse(gig.snippet_viewset.get_url_name("history"), args=[gig.pk])).content.decode()
    assert "I1 图片权属存疑：第二张图右下角有微信。" in history


def test_sending_back_without_a_reason_is_refused_and_nothing_typed_is_lost(desk, seller):
    gig = submitted(seller)
    answer = desk.post(reverse("gigs_review_send_back", args=[case_of(gig).pk]), {"comment": "不清楚"})
    assert answer.status_code == 422
    assert "不清楚</textarea>" in answer.content.decode()
    gig.refresh_from_db()
    assert gig.status == GigStatus.IN_REVIEW


def test_approving_leads_to_what_is_due_next(desk, seller):
    gig, following = submitted(seller), submitted(make_seller())
    answer = desk.post(reverse("gigs_review_approve", args=[case_of(gig).pk]))
    assert answer.url == reverse("gigs_review", args=[case_of(following).pk])
    gig.refresh_from_db()
    assert gig.status == GigStatus.LIVE


def test_a_decided_case_shows_what_became_of_it_and_offers_nothing(desk, seller, moderator):
    gig = submitted(seller)
    case = case_of(gig)
    services.send_back(task_state_id=case.task_state_id, moderator=moderator, codes=["Q1"])
    text = desk.get(reverse("gigs_review", args=[case.pk])).content.decode()
    assert reverse("gigs_review_approve", args=[case.pk]) not in text
    assert "Q1 写得不够清楚" in text
    answer = desk.post(reverse("gigs_review_approve", args=[case.pk]), follow=True)
    assert f"已经结束。{moderator.display_name}" in answer.content.decode()
    gig.refresh_from_db()
    assert gig.status == GigStatus.NEEDS_CHANGES


def test_the_ways_to_the_page_from_the_first_page_the_edit_page_and_the_menu(desk, seller):
    gig = submitted(seller)
    url = reverse("gigs_review", args=[case_of(gig).pk])
    assert url in desk.get(reverse(gig.snippet_viewset.get_url_name("edit"), args=[gig.pk])).content.decode()
    home = desk.get("/admin/").content.decode()
    assert json.dumps("待审核的服务 1") in home  # the menu is drawn by a script
    preview = reverse(
        gig.snippet_viewset.get_url_name("workflow_preview"), args=[gig.pk, case_of(gig).task_state.task_id]
    )
    assert preview in home
    assert desk.get(preview).url == url


def test_reasons_are_kept_in_the_admin_by_administrators_and_only_offered_ones_are_shown(desk, seller, client):
    ReviewReason.objects.filter(code="L1").update(is_active=False)
    codes = [
        reason.code
        for reason in desk.get(reverse("gigs_review", args=[case_of(submitted(seller)).pk])).context["reasons"]
    ]
    assert "C1" in codes
    assert "L1" not in codes
    administrator = log_in(make_user(is_staff=True, is_superuser=True))
    assert "L1" in administrator.get(reverse("wagtailsnippets_gigs_reviewreason:list")).content.decode()


def test_the_seller_sees_reasons_in_the_editor_and_the_answer_reaches_the_moderator(
    seller, seller_client, desk, moderator
):
    gig = submitted(seller)
    services.send_back(task_state_id=case_of(gig).task_state_id, moderator=moderator, codes=["I1"], words="请换封面。")
    text = seller_client.get(reverse("gigs:step", args=[gig.pk, "publish"])).content.decode()
    assert "图片权属存疑" in text
    assert "请换封面。" in text
    seller_client.post(reverse("gigs:submit", args=[gig.pk]), {"answer": " 图片是我自己画的，授权书已附。 "})
    assert case_of(gig).answer == "图片是我自己画的，授权书已附。"
    assert "图片是我自己画的，授权书已附。" in page_of(desk, gig)


def test_what_changed_since_the_refusal_stands_above_the_whole(desk, seller, moderator):
    gig = submitted(seller)
    assert "退回之后改了什么" not in page_of(desk, gig)
    services.send_back(task_state_id=case_of(gig).task_state_id, moderator=moderator, codes=["I1"], words="请改价格。")
    changed = content(category=gig.category, packages=(package(price_fen=88_000),))
    services.update_gig(gig_id=gig.pk, seller=seller, content=changed)
    services.submit_gig(gig_id=gig.pk, seller=seller)
    page = page_of(desk, gig)
    since = page[page.index("退回之后改了什么") : page.index('id="part-title"')]
    assert "¥880" in since
    assert "标题" not in since
    assert "审核中" in page[page.index("review-history") :]
    services.approve_review(task_state_id=case_of(gig).task_state_id, moderator=moderator)
    services.update_gig(
        gig_id=gig.pk, seller=seller, content=content(category=gig.category, title="另一个标题手绘原创设计")
    )
    services.submit_gig(gig_id=gig.pk, seller=seller)
    assert "退回之后改了什么" not in page_of(desk, gig)  # that one was approved in between
