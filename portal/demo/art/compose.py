"""How a motif becomes a picture: a ground, a place for the motif, a few large characters."""

from math import cos, pi, sin
from random import Random

from .palettes import PALETTES, Palette
from .scene import MOTIFS, Art
from .svg import circle, column, group, path, rect, repeat, ring, seal, stroke, text

WIDTH, HEIGHT = 960, 600

# Motifs that carry their own large words; a title beside them would say everything twice.
WORDY = frozenset(
    {
        "letter",
        "notes",
        "prompt",
        "seals",
        "glyph",
        "slips",
        "quote",
        "badge",
        "coupon",
        "infographic",
        "blackboard",
        "manuscript",
        "translate",
        "voices",
        "opener",
        "lanterns",
        "calendar",
        "newspaper",
        "headline",
        "megaphone",
        "poster",
        "menu",
        "contract",
        "article",
        "shopfront",
        "stage",
        "scales",
        "fan",
        "dish",
        "product_page",
        "ranking",
        "slides",
        "wheel",
        "banner",
        "hotpot",
        "prints",
        "signpost",
        "cassette",
    }
)
# Motifs that write the first keyword themselves; beside them stands the second.
ECHO = frozenset(
    {
        "headphones",
        "resume",
        "reel",
        "phones",
        "site",
        "curve",
        "paper",
        "tests",
        "server",
        "namecards",
        "spread",
        "waterfall",
        "package",
    }
)
GROUNDS = (
    "plain",
    "sun",
    "split",
    "hatch",
    "dots",
    "waves",
    "corner",
    "band",
    "frame",
    "rays",
    "grid",
    "arch",
    "slope",
)
LAYOUTS = ("right", "centre", "left", "corner", "foot", "label")


def ground(kind: str, palette: Palette, random: Random, width: float, height: float) -> str:
    """The printed paper behind everything, in the given size."""
    base = rect(0, 0, width, height, palette.background)
    shade = palette.shade
    across, down = width / 2, height / 2
    if kind == "sun":
        colour = random.choice((shade, palette.second, palette.accent))
        return base + circle(
            width * random.choice((0.22, 0.5, 0.78)),
            down * random.uniform(0.8, 1.1),
            height * 0.4,
            colour,
            opacity=0.85,
        )
    if kind == "split":
        return base + rect(
            random.choice((0, across)),
            0,
            across,
            height,
            random.choice((shade, palette.first, palette.third)),
            opacity=0.9,
        )
    if kind == "hatch":
        return base + repeat(
            int(width / 24) + 26, lambda i: stroke(f"M{24 * i} 0L{24 * i - height} {height}", shade, 4)
        )
    if kind == "dots":
        return base + repeat(
            int(width / 40),
            lambda i: repeat(
                int(height / 40), lambda j: circle(20 + 40 * i, 20 + 40 * j, 4 + 5 * (i * 40 / width), shade)
            ),
        )
    if kind == "waves":
        cells = [(96 * i + 48 * (j % 2), height * 0.62 + 34 * j) for j in range(8) for i in range(int(width / 96) + 2)]
        return base + "".join(
            circle(x, y, 54, palette.background) + repeat(3, lambda k, x=x, y=y: ring(x, y, 52 - 17 * k, shade, 5))
            for x, y in cells
        )
    if kind == "corner":
        return (
            base
            + path(f"M0 0H{width * 0.46:.0f}L0 {height * 0.9:.0f}Z", shade)
            + path(f"M{width} {height}H{width * 0.6:.0f}L{width} {height * 0.3:.0f}Z", palette.second, opacity=0.8)
        )
    if kind == "band":
        return base + rect(0, height * 0.56, width, height * 0.44, random.choice((palette.first, palette.third, shade)))
    if kind == "frame":
        return (
            base
            + rect(24, 24, width - 48, height - 48, "none", stroke=palette.ink, stroke_width=6)
            + rect(38, 38, width - 76, height - 76, shade, opacity=0.75)
        )
    if kind == "rays":
        return base + repeat(
            18,
            lambda i: path(
                (
                    f"M{across} {height}L{across + 1100 * cos(pi * i / 18):.0f} {height - 1100 * sin(pi * i / 18):.0f}"
                    f"L{across + 1100 * cos(pi * (i + 0.5) / 18):.0f} {height - 1100 * sin(pi * (i + 0.5) / 18):.0f}Z"
                ),
                shade,
            ),
        )
    if kind == "grid":
        return (
            base
            + repeat(int(width / 48) + 1, lambda i: rect(48 * i, 0, 2, height, shade))
            + repeat(int(height / 48) + 1, lambda j: rect(0, 48 * j, width, 2, shade))
        )
    if kind == "arch":
        return base + path(
            f"M{across - 330} {height}V{down}A330 300 0 0 1 {across + 330} {down}V{height}Z",
            random.choice((shade, palette.second)),
            opacity=0.9,
        )
    if kind == "slope":
        return (
            base
            + path(
                (
                    f"M0 {height * 0.8:.0f}C{width * 0.3:.0f} {height * 0.5:.0f}"
                    f" {width * 0.6:.0f} {height:.0f} {width} {height * 0.55:.0f}V{height}H0Z"
                ),
                palette.first,
                opacity=0.8,
            )
            + circle(width * 0.84, height * 0.2, 54, palette.accent)
        )
    return base + rect(0, 0, 26, height, palette.accent)


