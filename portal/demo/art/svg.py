"""Small SVG pieces shared by every motif. Coordinates are pixels; each function returns markup."""

from collections.abc import Callable, Iterable
from html import escape
from random import Random

from .palettes import Palette

SONG = "'Noto Serif CJK SC','Songti SC','Source Han Serif SC',serif"
SANS = "'Noto Sans CJK SC','PingFang SC','Source Han Sans SC',sans-serif"
MONO = "'Noto Sans Mono CJK SC','Noto Sans CJK SC',monospace"


def _attributes(extra: dict[str, object]) -> str:
    return "".join(f' {name.replace("_", "-")}="{value}"' for name, value in extra.items() if value is not None)


def rect(x: float, y: float, width: float, height: float, fill: str, radius: float = 0, **extra: object) -> str:
    """A box from its upper left corner."""
    return (
        f'<rect x="{x:.1f}" y="{y:.1f}" width="{max(width, 0):.1f}" height="{max(height, 0):.1f}" '
        f'rx="{radius}" fill="{fill}"{_attributes(extra)}/>'
    )


def circle(x: float, y: float, radius: float, fill: str, **extra: object) -> str:
    """A disc about its centre."""
    return f'<circle cx="{x:.1f}" cy="{y:.1f}" r="{radius:.1f}" fill="{fill}"{_attributes(extra)}/>'


def ring(x: float, y: float, radius: float, colour: str, width: float = 3, **extra: object) -> str:
    """A circle drawn as a line."""
    return circle(x, y, radius, "none", stroke=colour, stroke_width=width, **extra)


def ellipse(x: float, y: float, across: float, down: float, fill: str, **extra: object) -> str:
    """An ellipse about its centre, by its two radii."""
    return f'<ellipse cx="{x:.1f}" cy="{y:.1f}" rx="{across:.1f}" ry="{down:.1f}" fill="{fill}"{_attributes(extra)}/>'


def path(data: str, fill: str, **extra: object) -> str:
    """A filled path."""
    return f'<path d="{data}" fill="{fill}"{_attributes(extra)}/>'


def stroke(data: str, colour: str, width: float = 3, **extra: object) -> str:
    """A path drawn as a line with round ends."""
    return (
        f'<path d="{data}" fill="none" stroke="{colour}" stroke-width="{width}" '
        f'stroke-linecap="round" stroke-linejoin="round"{_attributes(extra)}/>'
    )


def joined(points: Iterable[tuple[float, float]]) -> str:
    """Path data of a polyline."""
    return "M" + "L".join(f"{x:.1f} {y:.1f}" for x, y in points)


def text(
    x: float,
    y: float,
    words: str,
    size: float,
    fill: str,
    *,
    family: str = SONG,
    weight: int = 700,
    anchor: str = "middle",
    **extra: object,
) -> str:
    """Words centred vertically on y."""
    return (
        f'<text x="{x:.1f}" y="{y + size * 0.36:.1f}" font-family="{family}" font-size="{size:.1f}" '
        f'font-weight="{weight}" text-anchor="{anchor}" fill="{fill}"{_attributes(extra)}>{escape(words)}</text>'
    )


def column(x: float, top: float, words: str, size: float, fill: str, gap: float = 1.16, **extra: object) -> str:
    """Words set downwards, one character below the other; Latin words are turned instead of stacked."""
    if words.isascii():
        return group(text(0, 0, words, size, fill, anchor="start", **extra), x, top, rotate=90)
    return "".join(
        text(x, top + size * (0.5 + gap * index), letter, size, fill, **extra) for index, letter in enumerate(words)
    )


def group(content: str, x: float = 0, y: float = 0, scale: float = 1, rotate: float = 0, **extra: object) -> str:
    """Content moved to (x, y), then scaled, then turned by degrees."""
    return (
        f'<g transform="translate({x:.1f} {y:.1f}) rotate({rotate:.1f}) scale({scale:.3f})"'
        f"{_attributes(extra)}>{content}</g>"
    )


def window(x: float, y: float, width: float, height: float, content: str, view: tuple[float, float]) -> str:
    """Content in a view of its own size, cut at the edges of the box."""
    return (
        f'<svg x="{x:.1f}" y="{y:.1f}" width="{width:.1f}" height="{height:.1f}" '
        f'viewBox="0 0 {view[0]} {view[1]}" preserveAspectRatio="xMidYMid slice">{content}</svg>'
    )


