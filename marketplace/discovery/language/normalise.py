"""One form for what is written in many: the same for documents and queries, and the same for every engine.

Order and measurements: facts/search.md, section 2. PostgreSQL's lower() would keep full-width letters full-width.
"""

import re
import unicodedata
from functools import lru_cache

import opencc

CJK = re.compile(r"[㐀-鿿豈-﫿〇]+")


@lru_cache(maxsize=1)
def _simplifier() -> opencc.OpenCC:
    return opencc.OpenCC("t2s")


def fold(text: str) -> str:
    """Full width to half width, capitals to small letters, one blank between words: all but the characters' form."""
    return " ".join(unicodedata.normalize("NFKC", text).lower().split())


def normalise(text: str) -> str:
    """`fold`, and traditional characters to simplified ones."""
    return simplified(fold(text))


def simplified(folded: str) -> str:
    """Folded text with simplified characters, character by character: words stay those that were typed."""
    return _simplifier().convert(folded) if CJK.search(folded) else folded


@lru_cache(maxsize=1)
def _taiwan_to_mainland() -> opencc.OpenCC:
    return opencc.OpenCC("tw2sp")


def taiwan_wording(text: str) -> str:
    """Taiwan's words as the mainland says them (資料 → 数据): to be searched beside the text, never instead of it.

    It turns 程序开发 into 进程开发, so it is asked for only when traditional characters were typed.
    """
    return _taiwan_to_mainland().convert(text)