def _reads_on(kind: str, palette: Palette, x: float) -> str:
    # A title on a ground of many colours stands on a strip of paper; on quiet ones it stands free.
    return (
        rect(x - 66, 0, 132, HEIGHT, palette.light, opacity=0.94)
        if kind in ("split", "band", "sun", "corner", "arch", "slope")
        else ""
    )


def cover(
    *,
    motif: str,
    variant: str,
    words: tuple[str, ...],
    palette_name: str,
    ground_kind: str,
    layout: str,
    turn: int,
    seed: str,
    titled: bool = True,
) -> str:
    """A whole picture of 960 by 600 as SVG markup."""
    palette, random = PALETTES[palette_name], Random(seed)
    art = Art(palette, random, words, variant, turn)
    body = ground(ground_kind, palette, random, WIDTH, HEIGHT)
    drawn = MOTIFS[motif](art)
    title = next((word for word in words if not word.isascii()), words[0])
    if motif in WORDY or not titled or layout == "centre":
        place = {"left": (420, 300, 0.96), "right": (540, 300, 0.96), "corner": (500, 330, 1.12)}.get(
            layout, (480, 300, 1.04)
        )
        mark = (
            seal(
                880,
                524,
                70,
                words[-1][:2] if not words[-1].isascii() else title[:2],
                palette.accent if ground_kind != "sun" else palette.deep,
                palette.light,
            )
            if layout in ("left", "foot")
            else ""
        )
        return body + group(drawn, *place) + mark
    if motif in ECHO and not words[-1].isascii():
        title = words[-1]
    other = next((word for word in words if word != title and not word.isascii()), title)
    size = 78 if len(title) < 4 else 62
    if layout in ("left", "right"):
        x = 870 if layout == "left" else 90
        top = 300 - size * 1.16 * len(title) / 2 - (30 if len(title) < 5 else 0)
        on_strip = _reads_on(ground_kind, palette, x)
        ink = palette.deep if on_strip else palette.ink
        body += (
            on_strip
            + column(x, top, title, size, ink, weight=900)
            + seal(x, top + size * 1.16 * len(title) + 50, 66, other[:2], palette.accent, palette.light)
        )
        return body + group(drawn, 400 if layout == "left" else 562, 300, 1.0)
    if layout == "foot":
        fill, on = (palette.deep, palette.light) if turn % 2 else (palette.accent, palette.light)
        body += group(drawn, 480, 254, 0.9) + rect(0, 496, WIDTH, 104, fill)
        return (
            body
            + text(48, 548, title, 56, on, anchor="start", weight=900)
            + rect(640, 546, 264, 4, on)
            + circle(912, 548, 12, palette.second)
        )
    if layout == "corner":
        body += group(drawn, 590, 322, 1.06)
        return (
            body
            + rect(0, 0, 112, 60 + 92 * len(title[:4]), palette.accent)
            + column(56, 36, title[:4], 76, palette.light, weight=900)
        )
    width = 62 * len(title) + 70
    body += group(drawn, 480, 284, 1.0)
    return (
        body
        + rect(480 - width / 2, 518, width, 66, palette.light, 4)
        + rect(480 - width / 2 + 7, 525, width - 14, 52, "none", 2, stroke=palette.accent, stroke_width=3)
        + text(480, 551, title, 44, palette.deep, weight=900, letter_spacing=6)
    )


def document(body: str, width: float, height: float, view: tuple[float, float]) -> str:
    """A standing SVG file around a body drawn in `view`, shown at width by height pixels."""
    return (
        f'<svg xmlns="http://www.w3.org/2000/svg" width="{width}" height="{height}" viewBox="0 0 {view[0]} {view[1]}" '
        f'preserveAspectRatio="xMidYMid slice">{body}</svg>'
    )
