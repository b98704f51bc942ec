"""Addresses that people can read, type and pass on: Chinese in pinyin, no tones."""

from django.utils.text import slugify
from pypinyin import lazy_pinyin

SLUG_LENGTH = 60


def pinyin_slug(text: str, *, fallback: str, length: int = SLUG_LENGTH) -> str:
    """`奶茶店LOGO` → `nai-cha-dian-logo`, cut after a whole syllable at `length`; `fallback` where nothing is left."""
    slug = slugify("-".join(lazy_pinyin(text)))
    if len(slug) > length:
        slug = slug[: length + 1].rpartition("-")[0] or slug[:length]  # a single word is cut itself
    return slug or fallback
