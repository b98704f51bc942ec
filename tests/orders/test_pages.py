"""An order's pages, for both sides, in every state and both languages; and what strangers get."""

import re
from datetime import timedelta

import pytest
from django.core.files.uploadedfile import SimpleUploadedFile
from django.test import Client
from django.urls import reverse
from django.utils import timezone
from django.utils.translation import override

from marketplace.core import clock
from marketplace.ledger.tasks import clear_due_earnings
from marketplace.orders import money_box, services
from marketplace.orders.models import DeliveryFile, Order
from marketplace.orders.sent_files import DELIVERY
from marketplace.orders.states import OrderStatus
from marketplace.uploads.models import UploadKind
from marketplace.uploads.purposes import KindLimit
from tests.factories import make_completed_order, make_delivered_order, make_gig, make_order, make_paid_order, make_user
from tests.logins import log_in
from tests.orders.situations import EVERY_STATE, footprint, make_order_in

pytestmark = pytest.mark.django_db


def address(name, *args, language="zh-hans"):
    with override(language):
        return reverse(f"orders:{name}", args=args)


@pytest.mark.parametrize("language", ["zh-hans", "en"])
@pytest.mark.parametrize("side", ["buyer", "seller"])
@pytest.mark.parametrize("status", EVERY_STATE, ids=str)
def test_the_page_renders_in_every_state(status, side, language):
    order = make_order_in(status)
    client = log_in(getattr(order, side))
    page = client.get(address("detail", order.number, language=language))
    if side == "seller" and order.paid_at is None:
        assert page.status_code == 404  # an order that was never paid is not the seller's business
        return
    assert page.status_code == 200
    text = page.content.decode()
    assert order.gig_title in text
    assert order.number in text
    assert page.context["is_buyer"] == (side == "buyer")

    # Every button it offers leads to a page; what it does not offer leads back.
    offered = [action for action in page.context["next"].actions if action != "pay"]
    for action in ("requirements", "deliver", "accept", "revise", "cancel", "dispute"):
        step = client.get(address("action", order.number, action, language=language))
        assert step.status_code == (200 if action in offered else 302), action
        if action in offered:
            assert address("action", order.number, action, language=language) in text
            assert "csrfmiddlewaretoken" in step.content.decode()


@pytest.mark.parametrize("language", ["zh-hans", "en"])
def test_the_lists_render(language):
    orders = [make_order_in(status) for status in EVERY_STATE]
    for order in orders:
        for name, user in (("list", order.buyer), ("desk_list", order.seller)):
            for group in ("", "open", "finished"):
                page = log_in(user).get(address(name, language=language), {"group": group})
                assert page.status_code == 200
    text = log_in(orders[2].buyer).get(address("list", language=language)).content.decode()
    assert orders[2].gig_title in text
    assert orders[3].gig_title not in text


def strangers_addresses(order):
    file = DeliveryFile.objects.get(delivery__order=order)
    requirement = order.requirements.first()
    yield address("detail", order.number)
    yield address("file", order.number, file.pk)
    yield address("requirement_file", order.number, requirement.pk)
    for action in ("requirements", "deliver", "accept", "revise", "cancel", "dispute"):
        yield address("action", order.number, action)


@pytest.fixture
def order_with_files():
    order = make_paid_order(gig=make_gig(requirements=1))
    requirement = order.requirements.get()
    services.submit_requirements(
        order_id=order.pk,
        buyer=order.buyer,
        answers={},
        files={requirement.pk: SimpleUploadedFile("门头照片.html", b"<script>alert(1)</script>")},
    )
    services.deliver_order(
        order_id=order.pk, seller=order.seller, message="", files=[SimpleUploadedFile("成品.html", b"<b>work</b>")]
    )
    return Order.objects.get(pk=order.pk)


def test_for_a_stranger_an_order_does_not_exist(order_with_files):
    order = order_with_files
    before = footprint(order)
    stranger = log_in(make_user())
    for url in strangers_addresses(order):
        assert stranger.get(url).status_code == 404, url
        if "/do/" in url:
            assert stranger.post(url, {"message": "x", "reason": "x"}).status_code == 404, url
    assert footprint(order) == before


