"""The identity sandbox, which speaks for WeChat here too."""

from tests.accounts.conftest import identity, identity_process, in_wechat

__all__ = ["identity", "identity_process", "in_wechat"]
