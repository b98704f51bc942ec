"""The pages of offers, stages and briefs: they show what they should, to whom they should, and work without script."""

from datetime import timedelta

import pytest
from django.core.files.base import ContentFile
from django.db import connection
from django.test import Client
from django.test.utils import CaptureQueriesContext
from django.urls import reverse
from django.utils import timezone

from marketplace.messaging.services import send_message, start_conversation
from marketplace.offers import services
from marketplace.offers.models import Brief, DeclineReason, Offer
from marketplace.offers.states import OfferStatus
from marketplace.orders import services as orders
from marketplace.orders.models import Order
from marketplace.uploads.models import Upload
from tests.factories import make_category, make_gig, make_seller, make_user
from tests.offers.situations import (
    complete,
    make_agreement,
    make_brief,
    make_offer,
    make_plan,
    pay,
    sent_file,
    stages,
    terms,
)


@pytest.fixture
def stranger(db) -> Client:
    client = Client()
    client.force_login(make_seller(name="路人"), backend="django.contrib.auth.backends.ModelBackend")
    return client


@pytest.fixture
def conversation(buyer, seller):
    return start_conversation(buyer=buyer, seller=seller)


def offer_form(**changes) -> dict[str, object]:
    """What a browser sends for an offer of 800 yuan."""
    whole = {
        "title": "茶饮店标志",
        "scope": "三个方向选一个深化。",
        "price": "800",
        "days": "5",
        "revisions": "2",
        "gig": "",
        "questions_text": "店名是什么？\n\n什么时候开张？",
        "valid_days": "7",
        "words": "按你说的来。",
        "stages-TOTAL_FORMS": "5",
        "stages-INITIAL_FORMS": "0",
    }
    return whole | changes


def in_stages(*amounts: str) -> dict[str, object]:
    rows: dict[str, object] = {"price": "", "days": "", "revisions": ""}
    for number, amount in enumerate(amounts):
        rows |= {
            f"stages-{number}-title": f"第{number + 1}步",
            f"stages-{number}-amount": amount,
            f"stages-{number}-days": "5",
            f"stages-{number}-revisions": "1",
        }
    return rows


def test_a_seller_sends_an_offer_from_the_conversation(seller_client, seller, buyer, conversation):
    gig = make_gig(seller=seller)
    page = seller_client.get(conversation.get_absolute_url()).content.decode()
    address = reverse("messaging:new_offer", args=[conversation.pk])
    assert address in page
    assert seller_client.get(address).status_code == 200
    answer = seller_client.post(address, offer_form(gig=gig.pk))
    offer = Offer.objects.get()
    assert answer.url == f"{conversation.get_absolute_url()}#offer-{offer.pk}"
    assert (offer.total_fen, offer.negotiation.gig, offer.negotiation.buyer) == (80_000, gig, buyer)
    assert offer.questions == ["店名是什么？", "什么时候开张？"]


def test_only_the_buyer_reads_that_the_questions_are_for_them(seller_client, buyer_client, seller, buyer, conversation):
    make_offer(seller=seller, buyer=buyer, questions=("店名是什么？",))
    assert "开工前要你回答" in buyer_client.get(conversation.get_absolute_url()).content.decode()
    text = seller_client.get(conversation.get_absolute_url()).content.decode()
    assert "开工前要买家回答：" in text
    assert "开工前要你回答" not in text


def test_a_buyer_finds_no_way_to_send_offers(buyer_client, conversation):
    address = reverse("messaging:new_offer", args=[conversation.pk])
    assert address not in buyer_client.get(conversation.get_absolute_url()).content.decode()
    assert buyer_client.get(address).status_code == 404
    assert buyer_client.post(address, offer_form()).status_code == 404
    assert not Offer.objects.exists()


def test_nobody_sends_offers_into_the_conversation_of_others(stranger, conversation):
    assert stranger.post(reverse("messaging:new_offer", args=[conversation.pk]), offer_form()).status_code == 404
    assert not Offer.objects.exists()


