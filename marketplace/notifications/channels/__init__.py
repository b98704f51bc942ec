"""The ways out of the house, by name."""

from marketplace.notifications.channels.base import ChannelSender
from marketplace.notifications.channels.email import EmailSender
from marketplace.notifications.channels.push import PushSender
from marketplace.notifications.channels.sms import SmsSender
from marketplace.notifications.channels.wechat import WechatSender
from marketplace.notifications.models import Channel

CHANNELS: dict[Channel, ChannelSender] = {
    Channel.EMAIL: EmailSender(),
    Channel.SMS: SmsSender(),
    Channel.WECHAT: WechatSender(),
    Channel.PUSH: PushSender(),
}