def test_somebody_who_is_not_logged_in_is_asked_to(order_with_files):
    before = footprint(order_with_files)
    for url in [*strangers_addresses(order_with_files), address("list"), address("desk_list")]:
        for response in (Client().get(url), Client().post(url)):
            assert response.status_code == 302, url
            assert response.headers["Location"].startswith("/accounts/login/?next=")
    assert footprint(order_with_files) == before


@pytest.mark.parametrize("side", ["buyer", "seller"])
def test_files_come_as_downloads_to_both_sides(order_with_files, side):
    order = order_with_files
    client = log_in(getattr(order, side))
    file = DeliveryFile.objects.get()
    delivered = client.get(address("file", order.number, file.pk))
    assert b"".join(delivered.streaming_content) == b"<b>work</b>"
    required = client.get(address("requirement_file", order.number, order.requirements.get().pk))
    assert b"".join(required.streaming_content) == b"<script>alert(1)</script>"
    for response in (delivered, required):
        assert response.headers["Content-Disposition"].startswith("attachment")
        assert response.headers["X-Content-Type-Options"] == "nosniff"
        response.close()


def test_a_file_is_found_under_its_own_order_only(order_with_files):
    order = order_with_files
    other = make_delivered_order(buyer=order.buyer)
    file = DeliveryFile.objects.get(delivery__order=order)
    client = log_in(order.buyer)
    assert client.get(address("file", other.number, file.pk)).status_code == 404
    requirement = order.requirements.get()
    assert client.get(address("requirement_file", other.number, requirement.pk)).status_code == 404
    assert client.get(address("file", order.number, file.pk + 999)).status_code == 404


def test_a_requirement_without_a_file_has_no_download():
    order = make_order_in(OrderStatus.AWAITING_REQUIREMENTS)
    url = address("requirement_file", order.number, order.requirements.first().pk)
    assert log_in(order.buyer).get(url).status_code == 404


def test_an_action_nobody_knows_is_not_found():
    order = make_order()
    client = log_in(order.buyer)
    for method in (client.get, client.post):
        assert method(address("action", order.number, "pay")).status_code == 404
        assert method(address("action", order.number, "explode")).status_code == 404


def test_a_buyer_answers_with_text_and_file_through_the_form():
    order = make_order_in(OrderStatus.AWAITING_REQUIREMENTS)
    first, second = order.requirements.all()
    first.__class__.objects.filter(pk=second.pk).update(kind="file")
    url = address("action", order.number, "requirements")
    client = log_in(order.buyer)
    refused = client.post(url, {f"requirement-{first.pk}": "青绿色，别用红色"})
    assert refused.status_code == 422
    assert "青绿色，别用红色" in refused.content.decode()
    order.refresh_from_db()
    assert order.status == OrderStatus.AWAITING_REQUIREMENTS

    form = {
        f"requirement-{first.pk}": "青绿色，别用红色",
        f"requirement-{second.pk}": SimpleUploadedFile("门头.jpg", b"jpeg"),
    }
    sent = client.post(url, form)
    assert (sent.status_code, sent.headers["Location"]) == (302, f"/orders/{order.number}/")
    order.refresh_from_db()
    assert order.status == OrderStatus.IN_PROGRESS
    assert order.requirements.get(pk=first.pk).answer == "青绿色，别用红色"
    assert order.requirements.get(pk=second.pk).file_name == "门头.jpg"


def test_a_choice_that_is_not_offered_is_refused():
    order = make_order_in(OrderStatus.AWAITING_REQUIREMENTS)
    order.requirements.update(kind="choice", choices=["横排", "竖排"])
    first, second = order.requirements.all()
    url = address("action", order.number, "requirements")
    form = {f"requirement-{first.pk}": "斜排", f"requirement-{second.pk}": "竖排"}
    refused = log_in(order.buyer).post(url, form)
    assert refused.status_code == 422
    assert list(refused.context["form"].errors) == [f"requirement-{first.pk}"]
    order.refresh_from_db()
    assert order.status == OrderStatus.AWAITING_REQUIREMENTS


