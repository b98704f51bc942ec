"""The service as it was bought, and the rules of that day: for both sides, whatever happens to either later."""

import dataclasses

import pytest
from django.urls import reverse

from marketplace.core.config import set_config
from marketplace.core.models import RulesVersion
from marketplace.core.rules import current_rules
from marketplace.gigs import services as gigs
from marketplace.gigs.content import GigContent
from marketplace.gigs.models import Gig, GigExtra, GigFaq
from marketplace.moderation.models import AdminLog
from marketplace.orders import services
from marketplace.orders.errors import OrderError
from marketplace.orders.models import Order
from tests.factories import make_attribute, make_gig, make_moderator, make_order, make_paid_order, make_user
from tests.logins import log_in

pytestmark = pytest.mark.django_db


def full_gig() -> Gig:
    gig = make_gig(title="奶茶店LOGO设计", requirements=2, feature_rows=[{"label": "源文件", "values": [True]}])
    GigFaq.objects.create(gig=gig, question="能改几次？", answer="两次。")
    return gig


def page_of(client, order: Order) -> str:
    response = client.get(reverse("orders:as_bought", args=[order.number]))
    assert response.status_code == 200
    return response.content.decode()


def test_a_snapshot_has_everything_that_the_page_promised():
    gig = full_gig()
    extra = GigExtra.objects.create(gig=gig, title="加急", price_fen=2_000, extra_days=-2, sort_order=1)
    GigExtra.objects.create(gig=gig, title="源文件", price_fen=3_000, sort_order=9)
    category = gig.category
    make_attribute(category.parent, "style", "bold", "plain")
    make_attribute(category, "file-formats", "ai", "psd")
    Gig.objects.filter(pk=gig.pk).update(attributes={"file-formats": ["ai", "psd"], "style": "plain"})
    order = make_order(gig=gig, extra_ids=[extra.pk], quantity=2)
    snapshot = order.snapshot
    assert snapshot == {
        "version": 1,
        "gig": {
            "id": gig.pk,
            "revision": gig.live_revision_id,
            "title": "奶茶店LOGO设计",
            "description": "两个方案选一个深化。",
            "category": {"name": category.name, "name_en": category.name_en},
            "cover": "",
            "language": "zh-hans",
            "attributes": [
                {"name": "style名", "name_en": "Style", "values": ["plain名"], "values_en": ["Plain"]},
                {
                    "name": "file-formats名",
                    "name_en": "File-formats",
                    "values": ["ai名", "psd名"],
                    "values_en": ["Ai", "Psd"],
                },
            ],
            "features": [{"label": "源文件", "values": [True]}],
            "extras": [
                {"title": "加急", "price_fen": 2_000, "extra_days": -2},
                {"title": "源文件", "price_fen": 3_000, "extra_days": 0},
            ],
            "packages": [
                {
                    "tier": "basic",
                    "title": "一个方案",
                    "description": "一个原创方案",
                    "price_fen": 10_000,
                    "delivery_days": 7,
                    "revisions": 2,
                }
            ],
            "faqs": [{"question": "能改几次？", "answer": "两次。"}],
            "requirements": [
                {"prompt": f"问题{number}", "kind": "text", "choices": [], "required": True} for number in (1, 2)
            ],
        },
        "seller": {"display_name": gig.seller.display_name, "level": "new"},
        "bought": {
            "tier": "basic",
            "quantity": 2,
            "extras": [{"title": "加急", "price_fen": 2_000, "extra_days": -2}],
            "coupon": "",
        },
    }
    text = page_of(log_in(order.buyer), order)
    assert "ai名" in text
    assert "另有加购项" in text


def test_a_new_part_of_a_service_is_kept_with_the_order_or_left_out_on_purpose():
    kept = {"category", "title", "description", "packages", "faqs", "requirements", "extras", "features"}
    kept |= {"language", "attributes"}
    # Tags find a service and promise nothing. The gallery shows earlier work; Wagtail's revision, which is named, has it.
    left_out = {"tags", "pictures", "video", "documents"}
    assert {field.name for field in dataclasses.fields(GigContent)} == kept | left_out
    assert kept <= set(make_order().snapshot["gig"])


def test_quantity_multiplies_price_days_and_revisions():
    gig = full_gig()
    extra = GigExtra.objects.create(gig=gig, title="加急", price_fen=2_000, extra_days=-2)
    order = make_order(gig=gig, extra_ids=[extra.pk], quantity=3)
    assert (order.total_fen, order.delivery_days, order.revisions_allowed) == (36_000, 15, 6)
    assert [(item.title, item.quantity, item.price_fen) for item in order.items.all()] == [
        ("一个方案", 3, 30_000),
        ("加急", 3, 6_000),
    ]


@pytest.mark.parametrize("quantity", [0, 11, -1])
def test_more_than_ten_or_less_than_one_is_not_bought(quantity):
    with pytest.raises(OrderError) as refusal:
        make_order(quantity=quantity)
    assert refusal.value.code == "quantity"
    assert not Order.objects.exists()


