"""What the page of a gig weighs: everything a browser fetches before pictures, compressed as production serves it."""

import re
from pathlib import Path

import brotli
import pytest
from django.test import Client

from marketplace.gigs import services
from tests.factories import make_completed_order, make_public_review
from tests.gigs.content import content, package

STATIC = Path(__file__).parents[2] / "static"
BUDGET_BYTES = 150 * 1024
# What browsers fetch for a page besides pictures; the poster's and the share image's addresses are only names.
FETCHED = re.compile(
    r'<(?:link rel="(?:stylesheet|icon|modulepreload)"|script)[^>]*(?:href|src)="/static/([^"]+)"|<use href="/static/([^"#]+)'
)


def weight(content: bytes) -> int:
    """WhiteNoise compresses static files with Brotli's best; pages are compressed by nginx with less effort, as 5 here."""
    return len(brotli.compress(content, quality=5))


def fetched_by(page: str) -> set[str]:
    """Names of the static files, with every module that a module imports and every file that a style sheet names."""
    found: set[str] = set()
    waiting = [name for names in FETCHED.findall(page) for name in names if name]
    while waiting:
        name = waiting.pop()
        if name in found:
            continue
        found.add(name)
        text = (STATIC / name).read_text() if name.endswith((".js", ".css")) else ""
        folder = Path(name).parent
        inner = re.findall(r'(?:from|import)\s+"(\.[^"]+)"', text) if name.endswith(".js") else []
        inner += re.findall(r'url\("?(?!data:|#)([^")]+)', text) if name.endswith(".css") else []
        waiting += [str((STATIC / folder / one).resolve().relative_to(STATIC.resolve())) for one in inner]
    return found


@pytest.fixture
def page(seller) -> str:
    """A page with everything that a gig may have."""
    full = content(
        description="给茶饮、咖啡、面馆、烘焙这类小店做标志。先听你讲店是怎么来的，再动笔。\n" * 80,
        packages=(package(), package("standard", 128_000), package("premium", 298_000)),
        requirements=(),
    )
    gig = services.publish_directly(gig=services.create_gig(seller=seller, content=full))
    for _number in range(10):
        order = make_completed_order(gig=gig)
        make_public_review(order, aspects={"quality": 5}, body="第二稿就定了。" * 30)
    return Client().get(gig.get_absolute_url()).content.decode()


def test_everything_before_the_pictures_fits_into_the_budget(page):
    files = {name: weight((STATIC / name).read_bytes()) for name in fetched_by(page)}
    assert {"css/pages/gig.css", "js/gallery.js", "img/icons.svg", "vendor/htmx/htmx.min.js"} <= files.keys()
    total = weight(page.encode()) + sum(files.values())
    assert total < BUDGET_BYTES, (total, sorted(files.items(), key=lambda item: -item[1])[:8])


def test_nothing_shifts_when_pictures_arrive(page):
    pictures = re.findall(r"<(?:img|video)[^>]*>", page)
    assert pictures
    assert [tag for tag in pictures if "width=" not in tag or "height=" not in tag] == []
