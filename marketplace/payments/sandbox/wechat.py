"""WeChat Pay's side of the sandbox, put together."""

from __future__ import annotations

from dataclasses import dataclass

from starlette.routing import Route

from .config import SandboxConfig
from .crypto import load_private_key, load_public_key
from .faults import Faults
from .store import Store
from .wechat_bills import WechatBills
from .wechat_control import WechatControl
from .wechat_gateway import WechatGateway
from .wechat_notifications import WechatNotifications
from .wechat_pages import WechatPhone
from .wechat_trades import WechatTrades
from .wechat_transfers import WechatTransfers


@dataclass(frozen=True)
class Wechat:
    """What the application mounts and runs."""

    routes: list[Route]
    notifications: WechatNotifications
    trades: WechatTrades
    transfers: WechatTransfers
    control: WechatControl

    def every_second(self) -> None:
        """What time does by itself: freezes and unconfirmed transfers end."""
        self.trades.release_expired()
        self.transfers.expire()


def create_wechat(config: SandboxConfig, store: Store, faults: Faults) -> Wechat:
    """Put the parts together; the keys are there (keys.ensure_keys)."""
    key = load_private_key(config.data_dir / "wechat_private_key.pem")
    key_id = (config.data_dir / "wechat_public_key_id.txt").read_text()
    api_v3_key = (config.data_dir / "wechat_api_v3_key.txt").read_text()
    notifications = WechatNotifications(config, store, faults, key=key, key_id=key_id, api_v3_key=api_v3_key)
    trades = WechatTrades(store, faults, notifications.announce, speed=config.notify_speed)
    transfers = WechatTransfers(store, faults, key, notifications.announce)
    merchant_key = load_public_key(config.data_dir / "wechat_merchant_public_key.pem")
    gateway = WechatGateway(
        config=config,
        merchant_key=merchant_key,
        merchant_serial=(config.data_dir / "wechat_merchant_serial_no.txt").read_text(),
        key=key,
        key_id=key_id,
        trades=trades,
        transfers=transfers,
        bills=WechatBills(config, store, faults),
        faults=faults,
    )
    control = WechatControl(config, trades, transfers, notifications, merchant_key=merchant_key)
    phone = WechatPhone(config, trades, transfers)
    return Wechat([*gateway.routes, *phone.routes, *control.routes], notifications, trades, transfers, control)