def test_stages_are_typed_line_by_line(seller_client, conversation):
    address = reverse("messaging:new_offer", args=[conversation.pk])
    seller_client.post(address, offer_form(**in_stages("300", "500.5")))
    offer = Offer.objects.get()
    assert [stage.amount_fen for stage in offer.stages.all()] == [30_000, 50_050]
    assert (offer.total_fen, offer.delivery_days) == (80_050, 10)


def test_a_price_above_the_stages_that_is_another_one_is_named_with_their_sum(seller_client, conversation):
    address = reverse("messaging:new_offer", args=[conversation.pk])
    typed = in_stages("300", "500.5") | {"price": "1000", "days": "10", "revisions": "1"}
    page = seller_client.post(address, offer_form(**typed)).content.decode()
    assert "¥800.50" in page
    assert "¥1,000" in page
    seller_client.post(address, offer_form(**typed | {"price": "800.5"}))
    assert Offer.objects.get().total_fen == 80_050


@pytest.mark.parametrize(
    "typed",
    [
        {"price": ""},
        {"price": "1"},
        {"days": "0"},
        {"gig": "999999"},
        {"valid_days": "5000"},
        {"questions_text": "一\n二\n三\n四\n五\n六"},
        {"questions_text": "长" * 201},
        in_stages("300"),
        in_stages("300", "10"),
        in_stages("300", "a"),
        in_stages("300", "500") | {"price": "1000"},
        in_stages("300", "500") | {"days": "11"},
        in_stages("300", "500") | {"stages-1-revisions": ""},
    ],
)
def test_what_cannot_be_offered_is_said_and_nothing_typed_is_lost(seller_client, conversation, typed):
    answer = seller_client.post(reverse("messaging:new_offer", args=[conversation.pk]), offer_form(**typed))
    page = answer.content.decode()
    assert answer.status_code == 422
    assert "三个方向选一个深化。" in page
    assert "field__error" in page or "note--error" in page
    assert not Offer.objects.exists()


def test_offers_stand_in_the_thread_in_time_order_with_their_buttons(buyer_client, seller, buyer, conversation):
    send_message(conversation_id=conversation.pk, sender=buyer, body="第一句")
    offer = make_offer(seller=seller, buyer=buyer)
    send_message(conversation_id=conversation.pk, sender=seller, body="最后一句")
    page = buyer_client.get(conversation.get_absolute_url()).content.decode()
    thread = page[page.index("data-chat-thread") :]
    assert thread.index("第一句") < thread.index(f"offer-{offer.pk}") < thread.index("最后一句")
    for name in ("accept", "counter", "decline"):
        assert reverse(f"offers:{name}", args=[offer.pk]) in thread
    assert reverse("offers:withdraw", args=[offer.pk]) not in thread


def test_the_seller_sees_the_button_to_take_it_back_and_no_other(seller_client, seller, buyer, conversation):
    offer = make_offer(seller=seller, buyer=buyer)
    page = seller_client.get(conversation.get_absolute_url()).content.decode()
    assert reverse("offers:withdraw", args=[offer.pk]) in page
    assert reverse("offers:accept", args=[offer.pk]) not in page


def test_older_stretches_of_a_thread_have_the_offers_of_their_time(buyer_client, seller, buyer, conversation):
    early = make_offer(seller=seller, buyer=buyer)
    for number in range(51):
        sender = (buyer, seller)[number % 2]  # nobody says so much within a minute
        last = send_message(conversation_id=conversation.pk, sender=sender, body=f"第{number}句")
    late = make_offer(seller=seller, buyer=buyer)
    newest = buyer_client.get(conversation.get_absolute_url()).content.decode()
    assert f"offer-{late.pk}" in newest
    assert f"offer-{early.pk}" not in newest
    older = buyer_client.get(f"{conversation.get_absolute_url()}?before={last.sequence - 49}").content.decode()
    assert f"offer-{early.pk}" in older
    assert f"offer-{late.pk}" not in older


def test_accepting_leads_to_the_payment(buyer_client, seller, buyer):
    offer = make_offer(seller=seller, buyer=buyer)
    answer = buyer_client.post(reverse("offers:accept", args=[offer.pk]))
    assert answer.url == reverse("payments:pay", args=[Order.objects.get().number])