def test_later_edits_of_the_service_change_nothing_of_what_both_sides_read():
    gig = full_gig()
    order = make_paid_order(gig=gig)
    clients = [log_in(order.buyer), log_in(order.seller)]
    before = [page_of(client, order) for client in clients]

    draft = Gig.objects.get(pk=gig.pk)
    draft.title, draft.description, draft.feature_rows = "另一个标题", "另一段说明", []
    draft.faqs, draft.requirements = [], []
    package = draft.packages.get()
    package.title = "另一个方案"
    draft.packages = [package]
    draft.save_revision()
    gigs.publish_directly(gig=draft)
    order.seller.profile.display_name = "改了名"
    order.seller.profile.save()

    for client, was in zip(clients, before, strict=True):
        text = page_of(client, order)
        for words in ("奶茶店LOGO设计", "两个方案选一个深化。", "能改几次？", "源文件", "问题1", "一个方案"):
            assert words in was
            assert words in text
        assert "另一" not in text


def test_a_mediator_reads_it_in_a_dispute_with_a_line_in_the_log_and_nobody_else_does():
    order, mediator = make_paid_order(gig=full_gig()), make_moderator()
    address = reverse("orders:as_bought", args=[order.number])
    services.skip_requirements(order_id=order.pk, seller=order.seller, message="先做")
    assert log_in(mediator).get(address).status_code == 404
    assert not AdminLog.objects.filter(action="order.read").exists()
    services.open_dispute(order_id=order.pk, user=order.buyer, reason="不符")
    assert "能改几次？" in page_of(log_in(mediator), order)
    assert AdminLog.objects.get(action="order.read").actor == mediator
    page_of(log_in(order.seller), order)
    assert AdminLog.objects.filter(action="order.read").count() == 1
    assert log_in(make_user()).get(reverse("orders:as_bought", args=[order.number])).status_code == 404
    unpaid = make_order(gig=full_gig())
    assert log_in(unpaid.seller).get(reverse("orders:as_bought", args=[unpaid.number])).status_code == 404


def test_an_order_of_before_there_were_snapshots_shows_what_its_row_froze():
    order = make_paid_order()
    Order.objects.filter(pk=order.pk).update(snapshot={}, rules=None)
    text = page_of(log_in(order.buyer), order)
    assert order.package_title in text
    assert log_in(order.buyer).get(order.get_absolute_url()).status_code == 200


def test_the_rules_of_an_order_are_public_and_say_what_is_different_today(client):
    set_config(key="orders.auto_accept_days", value=5, reason="测试")
    order = make_paid_order()
    assert order.rules == current_rules()
    url = reverse("orders:rules", args=[order.rules_id])
    text = client.get(url).content.decode()
    assert ">5</b> 天" in text
    assert "今天" not in text
    set_config(key="orders.auto_accept_days", value=9, reason="测试")
    newer = current_rules()
    assert newer != order.rules
    text = client.get(url).content.decode()
    assert ">5</b> 天" in text
    assert "现为9天" in text
    assert reverse("orders:rules", args=[newer.pk]) in text
    assert url in log_in(order.buyer).get(order.get_absolute_url()).content.decode()
    assert client.get(reverse("orders:rules", args=[newer.pk + 1])).status_code == 404


def test_reading_the_rules_writes_nothing(client):
    version = current_rules()
    set_config(key="orders.auto_accept_days", value=1, reason="测试")
    text = client.get(reverse("orders:rules", args=[version.pk])).content.decode()
    assert "现为1天" in text
    assert RulesVersion.objects.get() == version
    assert "首次" in text


def test_the_rules_in_force_can_be_read_before_any_order_made_them_a_version(client):
    address = reverse("orders:rules_in_force")
    text = client.get(address).content.decode()
    assert "现行交易规则" in text
    assert "自动验收" in text
    assert not RulesVersion.objects.exists()
    order = make_order()
    assert client.get(address).url == reverse("orders:rules", args=[order.rules_id])


def test_rules_say_amounts_in_yuan_and_shares_in_percent(client):
    set_config(key="orders.tip_commission_basis_points", value=250, reason="测试")
    rules = make_order().rules
    set_config(key="orders.tip_minimum_fen", value=888, reason="测试")
    text = client.get(reverse("orders:rules", args=[rules.pk])).content.decode()
    assert ">2.5%</b>" in text
    assert ">¥5</b>" in text
    assert "现为¥8.88" in text.replace(" ", "")


def test_the_payment_clock_is_of_the_rules_that_the_order_names():
    set_config(key="orders.payment_timeout_minutes", value=90, reason="测试")
    order = make_order()
    assert order.rules.values["orders.payment_timeout_minutes"] == 90
    minutes = (order.payment_expires_at - order.created_at).total_seconds() / 60
    assert 89 < minutes < 91


def test_order_numbers_have_no_characters_that_look_alike():
    numbers = {make_order(gig=gig).number for gig in [make_gig()] for _some in range(12)}
    assert len(numbers) == 12
    assert not set("".join(numbers)) & set("01OILU")
    assert {len(number) for number in numbers} == {10}
