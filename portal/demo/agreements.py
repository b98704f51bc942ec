"""Custom offers, an agreement in its second stage, and briefs: what the demo people find besides packages."""

from datetime import datetime, timedelta

from django.utils import timezone

from marketplace.accounts.models import User
from marketplace.core import clock
from marketplace.gigs.models import GigCategory
from marketplace.offers import services
from marketplace.offers.models import Negotiation, Offer, OfferStage
from marketplace.offers.states import OfferStatus
from marketplace.offers.terms import OfferTerms, frozen
from marketplace.orders.models import MilestonePlan, Order, OrderItemKind, OrderKind, OrderMilestone
from marketplace.orders.services import Stage, make_plan
from marketplace.orders.states import OrderStatus
from portal.demo.bulk import backdate
from portal.demo.people import People
from portal.demo.sources import Sources

LOGO, GRAPHIC, STAGE_THREE_FEN = "logo-branding", "graphic-design", 60_000
_OPEN_OFFER = OfferTerms(
    title="两家店的门头与菜单一套",
    scope="两家店的门头、横版菜单和外带袋贴，矢量源文件与打印稿都给。\n门头含白天夜里各一张效果图。\n不含制作、安装和商标注册。",
    total_fen=260_000,
    delivery_days=12,
    revisions=3,
    questions=("第二家店的门面多宽、檐高多少？", "菜单上大约多少个品种？"),
)


def write_agreements(sources: Sources, people: People, categories: dict[str, GigCategory], now: datetime) -> None:
    """Through the services, but for the stages that were paid in the past: those are two orders that are there already."""
    me, shop = people.buyers[sources.demo_buyer], people.sellers[sources.demo_seller]
    _write_plan(me, shop)
    with clock.moved_to(now - timedelta(hours=2)):
        services.send_offer(
            seller=shop,
            buyer=me,
            terms=_OPEN_OFFER,
            valid_days=7,
            words="按昨天说的两家店一起做，比分开做省三百。",
        )
    _write_briefs(me, shop, people, categories, now)


def _write_plan(me: User, shop: User) -> None:
    """The running order of the two, and the last one finished before it, are the stages of one agreement."""
    between = Order.objects.filter(buyer=me, seller=shop, kind=OrderKind.STANDARD, quantity=1, discount_fen=0)
    second = between.filter(status=OrderStatus.IN_PROGRESS).order_by("-pk").first()
    if second is None:
        return
    done = between.filter(status=OrderStatus.COMPLETED, completed_at__lt=second.created_at)
    first = done.order_by("-completed_at").first()
    if first is None:
        return
    stages = (
        Stage(
            "标志定稿",
            first.total_fen,
            first.delivery_days,
            first.revisions_allowed,
            "三个方向选一个深化，交矢量源文件",
        ),
        Stage("门头与菜单", second.total_fen, second.delivery_days, second.revisions_allowed, "门头效果图与横版菜单"),
        Stage("开业物料", STAGE_THREE_FEN, 5, 1, "外带袋贴、立牌和开业海报"),
    )
    agreed_at = first.created_at - timedelta(hours=1)
    negotiation = Negotiation.objects.create(buyer=me, seller=shop, gig=second.gig)
    terms = OfferTerms(
        "茶饮店整套形象", "从标志做到开业物料，分三步走，每步单独验收。不含制作与安装。", 0, 0, 0, stages=stages
    )
    offer = _accepted(negotiation, terms.summed(), agreed_at)
    plan = make_plan(
        buyer=me,
        seller=shop,
        gig=second.gig,
        title=terms.title,
        stages=stages,
        terms=frozen(negotiation, offer, agreed_at),
    )
    backdate(MilestonePlan, {plan.pk: agreed_at})
    negotiation.plan = plan
    negotiation.save()
    for position, order in enumerate((first, second), start=1):
        stage = stages[position - 1]
        order.kind, order.package_tier, order.gig_title = OrderKind.STAGE, "", stage.title
        order.package_title, order.package_description = stage.title, stage.description
        order.snapshot = {"agreed": plan.terms, "stage": position}
        order.save()
        order.items.filter(kind=OrderItemKind.PACKAGE).update(kind=OrderItemKind.AGREED, title=stage.title)
        OrderMilestone.objects.filter(plan=plan, position=position).update(order=order)


def _accepted(negotiation: Negotiation, terms: OfferTerms, at: datetime) -> Offer:
    offer = Offer.objects.create(
        negotiation=negotiation,
        number=1,
        proposed_by=negotiation.seller,
        status=OfferStatus.ACCEPTED,
        title=terms.title,
        scope=terms.scope,
        total_fen=terms.total_fen,
        delivery_days=terms.delivery_days,
        revisions=terms.revisions,
        created_at=at - timedelta(hours=3),
        expires_at=at + timedelta(days=7),
        answered_at=at,
        answered_by=negotiation.buyer,
    )
    OfferStage.objects.bulk_create(
        OfferStage(offer=offer, position=position, **vars(stage))
        for position, stage in enumerate(terms.stages, start=1)
    )
    return offer


def _write_briefs(me: User, shop: User, people: People, categories: dict[str, GigCategory], now: datetime) -> None:
    others = [buyer for buyer in people.buyers if buyer != me]
    rivals = [seller for seller in people.sellers if seller != shop]
    today = timezone.localdate(now)
    with clock.moved_to(now - timedelta(days=2)):
        own = services.publish_brief(
            buyer=me,
            category=categories[GRAPHIC],
            title="秋冬新品的海报三张",
            story="三款热饮，门店立牌和朋友圈各用一版。产品照片已经拍好，文案我们自己写，要看得出是同一家店。",
            budget_min_fen=60_000,
            budget_max_fen=120_000,
            wanted_by=today + timedelta(days=14),
            valid_days=14,
        )
        logo = services.publish_brief(
            buyer=others[0],
            category=categories[LOGO],
            title="社区面馆换一块招牌",
            story="开了八年的面馆，想换块晚上也看得清的招牌。名字不改，老顾客要认得出来。门面宽四米二，有现场照片。",
            budget_min_fen=80_000,
            budget_max_fen=200_000,
            wanted_by=today + timedelta(days=25),
            valid_days=14,
        )
    with clock.moved_to(now - timedelta(hours=5)):
        packing = services.publish_brief(
            buyer=others[1],
            category=categories[GRAPHIC],
            title="手工皂的包装纸与小卡片",
            story="六种味道，一张包装纸通用，只换标签颜色。另要一张说明成分的小卡片，印刷厂给了刀版。",
            budget_max_fen=90_000,
            wanted_by=today + timedelta(days=20),
            valid_days=14,
        )
    for brief in (own, logo, packing):
        services.announce_brief(brief_id=brief.pk)
    answers = (
        (shop, 98_000, 6, 3, "三张一个版式，换照片和主色，门店立牌和朋友圈各出一版尺寸，源文件都给。"),
        (rivals[0], 88_000, 8, 2, "先出一张定调，您点头再做另外两张。含两种尺寸。"),
        (rivals[1], 110_000, 4, 3, "四天交，加一版竖屏动态。文案里有错字会提醒您。"),
    )
    for number, (seller, total_fen, days, revisions, scope) in enumerate(answers):
        with clock.moved_to(now - timedelta(hours=30 - number * 8)):
            services.send_offer(
                seller=seller,
                buyer=me,
                brief=own,
                terms=OfferTerms("秋冬新品海报三张", scope, total_fen, days, revisions),
                valid_days=10,
            )