def test_a_seller_who_accepts_a_counter_is_told_to_wait(buyer_client, seller_client, seller, buyer):
    offer = make_offer(seller=seller, buyer=buyer)
    form = offer_form(price="700")
    assert buyer_client.get(reverse("offers:counter", args=[offer.pk])).status_code == 200
    buyer_client.post(reverse("offers:counter", args=[offer.pk]), form)
    counter = Offer.objects.get(number=2)
    assert (counter.total_fen, counter.status) == (70_000, OfferStatus.OPEN)
    answer = seller_client.post(reverse("offers:accept", args=[counter.pk]), follow=True)
    assert "付款" in answer.content.decode()
    assert not Order.objects.exists()
    page = buyer_client.get(counter.negotiation.get_absolute_url()).content.decode()
    assert reverse("offers:pay", args=[counter.negotiation_id]) in page
    assert buyer_client.post(reverse("offers:pay", args=[counter.negotiation_id])).url.startswith("/pay/")


def test_a_counter_form_is_filled_with_the_stages_and_an_emptied_one_goes(buyer_client, seller, buyer):
    offer = make_offer(seller=seller, buyer=buyer, stages=stages())
    page = buyer_client.get(reverse("offers:counter", args=[offer.pk])).content.decode()
    assert 'value="1500"' in page
    form = offer_form(**in_stages("1000", "1200", "")) | {"stages-INITIAL_FORMS": "3"}
    form |= dict.fromkeys(("stages-2-title", "stages-2-days", "stages-2-revisions"), "")
    buyer_client.post(reverse("offers:counter", args=[offer.pk]), form)
    assert [stage.amount_fen for stage in Offer.objects.get(number=2).stages.all()] == [100_000, 120_000]


def test_declining_asks_why(buyer_client, seller_client, seller, buyer):
    offer = make_offer(seller=seller, buyer=buyer)
    address = reverse("offers:decline", args=[offer.pk])
    assert buyer_client.get(address).status_code == 200
    assert buyer_client.post(address, {"reason": "other", "words": ""}).status_code == 422
    assert buyer_client.post(address, {"reason": "price", "words": "预算只有六百"}).status_code == 302
    assert "预算只有六百" in seller_client.get(offer.negotiation.get_absolute_url()).content.decode()


def test_strangers_find_no_offer(stranger, seller, buyer, conversation):
    offer = make_offer(seller=seller, buyer=buyer)
    assert stranger.get(offer.negotiation.get_absolute_url()).status_code == 404
    assert stranger.post(reverse("offers:pay", args=[offer.negotiation_id])).status_code == 404
    for name in ("accept", "counter", "decline", "withdraw"):
        assert stranger.post(reverse(f"offers:{name}", args=[offer.pk])).status_code == 404
    assert (
        stranger.get(reverse("messaging:offer_cards", args=[conversation.pk, offer.negotiation_id])).status_code == 404
    )
    offer.refresh_from_db()
    assert offer.status == OfferStatus.OPEN


def test_cards_are_fetched_in_ones_own_conversation_only(buyer_client, seller, buyer, conversation):
    mine = make_offer(seller=seller, buyer=buyer)
    elsewhere = make_offer(seller=make_seller(), buyer=buyer)
    address = reverse("messaging:offer_cards", args=[conversation.pk, mine.negotiation_id])
    assert f"offer-{mine.pk}" in buyer_client.get(address).content.decode()
    address = reverse("messaging:offer_cards", args=[conversation.pk, elsewhere.negotiation_id])
    assert buyer_client.get(address).status_code == 404


def test_an_order_shows_what_was_agreed(buyer_client, seller, buyer):
    order = pay(make_agreement(seller=seller, buyer=buyer).order)
    page = buyer_client.get(order.get_absolute_url()).content.decode()
    assert terms().scope in page
    for address in (reverse("orders:list"), reverse("orders:action", args=[order.number, "dispute"])):
        assert buyer_client.get(address).status_code == 200


