"""Where allauth looks for the providers of an installed app: ours, in place of its own (providers/__init__.py says why)."""

from marketplace.accounts.providers.qq.provider import QQProvider
from marketplace.accounts.providers.weibo.provider import WeiboProvider
from marketplace.accounts.providers.weixin.provider import WeixinProvider
from marketplace.accounts.providers.weixin_mp.provider import WeixinMpProvider

# In the order of the buttons.
provider_classes = [WeixinProvider, WeixinMpProvider, QQProvider, WeiboProvider]
