from marketplace.accounts.providers.weixin.provider import WeixinProvider
from marketplace.accounts.providers.weixin_mp.views import WeixinMpAdapter


class WeixinMpProvider(WeixinProvider):
    """WeChat inside WeChat's own browser, by the Official Account. The same person there is the same account here."""

    id = "weixin_mp"
    oauth2_adapter_class = WeixinMpAdapter

    def get_default_scope(self) -> list[str]:
        return ["snsapi_userinfo"]  # asks the person, once; without it WeChat gives neither name nor unionid

    @property
    def account_provider(self) -> str:
        """One row for both apps: by the unionid, the table's own unique key makes them one way in."""
        return WeixinProvider.id
