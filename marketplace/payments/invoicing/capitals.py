"""Amounts in Chinese capitals (大写金额), which figures on a paper cannot be changed into.

Rules: 支付结算办法, appendix 1 (正确填写票据和结算凭证的基本规定). 圆 instead of 元, 整 after 角 and "（负数）" before a
red-letter amount, as electronic invoices print them.
"""

_DIGITS = "零壹贰叁肆伍陆柒捌玖"
_PLACES = ("仟", "佰", "拾", "")
_GROUPS = ("", "万", "亿")
_GROUP = 10_000


def capital_yuan(amount_fen: int) -> str:
    """An amount in fen in words: 128000 → "壹仟贰佰捌拾圆整". Raises ValueError from a thousand billion yuan on."""
    yuan, fen = divmod(abs(amount_fen), 100)
    if yuan >= _GROUP**3:
        raise ValueError(f"{amount_fen} fen are too many to write out")
    jiao, fen = divmod(fen, 10)
    text = "（负数）" if amount_fen < 0 else ""
    if yuan or not (jiao or fen):
        text += (_whole(yuan) or _DIGITS[0]) + "圆"
    if jiao:
        text += _DIGITS[jiao] + "角"
    elif yuan and fen:
        text += _DIGITS[0]
    return text + (_DIGITS[fen] + "分" if fen else "整")


def _whole(number: int) -> str:
    """A whole number, by groups of four digits; any run of zeros inside is one 零."""
    text = ""
    for position in reversed(range(len(_GROUPS))):
        group = number // _GROUP**position % _GROUP
        if not group:
            continue
        # A gap before this group: the one above was empty, or this one does not fill its four places.
        if text and (group < _GROUP // 10 or number // _GROUP ** (position + 1) % _GROUP == 0):
            text += _DIGITS[0]
        text += _four(group) + _GROUPS[position]
    return text


def _four(group: int) -> str:
    """Up to four digits: 1009 → 壹仟零玖, 1200 → 壹仟贰佰."""
    text, gap = "", False
    for digit, place in zip(f"{group:04d}", _PLACES, strict=True):
        if digit == "0":
            gap = bool(text)
            continue
        text += (_DIGITS[0] if gap else "") + _DIGITS[int(digit)] + place
        gap = False
    return text
