"""What every call of `/gateway.do` has in common: reading it, checking it, and writing the signed answer."""

from __future__ import annotations

import json
from collections.abc import Iterable
from dataclasses import dataclass
from typing import Any

from cryptography.hazmat.primitives.asymmetric import rsa

from . import clock, crypto
from .config import SandboxConfig

PAGE_METHODS = frozenset({"alipay.trade.page.pay", "alipay.trade.wap.pay"})
METHODS = PAGE_METHODS | {
    "alipay.trade.precreate",
    "alipay.trade.query",
    "alipay.trade.close",
    "alipay.trade.cancel",
    "alipay.trade.refund",
    "alipay.trade.fastpay.refund.query",
    "alipay.fund.trans.uni.transfer",
    "alipay.fund.trans.common.query",
    "alipay.data.dataservice.bill.downloadurl.query",
}

# Parameter, the end of its sub_code when missing, and what it is called. The order is the order of checking.
_REQUIRED = (
    ("method", "method", "方法名"),
    ("app_id", "app-id", "AppID"),
    ("sign_type", "signature-type", "签名类型"),
    ("sign", "signature", "签名"),
    ("timestamp", "timestamp", "时间戳"),
    ("version", "version", "版本"),
)


class GatewayError(Exception):
    """The gateway itself turns a request away, before any business is looked at."""

    def __init__(self, sub_code: str, sub_msg: str, *, method: str = "", authentic: bool = False) -> None:
        super().__init__(f"{sub_code}: {sub_msg}")
        self.sub_code = sub_code
        self.sub_msg = sub_msg
        self.method = method
        self.authentic = authentic
        """Whether the request's signature was right; only then is the answer signed."""

    def content(self) -> dict[str, str]:
        """Return the body of the answer."""
        code, msg = ("40001", "Missing Required Arguments") if ".missing-" in self.sub_code else (
            "40002", "Invalid Arguments",
        )  # fmt: skip
        return {"code": code, "msg": msg, "sub_code": self.sub_code, "sub_msg": self.sub_msg}


@dataclass(frozen=True)
class GatewayRequest:
    """A request whose signature, application and time are right."""

    method: str
    notify_url: str
    return_url: str
    content: dict[str, Any]
    """The decoded `biz_content`."""
    certificate_mode: bool = False
    """Whether it names certificates; the answer names Alipay's then."""


def requested_method(pairs: Iterable[tuple[str, str]]) -> str:
    """Return the method a request names, checked or not, to know whether a page or JSON is expected."""
    return next((value for name, value in pairs if name == "method"), "")


@dataclass(frozen=True)
class Certificates:
    """The numbers of the certificates that both sides name."""

    app: str
    alipay: str
    root: str


def read_request(
    pairs: list[tuple[str, str]], config: SandboxConfig, app_key: rsa.RSAPublicKey, certificates: Certificates
) -> GatewayRequest:
    """Check a request as the gateway does. Raises GatewayError."""
    parameters = dict(pairs)
    method = parameters.get("method", "")
    known = method if method in METHODS else ""
    for name, ending, label in _REQUIRED:
        if not parameters.get(name):
            raise GatewayError(f"isv.missing-{ending}", f"缺少{label}参数", method=known)
    if not known:
        raise GatewayError("isv.invalid-method", "不存在的方法名")
    if len(parameters) != len(pairs):
        # The same name twice: signer and reader could each mean another one.
        raise GatewayError("isv.suspected-attack", "可疑的攻击请求", method=method)
    if parameters["app_id"] != config.alipay_app_id:
        raise GatewayError("isv.invalid-app-id", "无效的AppID参数", method=method)
    if parameters["sign_type"] != "RSA2":
        raise GatewayError("isv.invalid-signature-type", "无效的签名类型", method=method)
    if parameters.get("charset", "utf-8").lower() != "utf-8":
        raise GatewayError("isv.invalid-charset", "字符集错误，沙箱只收 utf-8", method=method)
    certificate_mode = _check_certificates(parameters, certificates, method)
    if not crypto.is_signed(app_key, crypto.request_text(parameters), parameters["sign"]):
        raise GatewayError(
            "isv.invalid-signature", "验签出错，建议检查签名字符串或签名私钥与应用公钥是否匹配", method=method
        )
    _check_timestamp(parameters["timestamp"], config, method)
    try:
        content = json.loads(parameters.get("biz_content") or "{}")
    except json.JSONDecodeError:
        content = None
    if not isinstance(content, dict):
        raise GatewayError("isv.invalid-parameter", "biz_content 不是 JSON 对象", method=method, authentic=True)
    return GatewayRequest(
        method, parameters.get("notify_url", ""), parameters.get("return_url", ""), content, certificate_mode
    )


def _check_certificates(parameters: dict[str, str], certificates: Certificates, method: str) -> bool:
    """Tell whether the request is in certificate mode; then both numbers must be right."""
    named = (parameters.get("app_cert_sn", ""), parameters.get("alipay_root_cert_sn", ""))
    if not any(named):
        return False
    if named[0] != certificates.app:
        raise GatewayError("isv.invalid-app-cert-sn", "应用公钥证书 SN 不匹配", method=method)
    if named[1] != certificates.root:
        raise GatewayError("isv.invalid-alipay-root-cert-sn", "支付宝根证书 SN 不匹配", method=method)
    return True


def _check_timestamp(text: str, config: SandboxConfig, method: str) -> None:
    try:
        distance = abs(clock.parse_moment(text) - clock.now()) if len(text) == 19 else None
    except ValueError:
        distance = None
    if distance is None or distance > config.timestamp_tolerance:
        raise GatewayError(
            "isv.invalid-timestamp", "非法的时间戳参数，应是当前的北京时间", method=method, authentic=True
        )


def write_answer(
    method: str, content: dict[str, Any], key: rsa.RSAPrivateKey | None, *, corrupt: bool = False, cert_sn: str = ""
) -> str:
    """Return the JSON text of an answer, signed when a key is given (wrongly so when `corrupt`).

    In certificate mode it names Alipay's certificate, outside of what is signed.
    """
    name = method.replace(".", "_") + "_response" if method else "error_response"
    text = crypto.response_text(content)
    if key is None:
        return f'{{"{name}":{text}}}'
    certificate = f',"alipay_cert_sn":"{cert_sn}"' if cert_sn else ""
    return f'{{"{name}":{text}{certificate},"sign":"{crypto.sign(key, text + " " if corrupt else text)}"}}'
