"""Addresses that people can read, type and pass on: Chinese in pinyin, no tones."""

from django.utils.text import slugify
from pypinyin import lazy_pinyin

SLUG_LENGTH = 60


def pinyin_slug(text: str, *, fallback: str) -> str:
    """`奶茶店LOGO` → `nai-cha-dian-logo`, cut after a whole syllable; `fallback` where nothing is left of the text."""
    slug = slugify("-".join(lazy_pinyin(text)))
    return (slug if len(slug) <= SLUG_LENGTH else slug[:SLUG_LENGTH].rpartition("-")[0]) or fallback
