"""From SVG to WebP: headless Chromium prints sheets of many pictures, Pillow cuts and encodes them."""

import json
from base64 import b64encode
from collections.abc import Iterable, Iterator
from io import BytesIO
from itertools import islice
from pathlib import Path

from PIL import Image
from playwright.sync_api import Page, sync_playwright

from .catalogue import Picture

CHROMIUM = "/usr/bin/chromium"
QUALITY = 80
SHEET_PIXELS = 9_000_000  # of one screenshot; larger sheets cost more memory than they save time
HASH_SIDE = 16


def _sheets(pictures: Iterable[Picture]) -> Iterator[list[Picture]]:
    waiting = iter(pictures)
    while head := next(waiting, None):
        count = max(1, SHEET_PIXELS // (head.width * head.height))
        yield [head, *islice(waiting, count - 1)]


def _print_sheet(page: Page, batch: list[Picture]) -> list[Image.Image]:
    # Each SVG is its own document in an <img>, so that clip names of one cannot reach another.
    images = "".join(
        f'<img width="{each.width}" height="{each.height}" '
        f'src="data:image/svg+xml;base64,{b64encode(each.svg.encode()).decode()}">'
        for each in batch
    )
    width, height = max(each.width for each in batch), sum(each.height for each in batch)
    page.set_viewport_size({"width": width, "height": height})
    page.set_content(f"<style>*{{margin:0}}img{{display:block}}</style>{images}")
    page.evaluate("Promise.all([...document.images].map(image => image.decode()))")
    sheet = Image.open(BytesIO(page.screenshot())).convert("RGB")
    cut, top = [], 0
    for each in batch:
        cut.append(sheet.crop((0, top, each.width, top + each.height)))
        top += each.height
    return cut


def render(pictures: Iterable[Picture], target: Path) -> list[Path]:
    """Write the pictures below target; the paths in the same order."""
    written: list[Path] = []
    with sync_playwright() as playwright:
        chromium = playwright.chromium.launch(
            executable_path=CHROMIUM, args=["--no-sandbox", "--force-color-profile=srgb"]
        )
        page = chromium.new_page()
        for batch in _sheets(pictures):
            for each, image in zip(batch, _print_sheet(page, batch), strict=True):
                path = target / each.name
                path.parent.mkdir(parents=True, exist_ok=True)
                image.save(path, "WEBP", quality=QUALITY, method=6)
                written.append(path)
        chromium.close()
    return written


def difference_hash(path: Path) -> int:
    """A perceptual hash of 256 bits: is each cell of a small grey copy darker than its right neighbour."""
    with Image.open(path) as image:
        grey = image.convert("L").resize((HASH_SIDE + 1, HASH_SIDE), Image.Resampling.LANCZOS).tobytes()
    bits = 0
    for row in range(HASH_SIDE):
        for place in range(HASH_SIDE):
            start = row * (HASH_SIDE + 1) + place
            bits = bits << 1 | (grey[start] < grey[start + 1])
    return bits


def closest_pair(paths: list[Path]) -> tuple[int, str, str]:
    """The smallest distance in bits between two of the pictures, and their names."""
    hashes = [(difference_hash(path), path.stem) for path in paths]
    return min(
        ((one ^ other).bit_count(), name, other_name)
        for index, (one, name) in enumerate(hashes)
        for other, other_name in hashes[index + 1 :]
    )


def write_index(pictures: Iterable[Picture], path: Path) -> None:
    """Map each file name to its category."""
    index = {Path(each.name).name: each.category for each in pictures}
    path.write_text(json.dumps(index, ensure_ascii=False, indent=1) + "\n", encoding="utf-8")
