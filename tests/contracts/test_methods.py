"""Whoever may GET a page may ask for its head: caches, link checkers and WeChat's previews do."""

import ast
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


@pytest.mark.parametrize("path", VIEWS, ids=lambda path: str(path.relative_to(ROOT)))
def test_no_head_is_taken_for_a_form_that_was_sent(path):
    """A HEAD needs no token against forgery. A view that asks whether it is a GET would do for it what it does for a POST."""
    source = path.read_text()
    for view in ast.walk(ast.parse(source)):
        if isinstance(view, ast.FunctionDef) and any(
            '"POST"' in ast.unparse(one).replace("'", '"') for one in view.decorator_list
        ):
            body = ast.get_source_segment(source, view) or ""
            assert not re.search(r'method [=!]= "GET"', body), f'{view.name}: request.method != "POST"'
