"""Codes in pictures, drawn by the same library that draws ours."""

from io import BytesIO

import pytest
import segno
from PIL import Image, ImageDraw

from marketplace.safety.contact_patterns import ContactKind
from marketplace.safety.pictures import find_codes


def code(text: str, *, scale: int = 6) -> Image.Image:
    buffer = BytesIO()
    segno.make(text, error="m", micro=False).save(buffer, kind="png", scale=scale, border=4)
    return Image.open(buffer).convert("RGB")


def on_a_poster(picture: Image.Image, *, angle: int = 0) -> Image.Image:
    """A code in the corner of a poster of 2400 × 3200 pixels, turned."""
    poster = Image.new("RGB", (2400, 3200), (30, 111, 255))
    ImageDraw.Draw(poster).rectangle((200, 200, 2200, 1800), fill=(250, 240, 220))
    turned = picture.rotate(angle, expand=True, fillcolor=(255, 255, 255))
    poster.paste(turned, (1500, 2300))
    return poster


@pytest.mark.parametrize(
    ("text", "kind"),
    [
        ("https://u.wechat.com/MHlx8Kc0Fz7vGm2", ContactKind.WECHAT),
        ("wxp://f2f0AbCdEfGhIjKlMnOpQrStUvWxYz", ContactKind.PAYMENT),
        ("HTTPS://QR.ALIPAY.COM/FKX01234567890ABCD", ContactKind.PAYMENT),
        ("https://qm.qq.com/q/aB3dE5fG7h", ContactKind.QQ),
        ("BEGIN:VCARD\nFN:李工\nTEL:13812345678\nEND:VCARD", ContactKind.PHONE),
        ("加我微信 moon_0413", ContactKind.WECHAT),
    ],
)
def test_a_code_of_a_person_or_a_purse_is_found_on_a_poster(text, kind):
    assert [(hint.kind, hint.text) for hint in find_codes(on_a_poster(code(text), angle=12))] == [(kind, text)]


@pytest.mark.parametrize(
    "text", ["https://www.lanting-tea.example/shop?id=3", "https://mp.weixin.qq.com/s/AbCdEf", "SKU-0519"]
)
def test_codes_that_designers_work_with_are_none(text):
    assert find_codes(on_a_poster(code(text))) == []


def test_a_picture_without_a_code_holds_none():
    assert find_codes(on_a_poster(Image.new("RGB", (300, 300), (0, 0, 0)))) == []
