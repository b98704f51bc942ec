"""What lies in the moderators' queue: reports, flagged messages and a review of every kind, and what was decided before."""

from collections.abc import Callable, Iterator
from contextlib import contextmanager
from datetime import datetime, timedelta

from marketplace.accounts.models import User
from marketplace.core import clock
from marketplace.core.errors import DomainError
from marketplace.gigs.models import Gig
from marketplace.gigs.states import GigStatus
from marketplace.messaging import services as messaging
from marketplace.moderation import reports
from marketplace.moderation.models import DecisionReason, Effect, ModerationQueue, QueueKind, Report, ReportReason
from marketplace.moderation.queue import services as queue
from marketplace.moderation.queue.sources import source_of
from marketplace.moderation.review_watch import queue_review
from marketplace.moderation.subjects import Hidden
from marketplace.reviews.models import MaskedPart, MaskGround, Review, ReviewSide
from portal.demo.people import People

# What is wrong with services: reason, words. Those of the first group wait, those of the second were decided.
_OF_SERVICES = (
    (ReportReason.INFRINGEMENT, "第二张作品图是我们工作室去年给客户做的，水印被裁掉了，可以提供源文件。"),
    (ReportReason.FALSE_CLAIMS, "介绍里说“百分百过稿”，实际改了五轮还没定，问起来说是运气不好。"),
    (ReportReason.OFF_PLATFORM, "封面右下角放了微信二维码，放大能扫。"),
    (ReportReason.COPIED, "介绍和常见问题整段照抄我的服务，连错别字都一样。"),
    (ReportReason.UNLAWFUL, "聊的时候说可以“代做资质证书”，页面上写得很隐晦。"),
    (ReportReason.FALSE_CLAIMS, "写着国家级大师亲自操刀，查不到这个人。"),
    (ReportReason.OTHER, "价格写480，进去说要先加购才肯接单。"),
    (ReportReason.INFRINGEMENT, "用了我们品牌的商标当案例，没有合作过，请核实。"),
)
_DECIDED_SERVICES = (
    (ReportReason.INFRINGEMENT, "案例图是别人获奖作品，网上能查到原作者。", Effect.REMOVE, "I1"),
    (ReportReason.FALSE_CLAIMS, "说有十年经验，注册才三个月。", Effect.NOTHING, "N1"),
    (ReportReason.OFF_PLATFORM, "图片里写了电话。", Effect.REMOVE, "C1"),
    (ReportReason.OTHER, "交付晚了两天，想退款。", Effect.NOTHING, "N2"),
)
# What people write past the platform: words. Some are only shown to moderators, some are held back.
_MESSAGES = (
    "加我微信 moon_0413 聊，发图方便",
    "这单不走平台了，直接转我支付宝，给你便宜两百",
    "我电话 13912345678，晚上打给我说",
    "QQ 284519037，资料我都放群里了",
    "能不能微信上先付一半定金，平台扣点太多",
    "发你邮箱 studio_lin@163.com，大文件这里传不动",
    "先加微信 jh_design88 看案例，合适再下单",
    "手机号136 0571 2288，随时联系",
    "走支付宝吧，省得等验收放款",
)
_DECIDED_MESSAGES = (
    ("加V聊，号是 tea_shop_1999", Effect.REMOVE, "C1"),
    ("咱们私下转账，别走平台了，支付宝给你", Effect.WARN, "C2"),
    ("我的客服电话是 13800001234，有事打", Effect.REMOVE, "C1"),
    ("打样厂家联系人微信 print_lao_wang，你直接问", Effect.NOTHING, "N1"),
    ("微信转我，这单取消，我私下给你做", Effect.WARN, "C2"),
)
AMONG = 40  # not the newest reviews, which stand on the first pages
_REVIEWS = (
    "做得挺好，需要的可以加他微信 good_logo_22 直接找，比这里便宜。",
    "整体满意，电话 13700005566，后面还找他。",
    "图不错，就是沟通慢，后来加QQ 30221988 才顺。",
)