def sheet(x: float, y: float, width: float, height: float, fill: str, radius: float = 6, depth: float = 8) -> str:
    """A piece of paper with its flat shadow."""
    return rect(x + depth, y + depth, width, height, "#1a120c", radius, opacity=0.16) + rect(
        x, y, width, height, fill, radius
    )


def rows(
    x: float,
    y: float,
    width: float,
    count: int,
    gap: float,
    colour: str,
    random: Random,
    thickness: float = 8,
    **extra: object,
) -> str:
    """Bars that stand for lines of writing, the last one short."""
    return "".join(
        rect(
            x,
            y + gap * index,
            width * (random.uniform(0.35, 0.6) if index == count - 1 else random.uniform(0.82, 1)),
            thickness,
            colour,
            thickness / 2,
            **extra,
        )
        for index in range(count)
    )


def seal(x: float, y: float, size: float, word: str, fill: str, on: str) -> str:
    """A square name seal, centred, with one or two characters."""
    body = rect(x - size / 2, y - size / 2, size, size, fill, size * 0.07)
    body += rect(
        x - size * 0.42,
        y - size * 0.42,
        size * 0.84,
        size * 0.84,
        "none",
        size * 0.04,
        stroke=on,
        stroke_width=size * 0.025,
        opacity=0.75,
    )
    if len(word) == 1:
        return body + text(x, y, word, size * 0.62, on, weight=900)
    return body + column(x, y - size * 0.37, word[:2], size * 0.36, on, gap=1.04, weight=900)


def phone(x: float, y: float, height: float, palette: Palette, content: str, rotate: float = 0) -> str:
    """A telephone about its centre; content is drawn in 200 by 400."""
    screen = sheet(-112, -214, 224, 428, palette.deep, 26, 10)
    screen += rect(-104, -206, 208, 412, palette.light, 19)
    screen += window(-100, -200, 200, 400, content, (200, 400)) + rect(-30, -203, 60, 9, palette.deep, 5)
    return group(screen, x, y, height / 428, rotate)


def browser(x: float, y: float, width: float, palette: Palette, content: str) -> str:
    """A browser window about its centre; content is drawn in 480 by 290."""
    frame = sheet(-246, -172, 492, 344, palette.deep, 12, 12) + rect(-240, -134, 480, 300, palette.light, 6)
    frame += "".join(circle(-224 + 20 * index, -153, 6, palette.companion(index)) for index in range(3))
    frame += rect(-150, -161, 300, 16, palette.light, 8, opacity=0.22)
    return group(frame + window(-240, -134, 480, 300, content, (480, 300)), x, y, width / 492)


def landscape(width: float, height: float, palette: Palette, random: Random) -> str:
    """Sky, sun and three ranges of hills, to fill any picture within a picture."""
    drawn = rect(0, 0, width, height, palette.shade)
    drawn += circle(width * random.uniform(0.2, 0.8), height * random.uniform(0.2, 0.34), height * 0.13, palette.accent)
    for index, colour in enumerate((palette.second, palette.third, palette.first)):
        base = height * (0.5 + 0.15 * index)
        middle, right = (random.uniform(-0.16, 0.04) for _ in range(2))
        drawn += path(
            f"M0 {base:.0f}C{width * 0.2:.0f} {base - height * 0.24:.0f} {width * 0.34:.0f} "
            f"{base + height * middle:.0f} {width * 0.5:.0f} {base:.0f}S{width * 0.8:.0f} "
            f"{base + height * right - height * 0.12:.0f} {width} {base + 6:.0f}V{height}H0Z",
            colour,
        )
    return drawn


def repeat(count: int, draw: Callable[[int], str]) -> str:
    """The pieces drawn for 0, 1, 2 … joined."""
    return "".join(draw(index) for index in range(count))


def person(hair: str, coat: str, ground: str) -> str:
    """Head and shoulders of somebody, in 200 by 240."""
    return (
        rect(0, 0, 200, 240, ground)
        + path("M20 240Q26 172 84 160H116Q174 172 180 240Z", coat)
        + rect(82, 126, 36, 46, "#e6bd9b")
        + path("M54 96Q52 36 100 34Q148 36 146 96Q140 150 100 152Q60 150 54 96Z", "#f0cdb0")
        + path("M48 104Q36 24 100 22Q164 24 152 104Q146 72 118 62Q84 78 58 70Q50 86 48 104Z", hair)
    )