def test_a_seller_delivers_two_files_through_the_form():
    order = make_paid_order()
    url = address("action", order.number, "deliver")
    client = log_in(order.seller)
    refused = client.post(url, {"message": ""})
    assert refused.status_code == 422
    assert "message" in refused.context["form"].errors
    files = [SimpleUploadedFile("标志.svg", b"<svg/>"), SimpleUploadedFile("说明.pdf", b"%PDF")]
    said = {"message": "两个版本都在里面", "files": files, "ai_made": "no"}
    assert client.post(url, said).status_code == 302
    order.refresh_from_db()
    assert order.status == OrderStatus.DELIVERED
    assert list(order.deliveries.get().files.values_list("name", flat=True)) == ["标志.svg", "说明.pdf"]


def test_a_delivery_without_files_is_asked_about_first():
    order = make_paid_order()
    url = address("action", order.number, "deliver")
    client = log_in(order.seller)
    refused = client.post(url, {"message": "咨询做完了，要点写在这里"})
    assert refused.status_code == 422
    assert "files" in refused.context["form"].errors
    assert "要点写在这里" in refused.content.decode()
    assert not order.deliveries.exists()
    meant = client.post(url, {"message": "咨询做完了，要点写在这里", "without_files": "on", "ai_made": "no"})
    assert meant.status_code == 302
    assert order.deliveries.get().files.count() == 0


def test_too_many_or_too_large_files_are_refused_and_the_words_stay(monkeypatch):
    order = make_paid_order()
    url = address("action", order.number, "deliver")
    client = log_in(order.seller)
    monkeypatch.setitem(DELIVERY.kinds, UploadKind.FILE, KindLimit(megabytes=1, count=2))
    many = [SimpleUploadedFile(f"{index}.txt", b"x") for index in range(3)]
    refused = client.post(url, {"message": "三个文件", "files": many, "ai_made": "no"})
    assert refused.status_code == 422
    assert list(refused.context["form"].errors) == ["files"]
    text = refused.content.decode()
    assert "三个文件" in text
    # What has arrived is there for the next try.
    assert text.count("data-key=") == 2
    large = SimpleUploadedFile("大.zip", b"x" * (1024 * 1024 + 1))
    refused = client.post(url, {"message": "太大的文件", "files": [large], "ai_made": "no"})
    assert refused.status_code == 422
    assert "太大的文件" in refused.content.decode()
    order.refresh_from_db()
    assert order.status == OrderStatus.IN_PROGRESS
    assert not order.deliveries.exists()


def test_a_refused_rule_keeps_what_was_typed_and_says_why():
    order = make_delivered_order(gig=make_gig(revisions=0))
    url = address("action", order.number, "revise", language="en")
    refused = log_in(order.buyer).post(url, {"message": "标志再大一点，谢谢"})
    assert refused.status_code == 422
    text = refused.content.decode()
    assert "标志再大一点，谢谢" in text
    assert "All revisions of this order are used up." in text
    order.refresh_from_db()
    assert order.status == OrderStatus.DELIVERED


@pytest.mark.parametrize(
    ("action", "side", "form", "status"),
    [
        ("accept", "buyer", {}, OrderStatus.COMPLETED),
        ("revise", "buyer", {"message": "再大一点"}, OrderStatus.REVISION_REQUESTED),
    ],
)
def test_the_forms_of_a_delivered_order_do_what_they_say(action, side, form, status):
    order = make_delivered_order()
    response = log_in(getattr(order, side)).post(address("action", order.number, action), form)
    assert (response.status_code, response.headers["Location"]) == (302, f"/orders/{order.number}/")
    order.refresh_from_db()
    assert order.status == status


def test_reading_never_acts():
    order = make_delivered_order()
    before = footprint(order)
    for user in (order.buyer, order.seller):
        for action in ("requirements", "deliver", "accept", "revise", "cancel", "dispute"):
            log_in(user).get(address("action", order.number, action))
    assert footprint(order) == before