def fill_queue(people: People, gigs: list[Gig], now: datetime) -> None:
    """By the services, in the days before `now`, as people and moderators would have done it."""
    published = [gig for gig in gigs if gig.status == GigStatus.LIVE and gig.seller_id != people.sellers[0].pk]
    # From the far end of everything: what visitors look at first stays as it is.
    shelf, talkers = iter(published[:: -max(1, len(published) // 40)]), _pairs(people)
    staff = people.staff["moderator"], people.staff["mediator"]
    for place, (reason, words, effect, code) in enumerate(_DECIDED_SERVICES):
        with _before(now, days=9 - 2 * place):
            _report(gig=next(shelf), reporter=people.buyers[20 + place], reason=reason, words=words)
            _decide_newest(staff[place % 2], effect, code)
    for place, (words, effect, code) in enumerate(_DECIDED_MESSAGES):
        with _before(now, days=8 - place):
            _say(*next(talkers), words)
            _decide_newest(staff[place % 2], effect, code)
    _decide_review(people, staff[1], now)
    for place, (reason, words) in enumerate(_OF_SERVICES):
        with _before(now, hours=26 - 3 * place):
            gig = next(shelf)
            _report(gig=gig, reporter=people.buyers[30 + place], reason=reason, words=words)
            if place == 2:
                _report(gig=gig, reporter=people.buyers[60], reason=reason, words="封面上有二维码，扫出来是个人微信。")
    for place, words in enumerate(_MESSAGES):
        with _before(now, minutes=330 - 35 * place):
            _say(*next(talkers), words)
    for place, words in enumerate(_REVIEWS):
        with _before(now, hours=20 - 6 * place):
            _find_in_review(words)
    queue.take_in()


def _pairs(people: People) -> Iterator[tuple[User, User]]:
    """Who writes to whom: strangers, sellers in every third pair."""
    for place, (buyer, seller) in enumerate(zip(people.buyers[40:], people.sellers[4:], strict=False)):
        yield (seller, buyer) if place % 3 == 2 else (buyer, seller)


def _report(*, gig: Gig, reporter: User, reason: ReportReason, words: str) -> None:
    report = reports.report_gig(gig=gig, reporter=reporter, reason=reason, words=words)
    Report.objects.filter(pk=report.pk).update(created_at=clock.now())  # which Django writes by the real clock


@contextmanager
def _before(now: datetime, **ago: int) -> Iterator[None]:
    with clock.moved_to(now - timedelta(**ago)):
        yield


def _say(writer: User, reader: User, words: str) -> None:
    """What is held back is refused with that very word."""
    buyer, seller = (reader, writer) if writer.is_seller and not reader.is_seller else (writer, reader)
    talk = messaging.start_conversation(buyer=buyer, seller=seller)
    _or_held(lambda: messaging.send_message(conversation_id=talk.pk, sender=writer, body=words, confirmed=True))


def _or_held(act: Callable[[], object]) -> None:
    try:
        act()
    except DomainError as refusal:
        if refusal.code != "held":
            raise


def _decide_newest(staff: User, effect: Effect, code: str, hidden: Hidden | None = None) -> None:
    queue.take_in()
    case = ModerationQueue.objects.filter(decided_at__isnull=True).exclude(kind__in=_AT_DESKS).order_by("-pk")[0]
    queue.claim_case(case_id=case.pk, staff=staff)
    with clock.moved_to(clock.now() + timedelta(seconds=50 + 17 * (case.pk % 9))):
        if effect not in source_of(case).effects_for(source_of(case).subject_of(case)):
            raise ValueError(f"the demo decides {case.kind} by {effect}")
        queue.decide_case(
            case_id=case.pk,
            staff=staff,
            effect=effect,
            reason=DecisionReason.objects.get(code=code),
            words="",
            hidden=hidden,
        )


_AT_DESKS = (QueueKind.GIG, QueueKind.IDENTITY, QueueKind.DISPUTE, QueueKind.INTEGRITY, QueueKind.APPEAL)


def _find_in_review(words: str) -> Review:
    """A review of strangers, with words that rules find, as it had been written."""
    known = ModerationQueue.objects.filter(kind=QueueKind.REVIEW).values("object_id")
    reviews = (
        Review.objects.filter(side=ReviewSide.BUYER, published_at__isnull=False, reply="")
        .exclude(pk__in=known)
        .exclude(body="")
        .order_by("-published_at", "pk")
    )
    review = reviews[: AMONG + 1][min(AMONG, reviews.count() - 1)]
    Review.objects.filter(pk=review.pk).update(body=words)
    queue_review(review.pk)
    return review


def _decide_review(people: People, staff: User, now: datetime) -> None:
    with _before(now, days=3):
        _find_in_review("人不错，私下加微信 reorder_77 下次便宜两成。")
        hidden = Hidden(MaskedPart.BODY, MaskGround.ADVERTISING)
        _decide_newest(staff, Effect.MASK, "C1", hidden)