def test_the_plan_shows_every_stage_with_its_state(buyer_client, seller_client, seller, buyer):
    plan = make_plan(seller=seller, buyer=buyer)
    page = buyer_client.get(plan.get_absolute_url()).content.decode()
    assert reverse("orders:plan_fund", args=[plan.pk]) in page
    assert page.count("plan-stage--planned") == 2
    complete(plan.milestones.get(position=1).order)
    page = buyer_client.get(plan.get_absolute_url()).content.decode()
    assert page.count("plan-stage--released") == 1
    assert "plan-stage--to_pay" in page
    theirs = seller_client.get(plan.get_absolute_url()).content.decode()
    assert reverse("orders:plan_fund", args=[plan.pk]) not in theirs
    assert reverse("orders:plan_stop", args=[plan.pk]) in theirs


def test_the_order_of_a_stage_has_the_strip_and_the_way_to_the_next_payment(buyer_client, seller, buyer):
    plan = make_plan(seller=seller, buyer=buyer)
    first = plan.milestones.get(position=1).order
    page = buyer_client.get(first.get_absolute_url()).content.decode()
    assert "stage-strip" in page
    assert reverse("orders:plan_fund", args=[plan.pk]) not in page
    complete(first)
    page = buyer_client.get(first.get_absolute_url()).content.decode()
    assert reverse("orders:plan_fund", args=[plan.pk]) in page
    answer = buyer_client.post(reverse("orders:plan_fund", args=[plan.pk]))
    assert answer.url == reverse("payments:pay", args=[plan.milestones.get(position=2).order.number])


def test_stopping_asks_for_words_and_shows_them_to_the_other_side(buyer_client, seller_client, seller, buyer):
    plan = make_plan(seller=seller, buyer=buyer)
    complete(plan.milestones.get(position=1).order)
    address = reverse("orders:plan_stop", args=[plan.pk])
    assert seller_client.get(address).status_code == 200
    assert seller_client.post(address, {"words": ""}).status_code == 422
    assert seller_client.post(address, {"words": "后面的排不开"}).url == plan.get_absolute_url()
    page = buyer_client.get(plan.get_absolute_url()).content.decode()
    assert "后面的排不开" in page
    assert reverse("orders:plan_fund", args=[plan.pk]) not in page
    assert page.count("plan-stage--stopped") == 2


def test_strangers_find_no_plan(stranger, seller, buyer):
    plan = make_plan(seller=seller, buyer=buyer)
    assert stranger.get(plan.get_absolute_url()).status_code == 404
    for name in ("plan_fund", "plan_stop"):
        assert stranger.post(reverse(f"orders:{name}", args=[plan.pk]), {"words": "x"}).status_code == 404
    plan.refresh_from_db()
    assert plan.stopped_at is None


def brief_form(subcategory, **changes) -> dict[str, object]:
    whole = {
        "category": subcategory.pk,
        "title": "茶饮店要一个标志",
        "story": "城西菜场口的小店。",
        "budget_min": "500",
        "budget_max": "1,500",
        "wanted_by": (timezone.localdate() + timedelta(days=20)).isoformat(),
        "valid_days": "14",
    }
    return whole | changes


def test_a_buyer_publishes_a_brief(buyer_client, buyer):
    category = make_category(parent=make_category())
    assert buyer_client.get(reverse("offers:brief_new")).status_code == 200
    answer = buyer_client.post(reverse("offers:brief_new"), brief_form(category))
    brief = Brief.objects.get()
    assert answer.url == brief.get_absolute_url()
    assert (brief.budget_min_fen, brief.budget_max_fen, brief.category) == (50_000, 150_000, category)
    assert brief.title in buyer_client.get(reverse("offers:briefs")).content.decode()


def test_contact_details_are_pointed_out_once_and_the_buyer_decides(buyer_client):
    category = make_category(parent=make_category())
    form = brief_form(category, story="加我微信 xiaoman2026 细说")
    answer = buyer_client.post(reverse("offers:brief_new"), form)
    assert answer.status_code == 422
    assert "xiaoman2026" in answer.content.decode()
    assert not Brief.objects.exists()
    assert buyer_client.post(reverse("offers:brief_new"), form | {"anyway": "on"}).status_code == 302
    assert Brief.objects.count() == 1


