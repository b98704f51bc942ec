"""By which way a visit came: from what the browser says, of which nothing is kept but one word."""

from collections.abc import Mapping
from urllib.parse import urlsplit

from marketplace.insights.models import Channel

# Hosts and all below them. The engines that people in China use, and the large ones of elsewhere.
_SEARCH = (
    "baidu.com",
    "sogou.com",
    "so.com",
    "sm.cn",
    "bing.com",
    "toutiao.com",
    "chinaso.com",
    "youdao.com",
    "360.cn",
    "google.com",
    "google.com.hk",
    "duckduckgo.com",
    "yandex.com",
    "yandex.ru",
    "yahoo.com",
    "ecosia.org",
    "metaso.cn",
    "perplexity.ai",
)
_SOCIAL = (
    "weibo.com",
    "weibo.cn",
    "t.cn",
    "zhihu.com",
    "xiaohongshu.com",
    "xhslink.com",
    "douyin.com",
    "iesdouyin.com",
    "kuaishou.com",
    "bilibili.com",
    "b23.tv",
    "douban.com",
    "tieba.baidu.com",
    "qzone.qq.com",
    "okjike.com",
    "facebook.com",
    "x.com",
    "t.co",
    "twitter.com",
    "linkedin.com",
    "reddit.com",
    "instagram.com",
    "youtube.com",
)
_WECHAT = ("weixin.qq.com", "wx.qq.com", "weixin110.qq.com", "servicewechat.com")
_MAIL = (
    "mail.qq.com",
    "exmail.qq.com",
    "mail.163.com",
    "mail.126.com",
    "mail.google.com",
    "outlook.live.com",
    "mail.sina.com.cn",
)
_MAIL_MEDIUMS = frozenset({"email", "mail", "notice", "sms", "push", "edm"})
_IN_WECHAT = "micromessenger"


def channel_of(*, query: Mapping[str, str], referer: str, agent: str, own_hosts: frozenset[str]) -> Channel:
    """The channel of one page load. What leads from one page of ours to the next is DIRECT: it says nothing new.

    Words of a campaign come first, then the page it came from, then the browser: WeChat's hands on no referer.
    """
    medium = query.get("utm_medium", "").casefold()
    if medium in _MAIL_MEDIUMS:
        return Channel.MAIL
    if any(query.get(name) for name in ("utm_source", "utm_campaign", "utm_medium")):
        return Channel.CAMPAIGN
    host = _host(referer)
    if host and host not in own_hosts:
        return _of_host(host)
    if not host and _IN_WECHAT in agent.casefold():
        return Channel.WECHAT
    return Channel.DIRECT


def _of_host(host: str) -> Channel:
    for hosts, channel in (
        (_MAIL, Channel.MAIL), (_WECHAT, Channel.WECHAT), (_SOCIAL, Channel.SOCIAL), (_SEARCH, Channel.SEARCH),
    ):  # fmt: skip
        if any(host == known or host.endswith(f".{known}") for known in hosts):
            return channel
    return Channel.OTHER


def _host(referer: str) -> str:
    try:
        return (urlsplit(referer).hostname or "").casefold()
    except ValueError:
        return ""
