"""Codes to scan in pictures that people send: whose code it is tells whether it leads past the platform."""

import re
from collections.abc import Iterable
from dataclasses import dataclass

import zxingcpp
from PIL import Image

from marketplace.safety.contact_patterns import ContactKind
from marketplace.safety.contacts import find_contacts

# The longest side that is searched: a code on a poster is still some hundred pixels wide, and a picture takes 20 ms, not 200.
SEARCHED_SIDE = 1600
# What the first characters of a code's text say. A code of a mini programme, a shop or a web site is what designers work on.
_OWNERS: tuple[tuple[ContactKind, re.Pattern[str]], ...] = tuple(
    (kind, re.compile(beginning, re.IGNORECASE))
    for kind, beginning in (
        (ContactKind.PAYMENT, r"wxp://|https?://(?:qr\.alipay\.com|mobilecodec\.alipay\.com|qr\.95516\.com|payapp\.weixin\.qq\.com)/"),
        (ContactKind.PAYMENT, r"https?://(?:i\.qianbao\.qq\.com|vac\.qq\.com/wallet)/"),
        (ContactKind.WECHAT, r"https?://(?:u\.wechat\.com|weixin\.qq\.com/[rgx]|work\.weixin\.qq\.com/(?:ca|gm|u|wework))|weixin://(?:dl|contacts)"),
        (ContactKind.QQ, r"https?://(?:qm\.qq\.com|qun\.qq\.com|jq\.qq\.com|qr\.qq\.com)|mqqapi://"),
        (ContactKind.MESSENGER, r"https?://(?:t\.me|wa\.me|line\.me|qr\.dingtalk\.com|applink\.feishu\.cn|v\.douyin\.com|m\.facebook\.com)/|tg://"),
        (ContactKind.PHONE, r"tel:|sms(?:to)?:|mecard:|begin:vcard"),
        (ContactKind.EMAIL, r"mailto:|matmsg:"),
    )
)  # fmt: skip


@dataclass(frozen=True)
class CodeHint:
    """A code that leads to a person or a purse."""

    kind: ContactKind
    text: str


def find_codes(picture: Image.Image) -> list[CodeHint]:
    """The codes of a picture (QR, Micro QR, Data Matrix, Aztec) that are contact details or ask for money."""
    return list(_hints(_texts(picture)))


def _texts(picture: Image.Image) -> set[str]:
    searched = picture.convert("L")
    searched.thumbnail((SEARCHED_SIDE, SEARCHED_SIDE))
    formats = zxingcpp.barcode_formats_from_str("QRCode,MicroQRCode,DataMatrix,Aztec")
    return {code.text for code in zxingcpp.read_barcodes(searched, formats=formats) if code.text}


def _hints(texts: Iterable[str]) -> Iterable[CodeHint]:
    for text in sorted(texts):
        kind = next((kind for kind, beginning in _OWNERS if beginning.match(text)), None)
        if kind is None:
            # A code may hold plain words: a number, a name to look for.
            found = find_contacts(text, with_links=False)
            kind = found[0].kind if found else None
        if kind is not None:
            yield CodeHint(kind, text)