@pytest.mark.parametrize("typed", [{"budget_max": "100"}, {"wanted_by": "2020-01-01"}, {"category": ""}, {"title": ""}])
def test_what_is_no_brief_is_said(buyer_client, typed):
    form = brief_form(make_category(parent=make_category()), **typed)
    assert buyer_client.post(reverse("offers:brief_new"), form).status_code == 422
    assert not Brief.objects.exists()


def test_a_seller_finds_narrows_down_and_answers_briefs(seller_client, seller, buyer):
    brief = make_brief(buyer=buyer)
    other = make_brief(buyer=buyer, title="写一篇稿子", budget_min_fen=None, budget_max_fen=30_000)
    make_gig(seller=seller, category=brief.category)
    desk = reverse("offers:desk_briefs")
    page = seller_client.get(desk).content.decode()
    assert brief.title in page
    assert other.title in page
    for query in ("?words=标志", f"?category={brief.category.parent_id}", "?budget=1000", "?mine=on"):
        page = seller_client.get(desk + query).content.decode()
        assert brief.title in page, query
        assert other.title not in page, query
    assert seller_client.get(reverse("offers:brief_answer", args=[brief.pk])).status_code == 200
    seller_client.post(reverse("offers:brief_answer", args=[brief.pk]), offer_form())
    assert Offer.objects.get().negotiation.brief == brief


def test_the_buyer_compares_and_accepts(buyer_client, buyer):
    brief = make_brief(buyer=buyer)
    sellers = [make_seller(name=name) for name in ("甲工作室", "乙工作室")]
    offers = [
        make_offer(seller=one, buyer=buyer, brief=brief, total_fen=fen)
        for one, fen in zip(sellers, (90_000, 70_000), strict=True)
    ]
    page = buyer_client.get(brief.get_absolute_url()).content.decode()
    assert page.index("乙工作室") < page.index("甲工作室")  # the better price first
    assert "<table" in page
    assert buyer_client.post(reverse("offers:accept", args=[offers[1].pk])).url.startswith("/pay/")
    offers[0].refresh_from_db()
    assert offers[0].status == OfferStatus.OVERTAKEN


def test_sellers_do_not_see_each_others_answers(seller_client, seller, buyer):
    brief = make_brief(buyer=buyer)
    make_offer(seller=make_seller(name="丙工作室"), buyer=buyer, brief=brief, scope="别人的内容")
    own = make_offer(seller=seller, buyer=buyer, brief=brief, scope="我的内容")
    page = seller_client.get(brief.get_absolute_url()).content.decode()
    assert "我的内容" in page
    assert "别人的内容" not in page
    assert reverse("offers:withdraw", args=[own.pk]) in page


def test_briefs_are_for_sellers_and_their_own_buyer(buyer_client, buyer):
    brief = make_brief(buyer=buyer)
    passer_by = Client()
    passer_by.force_login(make_user(), backend="django.contrib.auth.backends.ModelBackend")
    assert passer_by.get(brief.get_absolute_url()).status_code == 404
    assert passer_by.get(reverse("offers:desk_briefs")).status_code == 404
    assert buyer_client.get(brief.get_absolute_url()).status_code == 200
    assert buyer_client.post(reverse("offers:brief_answer", args=[brief.pk]), offer_form()).status_code == 404


def test_a_closed_brief_is_there_for_its_buyer_and_who_answered(seller_client, stranger, buyer_client, seller, buyer):
    brief = make_brief(buyer=buyer)
    make_offer(seller=seller, buyer=buyer, brief=brief)
    assert stranger.get(brief.get_absolute_url()).status_code == 200
    assert stranger.post(reverse("offers:brief_close", args=[brief.pk])).status_code == 404
    assert buyer_client.post(reverse("offers:brief_close", args=[brief.pk])).status_code == 302
    assert stranger.get(brief.get_absolute_url()).status_code == 404
    assert seller_client.get(brief.get_absolute_url()).status_code == 200
    assert stranger.post(reverse("offers:brief_reopen", args=[brief.pk]), {"valid_days": "7"}).status_code == 404
    reopen = reverse("offers:brief_reopen", args=[brief.pk])
    again = {"valid_days": "7", "wanted_by": brief.wanted_by.isoformat()}
    for over in ("", timezone.localdate().isoformat()):
        refused = buyer_client.post(reopen, again | {"wanted_by": over})
        assert refused.status_code == 422
        assert refused.context["reopen_form"].errors.keys() == {"wanted_by"}
        assert stranger.get(brief.get_absolute_url()).status_code == 404
    assert brief.wanted_by.isoformat() in buyer_client.get(brief.get_absolute_url()).content.decode()
    assert buyer_client.post(reopen, again).status_code == 302
    assert stranger.get(brief.get_absolute_url()).status_code == 200


