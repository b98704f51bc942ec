"""Style sheets, scripts and vendored libraries keep their promises: small, from here only, complete, legible."""

import gzip
import hashlib
import re
from pathlib import Path

import pytest

STATIC = Path(__file__).parents[2] / "static"
TEMPLATES = STATIC.parent / "templates"
BASE_TEMPLATES = [TEMPLATES / name for name in ("base.html", "components/style_sheets.html", "components/scripts.html")]
BUDGET_BYTES = 60 * 1024

STYLE_SHEETS = sorted(STATIC.glob("css/**/*.css"))
MODULES = sorted(STATIC.glob("js/**/*.js"))


def name_of(path: Path) -> str:
    return path.relative_to(STATIC).as_posix()


def without_comments(text: str) -> str:
    return re.sub(r"/\*.*?\*/", "", text, flags=re.S)


def loaded_by_the_base_page() -> set[Path]:
    """Style sheets and scripts of base.html, with every module they import."""
    found: set[Path] = set()
    texts = "".join(path.read_text() for path in BASE_TEMPLATES)
    waiting = [STATIC / name for name in re.findall(r'{% static "([^"]+\.(?:css|js))" %}', texts)]
    while waiting:
        path = waiting.pop().resolve()
        if path in found:
            continue
        found.add(path)
        if path.suffix == ".js" and "vendor" not in path.parts:
            waiting += [path.parent / name for name in re.findall(r'(?:from|import)\s+"(\.[^"]+)"', path.read_text())]
    return found


def test_style_and_script_of_the_base_page_fit_the_budget():
    sizes = {name_of(path): len(gzip.compress(path.read_bytes())) for path in loaded_by_the_base_page()}
    assert len(sizes) > 10
    assert sum(sizes.values()) < BUDGET_BYTES, sizes


@pytest.mark.parametrize("sheet", STYLE_SHEETS, ids=name_of)
def test_no_page_with_its_own_sheet_breaks_the_budget(sheet):
    base = sum(len(gzip.compress(path.read_bytes())) for path in loaded_by_the_base_page() | {sheet})
    assert base < BUDGET_BYTES


@pytest.mark.parametrize("path", [*STYLE_SHEETS, *MODULES], ids=name_of)
def test_nothing_is_fetched_from_another_host(path):
    text = without_comments(path.read_text())
    addresses = set(re.findall(r"(?:https?:)?//[\w.-]+\.\w{2,}", re.sub(r"(?m)^\s*//.*$", "", text)))
    assert addresses <= {"http://www.w3.org"}  # the name of SVG, which nobody fetches


@pytest.mark.parametrize("sheet", STYLE_SHEETS, ids=name_of)
def test_style_sheets_are_whole_and_short(sheet):
    text = without_comments(sheet.read_text())
    assert text.count("{") == text.count("}")
    assert "@layer" in text
    assert len(sheet.read_text().splitlines()) < 400


def test_what_is_wrong_with_a_field_is_never_hidden():
    """It stands in the page only where there is something wrong: a rule that shows it in some places forgets the next one."""
    for sheet in STYLE_SHEETS:
        for body in re.findall(r"\.field__error\s*\{([^{}]*)", without_comments(sheet.read_text())):
            assert "display: none" not in body, name_of(sheet)


def test_every_token_that_is_used_is_defined():
    texts = [without_comments(sheet.read_text()) for sheet in STYLE_SHEETS]
    defined = {name for text in texts for name in re.findall(r"(--[\w-]+)\s*:", text)}
    used = {name for text in texts for name in re.findall(r"var\((--[\w-]+)\)", text)}
    assert used <= defined


def theme(selector: str) -> dict[str, str]:
    text = without_comments((STATIC / "css/tokens.css").read_text())
    start = text.index(selector) + len(selector)
    body = text[text.index("{", start) + 1 : text.index("}", start)]
    return {name: " ".join(value.split()) for name, value in re.findall(r"(--[\w-]+):\s*([^;]+);", body)}


def test_the_dark_of_the_system_and_the_chosen_dark_are_the_same():
    assert theme('[data-theme="dark"]') == theme(":root:not([data-theme])")


def luminance(colour: str) -> float:
    channels = [int(colour[i : i + 2], 16) / 255 for i in (1, 3, 5)]
    red, green, blue = (c / 12.92 if c <= 0.04045 else ((c + 0.055) / 1.055) ** 2.4 for c in channels)
    return 0.2126 * red + 0.7152 * green + 0.0722 * blue


@pytest.mark.parametrize("selector", ['[data-theme="light"]', '[data-theme="dark"]'])
@pytest.mark.parametrize(
    ("text", "ground", "ratio"),
    [
        *((ink, ground, 4.5) for ink in ("ink", "ink-2", "ink-3") for ground in ("paper", "surface", "sunk")),
        *((ink, f"{ink.removesuffix('-ink')}-soft", 4.5) for ink in ("jade", "gold-ink", "rouge", "cinnabar-ink")),
        *((ink, "surface", 4.5) for ink in ("jade", "gold-ink", "rouge", "cinnabar-ink")),
        ("on-cinnabar", "cinnabar", 4.5),
        ("on-fill", "fill", 4.5),
        ("line-strong", "surface", 3),
        ("gold", "surface", 3),
        ("focus", "paper", 3),
    ],
)
def test_text_stands_out_from_its_ground(selector, text, ground, ratio):
    values = theme(selector)
    light, dark = sorted((luminance(values[f"--{text}"]), luminance(values[f"--{ground}"])), reverse=True)
    assert (light + 0.05) / (dark + 0.05) >= ratio


@pytest.mark.parametrize("module", MODULES, ids=name_of)
def test_modules_keep_to_what_the_policy_allows(module):
    text = module.read_text()
    for forbidden in (
        "innerHTML",
        "outerHTML",
        "insertAdjacentHTML",
        "eval(",
        "new Function",
        ".style.",
        "document.write",
    ):
        assert forbidden not in text


@pytest.mark.parametrize("module", MODULES, ids=name_of)
def test_modules_import_only_what_exists(module):
    for name in re.findall(r'(?:from|import)\s+"([^"]+)"', module.read_text()):
        assert name.startswith("./") or name.startswith("../"), name
        assert (module.parent / name).is_file(), name


def test_vendored_libraries_are_what_their_table_says():
    rows = re.findall(
        r"^\| (?!library|-)([^|]+?) \| ([^|]+?) \| ([^|]+?) \| [^|]+ \| ([^|]+?) \| ([0-9a-f]{64}) \|$",
        (STATIC / "vendor/README.md").read_text(),
        flags=re.M,
    )
    listed = set()
    for _library, version, file, licence, digest in rows:
        path = STATIC / "vendor" / file
        listed.add(path)
        assert hashlib.sha256(path.read_bytes()).hexdigest() == digest, file
        assert version in path.read_text(), f"{file} does not name version {version}"
        assert (STATIC / "vendor" / re.search(r"\(([^)]+)\)", licence)[1]).is_file()
    assert listed == set(STATIC.glob("vendor/**/*.js"))


def test_the_sprite_has_no_name_twice():
    names = re.findall(r'<symbol id="([\w-]+)"', (STATIC / "img/icons.svg").read_text())
    assert len(names) == len(set(names))
    assert all(name.startswith("i-") for name in names)
