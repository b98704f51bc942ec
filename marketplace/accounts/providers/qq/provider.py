from marketplace.accounts.providers.base import Provider
from marketplace.accounts.providers.qq.views import QQAdapter


class QQProvider(Provider):
    """QQ, on computers and phones."""

    id = "qq"
    name = "QQ"
    oauth2_adapter_class = QQAdapter

    def get_default_scope(self) -> list[str]:
        return ["get_user_info"]
