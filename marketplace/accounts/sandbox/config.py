"""Every environment variable of the identity sandbox, read in this one place."""

from __future__ import annotations

import os
from collections.abc import Mapping
from dataclasses import dataclass


@dataclass(frozen=True)
class App:
    """One of the portal's apps at a provider."""

    id: str
    secret: str


@dataclass(frozen=True)
class IdentityConfig:
    """How one installation of the sandbox is set up."""

    weixin: App
    """The website app of WeChat's open platform."""
    weixin_mp: App
    """The Official Account, bound to the same account of the open platform: both see one unionid."""
    qq: App
    weibo: App
    hosts: frozenset[str]
    """Where the portal's callbacks may be, without ports: what one registers at the real providers."""
    code_seconds: float
    """How long a code is good for: ten minutes at WeChat."""
    site_name: str
    """Who asks, as the pages show it."""

    @classmethod
    def from_env(cls, environment: Mapping[str, str] | None = None) -> IdentityConfig:
        """Build the configuration from `environment` (the process's own when omitted)."""
        env = os.environ if environment is None else environment
        return cls(
            weixin=App(env.get("WEIXIN_APP_ID", "wx2026jiangjiweb"), env.get("WEIXIN_APP_SECRET", "sandbox-weixin")),
            weixin_mp=App(
                env.get("WEIXIN_MP_APP_ID", "wx2026jiangji0001"), env.get("WEIXIN_MP_APP_SECRET", "sandbox-weixin-mp")
            ),
            qq=App(env.get("QQ_APP_ID", "102026001"), env.get("QQ_APP_KEY", "sandbox-qq")),
            weibo=App(env.get("WEIBO_APP_KEY", "2026000001"), env.get("WEIBO_APP_SECRET", "sandbox-weibo")),
            hosts=frozenset(env.get("IDENTITY_REDIRECT_HOSTS", "localhost,127.0.0.1").split(",")),
            code_seconds=float(env.get("IDENTITY_CODE_SECONDS", "600")),
            site_name=env.get("IDENTITY_SITE_NAME", "匠集"),
        )