def test_the_answers_to_a_brief_cost_the_same_however_many_they_are(buyer_client, buyer, django_assert_max_num_queries):
    brief = make_brief(buyer=buyer)
    made = [make_offer(seller=make_seller(), buyer=buyer, brief=brief) for _seller in range(2)]
    buyer_client.get(brief.get_absolute_url())  # what is kept from page to page
    with CaptureQueriesContext(connection) as two:
        buyer_client.get(brief.get_absolute_url())
    made += [make_offer(seller=make_seller(), buyer=buyer, brief=brief) for _seller in range(5)]
    with django_assert_max_num_queries(len(two)):
        page = buyer_client.get(brief.get_absolute_url()).content.decode()
    assert page.count('class="card answer"') == len(made) == 7


def test_files_of_a_brief_stay_when_its_words_look_like_a_telephone_number(buyer_client, buyer):
    category = make_category(parent=make_category())
    form = brief_form(category, story="打 13812345678 找我。")
    plan = ContentFile("字要大".encode(), name="门头.txt")
    first = buyer_client.post(reverse("offers:brief_new"), form | {"files": [plan]})
    kept = Upload.objects.get()
    page = first.content.decode()
    assert (first.status_code, kept.key.hex in page, "门头.txt" in page) == (422, True, True)
    assert (
        buyer_client.post(reverse("offers:brief_new"), form | {"anyway": "on", "sent": [kept.key.hex]}).status_code
        == 302
    )
    assert Brief.objects.get().files.get().file.name == kept.result_name


def test_a_program_does_not_go_with_a_brief_and_what_else_was_chosen_stays(buyer_client, buyer):
    category = make_category(parent=make_category())
    files = [ContentFile(b"MZ" + bytes(200), name="招标.exe"), ContentFile(b"plan", name="门头.txt")]
    answer = buyer_client.post(reverse("offers:brief_new"), brief_form(category) | {"files": files})
    assert (answer.status_code, Brief.objects.count()) == (422, 0)
    assert "招标.exe" in answer.content.decode()
    assert [upload.name for upload in Upload.objects.all()] == ["门头.txt"]


def test_files_of_a_brief_are_downloads_for_who_may_see_it(seller_client, buyer):
    brief = make_brief(buyer=buyer, files=[sent_file(buyer, name="门头.html", content=b"<script>")])
    file = brief.files.get()
    address = reverse("offers:brief_file", args=[brief.pk, file.pk])
    answer = seller_client.get(address)
    assert answer.headers["Content-Type"] == "application/octet-stream"
    assert "sandbox" in answer.headers["Content-Security-Policy"]
    assert b"".join(answer.streaming_content) == b"<script>"
    services.close_brief(brief_id=brief.pk, buyer=buyer)
    assert seller_client.get(address).status_code == 404


def test_declined_and_lapsed_orders_show_where_they_stand(seller_client, buyer_client, seller, buyer):
    agreed = make_agreement(seller=seller, buyer=buyer)
    assert agreed.order.get_absolute_url() not in seller_client.get(agreed.get_absolute_url()).content.decode()
    orders.cancel_order(order_id=agreed.order.pk, user=buyer)
    assert reverse("offers:pay", args=[agreed.pk]) in buyer_client.get(agreed.get_absolute_url()).content.decode()
    declined = make_offer(seller=seller, buyer=buyer)
    services.decline_offer(offer_id=declined.pk, user=buyer, reason=DeclineReason.SCOPE)
    page = buyer_client.get(declined.negotiation.get_absolute_url()).content.decode()
    assert reverse("offers:accept", args=[declined.pk]) not in page
