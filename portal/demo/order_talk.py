"""What two people say in an order's own conversation, shown in the demo: a picture, a quote, a file, one word changed and one
taken back; and support beside the two where a dispute is open."""

from collections.abc import Callable, Sequence
from datetime import datetime, timedelta

from django.core.files.base import ContentFile

from marketplace.accounts.models import User
from marketplace.core import clock
from marketplace.messaging import services
from marketplace.messaging.models import Message
from marketplace.orders.models import Order
from marketplace.orders.states import OrderStatus
from portal.demo.changes import MESSAGE
from portal.demo.sources import MEDIA

PICTURE, FILE = ("门头现状.webp", 5), "色值与材料.txt"
COLOURS = "色值与材料\n\n主色  #2F5D46（灯箱布用 3M 3630-76）\n字色  #FBF8F3\n底板  亚光白铝塑板，背光色温 4000K\n"
SAID_IN_DISPUTE = "双方好。请各自把最有说服力的一张图或一段记录发在这里，发完写“已发完”，我在两个工作日内给出意见。"


def show_talk(*, buyer: User, seller: User, mediator: User, now: datetime) -> None:
    """By the services, as people would have done it, in the hours before `now`."""
    order = Order.objects.filter(
        buyer=buyer, seller=seller, status=OrderStatus.DELIVERED, deliveries__message=MESSAGE
    ).get()
    _talk_about(order, now - timedelta(minutes=170))
    for disputed in Order.objects.filter(status=OrderStatus.DISPUTED).select_related("dispute").order_by("pk"):
        _let_support_in(disputed, mediator, now)


def _talk_about(order: Order, begin: datetime) -> None:
    conversation = services.order_conversation(order=order)
    begin = max(begin, (conversation.last_message_at or begin) + timedelta(minutes=1))
    covers = sorted((MEDIA / "covers").glob("*.webp"))
    name, place = PICTURE
    picture = ContentFile(covers[place % len(covers)].read_bytes(), name=name)
    colours = ContentFile(COLOURS.encode(), name=FILE)

    def say(
        minutes: int, sender: User, body: str, *, files: Sequence[ContentFile] = (), quoted: int | None = None
    ) -> Message:
        with clock.moved_to(begin + timedelta(minutes=minutes)):
            return services.send_message(
                conversation_id=conversation.pk, sender=sender, body=body, files=files, quoted=quoted
            )

    def then(minutes: int, act: Callable[..., object], **what: object) -> None:
        with clock.moved_to(begin + timedelta(minutes=minutes)):
            act(conversation_id=conversation.pk, **what)

    photo = say(0, order.buyer, "门头现在是这样，晚上灯一开颜色发黄。新标挂上去会不会也发黄？", files=[picture])
    say(14, order.seller, "会。现在的灯是暖白，绿色照出来发灰。我按夜里的灯光单独调一版。", quoted=photo.sequence)
    hasty = say(21, order.buyer, "头像能不能直接把大图缩小用？")
    then(22, services.withdraw_message, sequence=hasty.sequence, user=order.buyer)
    say(24, order.buyer, "外卖头像那个尺寸也帮忙看看，叶脉有点糊。")
    say(52, order.seller, "色值、灯箱布型号和背光色温都写在里面，可以直接转给装修师傅。", files=[colours])
    promise = say(53, order.seller, "第二版明天中午前传到订单里。")
    then(
        54,
        services.edit_message,
        sequence=promise.sequence,
        editor=order.seller,
        body="第二版两小时内传到订单里，头像单独画，不用大图缩。",
    )
    then(60, services.mark_read, reader=order.buyer)
    say(61, order.buyer, "好的，辛苦 🙏")
    then(66, services.mark_read, reader=order.seller)


def _let_support_in(order: Order, mediator: User, now: datetime) -> None:
    with clock.moved_to(order.dispute.created_at):
        conversation = services.let_support_in(order=order)
    # A dispute may be minutes old.
    with clock.moved_to(min(order.dispute.created_at + timedelta(minutes=35), now)):
        services.say_as_support(conversation_id=conversation.pk, staff=mediator, body=SAID_IN_DISPUTE)