def test_a_form_without_its_token_does_nothing():
    order = make_delivered_order()
    client = Client(enforce_csrf_checks=True)
    client.force_login(order.buyer, backend="django.contrib.auth.backends.ModelBackend")
    assert client.post(address("action", order.number, "accept")).status_code == 403
    order.refresh_from_db()
    assert order.status == OrderStatus.DELIVERED


def test_the_page_asks_the_database_as_often_for_a_long_story_as_for_a_short_one(django_assert_max_num_queries):
    short, long = make_delivered_order(gig=make_gig(revisions=4)), make_delivered_order(gig=make_gig(revisions=4))
    for order, rounds in ((short, 1), (long, 4)):
        for round_number in range(rounds):
            services.request_revision(order_id=order.pk, buyer=order.buyer, message=f"第{round_number}轮")
            files = [SimpleUploadedFile(f"{index}.txt", b"x") for index in range(3)]
            services.deliver_order(order_id=order.pk, seller=order.seller, message="改好了", files=files)
    for order in (short, long):  # the same number left, so that the same is offered
        Order.objects.filter(pk=order.pk).update(revisions_used=1)

    def queries(order):
        client = log_in(order.buyer)
        url = address("detail", order.number)
        client.get(url)  # sessions, site and settings are warm
        with django_assert_max_num_queries(60) as context:
            assert client.get(url).status_code == 200
        return len(context)

    assert queries(long) == queries(short)


def test_the_list_asks_the_database_as_often_for_many_orders_as_for_two(django_assert_max_num_queries):
    few, many = make_user(), make_user()
    for buyer, count in ((few, 2), (many, 9)):
        for _index in range(count):
            make_paid_order(buyer=buyer)

    def queries(user):
        client = log_in(user)
        client.get(address("list"))
        with django_assert_max_num_queries(60) as context:
            assert client.get(address("list")).status_code == 200
        return len(context)

    assert queries(many) == queries(few)


def test_the_money_box_tells_the_parts():
    paid, done, undone, decided = (
        make_order_in(status)
        for status in (OrderStatus.IN_PROGRESS, OrderStatus.COMPLETED, OrderStatus.CANCELLED, OrderStatus.RESOLVED)
    )
    boxes = [money_box.money(Order.objects.get(pk=order.pk)) for order in (paid, done, undone, decided)]
    assert [(box.sum_fen, box.owed_fen, box.refunded_fen, box.seller_fen) for box in boxes] == [
        (10_000, 0, 0, 9000),
        (10_000, 0, 0, 9000),
        (0, 10_000, 0, 0),
        (6000, 4000, 0, 5400),
    ]


def amounts_of(page):
    """The lines of the money card as (label, fen or −fen), in their order."""
    card = re.search(r'<section class="card money-card".*?</section>', page, re.S)[0]
    found = re.findall(r'<dt>(.*?)</dt><dd><data class="([^"]*)" value="([\d.]+)"', card)
    return [(label, round(float(value) * 100) * (-1 if "minus" in kind else 1)) for label, kind, value in found]


def test_the_lines_of_a_part_refunded_order_add_up_for_both_sides_before_and_after_the_money_is_back():
    order = make_completed_order()
    refund = services.refund_part(order_id=order.pk, actor=order.seller, amount_fen=2_300, reason="少做了一个方案")
    title = f"基础版 · {order.items.get().title}"
    for word in ("退款中", "已退款"):
        bought = [(title, 10_000), (word, -2_300)]
        page = log_in(order.buyer).get(address("detail", order.number)).content.decode()
        assert amounts_of(page) == [*bought, ("已放款", 7_700)]
        page = log_in(order.seller).get(address("detail", order.number)).content.decode()
        assert amounts_of(page) == [*bought, ("已放款", 7_700), ("平台服务费", -770), ("你的收入", 6_930)]
        assert "你退还了部分款项" in page
        services.mark_refund_done(refund_id=refund.pk, gateway="alipay")


def test_of_an_order_that_went_back_whole_nothing_is_left():
    order = make_order_in(OrderStatus.CANCELLED)
    services.mark_refund_done(refund_id=order.refunds.get().pk, gateway="alipay")
    page = log_in(order.buyer).get(address("detail", order.number)).content.decode()
    assert amounts_of(page)[1:] == [("已退款", -10_000), ("合计", 0)]


