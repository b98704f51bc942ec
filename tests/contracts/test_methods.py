"""Whoever may GET a page may ask for its head: caches, link checkers and WeChat's previews do."""

import re

import pytest

from tests.contracts.source import ROOT

VIEWS = [
    path
    for room in ("marketplace", "cms_pages", "portal")
    for path in sorted((ROOT / room).rglob("*.py"))
    if "require_" in path.read_text()
]


@pytest.mark.parametrize("path", VIEWS, ids=lambda path: str(path.relative_to(ROOT)))
def test_a_page_that_is_shown_has_a_head(path):
    source = path.read_text()
    assert not re.search(r"\brequire_GET\b", source), "require_safe"
    for methods in re.findall(r"require_http_methods\(\[([^\]]*)\]\)", source):
        assert ('"GET"' in methods) == ('"HEAD"' in methods), methods
