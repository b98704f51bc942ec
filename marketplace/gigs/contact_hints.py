"""What in a gig's text looks like a way around the platform. A hint for the moderator, who decides: never a verdict."""

import re
from dataclasses import dataclass

# Full-width digits and letters are one character each, so positions stay those of the text (NFKC may change its length).
_NARROW = {code: code - 0xFEE0 for code in range(0xFF01, 0xFF5F)} | {0x3000: 0x20}
_PATTERNS = (
    re.compile(r"(?<!\d)1[3-9]\d(?:[\s-]?\d){8}(?!\d)"),
    re.compile(r"[\w.+-]+@[\w-]+(?:\.[\w-]+)+", re.ASCII),
    re.compile(r"(?:https?://|www\.)[\w./%?=&#~:-]+", re.IGNORECASE | re.ASCII),
    # 微信, 薇信, V信, vx, wx, Q号 with what one writes before or behind it.
    re.compile(
        r"(?:加|\+|联系|私)\s*(?:我|个|一下)?\s*(?:微信?|薇信?|威信|v信?|vx|wx|wechat|扣扣|qq|q)(?![a-z])",
        re.IGNORECASE,
    ),
    re.compile(
        r"(?:微信|薇信|威信|v信|vx|wx|wechat|扣扣|qq|q群|telegram|whatsapp)\s*(?:号|群|id)?\s*[:：]?\s*"
        r"[a-z0-9][\w-]{4,}",
        re.IGNORECASE | re.ASCII,
    ),
)


@dataclass(frozen=True)
class ContactHint:
    """The place in the text, as positions of characters."""

    start: int
    end: int
    text: str


def find_contacts(text: str) -> list[ContactHint]:
    """Telephone numbers, addresses of mail and web, and invitations to other messengers, in order; none overlaps."""
    narrow = text.translate(_NARROW)
    spans = sorted(match.span() for pattern in _PATTERNS for match in pattern.finditer(narrow))
    found: list[ContactHint] = []
    for start, end in spans:
        if not found or start >= found[-1].end:
            found.append(ContactHint(start, end, text[start:end]))
    return found