def test_a_seller_reads_that_the_earnings_wait_until_they_have_cleared():
    order = make_completed_order()
    seller = log_in(order.seller)
    assert "已计入钱包的待结算" in seller.get(address("detail", order.number)).content.decode()
    with clock.moved_to(timezone.now() + timedelta(days=30)):
        clear_due_earnings()
    page = seller.get(address("detail", order.number)).content.decode()
    assert "这笔收入已结算" in page
    assert "待结算" not in page


def test_the_refund_form_says_the_most_and_who_bears_it():
    order = make_completed_order(gig=make_gig(price_fen=123_000))
    url = address("action", order.number, "refund")
    seller = log_in(order.seller)
    page = seller.get(url)
    assert "最多可退¥1,230" in page.content.decode()
    examples = page.context["terms"].examples
    assert [(amount, split.seller_fen, split.commission_fen) for amount, split in examples] == [
        (10_000, 9_000, 1_000),
        (123_000, 110_700, 12_300),
    ]
    before = footprint(order)
    refused = seller.post(url, {"amount": "1230.01", "reason": "少做了一个方案"})
    assert refused.status_code == 422
    assert "最多可退¥1,230，请改小金额。" in refused.content.decode()
    assert footprint(order) == before


def test_of_a_running_order_the_refund_form_keeps_something_back_and_leaves_the_wallet_alone():
    order = make_paid_order()
    page = log_in(order.seller).get(address("action", order.number, "refund"))
    assert page.context["terms"].most_fen == 9_999
    text = page.content.decode()
    assert "不动你的钱包" in text
    assert "从你的钱包扣除" not in text


def test_the_refund_form_says_who_bears_what_is_typed_as_it_is_typed():
    order = make_completed_order(gig=make_gig(price_fen=123_000))
    url = address("refund_preview", order.number)
    seller = log_in(order.seller)
    page = seller.get(url, {"amount": "230"})
    [(amount, split)] = page.context["terms"].examples
    assert (amount, split.seller_fen, split.commission_fen) == (23_000, 20_700, 2_300)
    assert "data-refund" in page.content.decode()
    refused = seller.get(url, {"amount": "1230.01"}).content.decode()
    assert "最多可退¥1,230" in refused
    assert "data-refund" not in refused
    nothing_typed = seller.get(url, {"amount": ""})
    assert [amount for amount, _split in nothing_typed.context["terms"].examples] == [10_000, 123_000]
    form = seller.get(address("action", order.number, "refund")).content.decode()
    assert f'hx-get="{url}"' in form


def test_the_refund_preview_is_for_the_seller_while_a_refund_is_possible():
    order = make_completed_order()
    url = address("refund_preview", order.number)
    for person in (order.buyer, make_user()):
        assert log_in(person).get(url, {"amount": "10"}).status_code == 404
    waiting = make_order_in(OrderStatus.CANCELLED)
    assert log_in(waiting.seller).get(address("refund_preview", waiting.number)).status_code == 404


def test_a_cancelled_order_tells_the_buyer_how_much_went_back():
    order = make_order_in(OrderStatus.CANCELLED)
    buyer = log_in(order.buyer)
    assert "¥100正在原路退回" in buyer.get(address("detail", order.number)).content.decode()
    services.mark_refund_done(refund_id=order.refunds.get().pk, gateway="alipay")
    assert "¥100已原路退回" in buyer.get(address("detail", order.number)).content.decode()


def test_who_paid_a_cancelled_order_twice_reads_both_sums_apart(buyer, buyer_client):
    order = make_paid_order(buyer=buyer, gig=make_gig(price_fen=10_000))
    services.return_payment(order_id=order.pk, gateway="alipay", payment_reference="PA-late", amount_fen=10_000)
    services.cancel_order(order_id=order.pk, user=order.seller)
    page = buyer_client.get(order.get_absolute_url()).content.decode()
    assert "你多付的¥100也会全额原路退回" in page
    assert "¥200" not in page
