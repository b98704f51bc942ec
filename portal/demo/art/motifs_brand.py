"""Logos, lettering, stamps and what carries a brand."""

from math import cos, pi, sin

from .scene import Art, motif
from .svg import circle, column, group, joined, path, rect, repeat, ring, rows, seal, sheet, stroke, text


def _mark(art: Art, kind: int, size: float, colour: str, other: str) -> str:
    """One of ten abstract marks, about `size` wide, around the origin."""
    half = size / 2
    third = size / 3
    shapes = (
        lambda: circle(0, 0, half, colour) + path(f"M{-half} 0A{half} {half} 0 0 0 {half} 0Z", other),
        lambda: path(f"M0 {-half}L{half} {half * 0.8}H{-half}Z", colour) + circle(0, half * 0.2, half * 0.28, other),
        lambda: repeat(3, lambda row: rect(-half, -half + third * row, size * (1 - row * 0.25), third * 0.66, colour)),
        lambda: (
            ring(-half * 0.35, 0, half * 0.6, colour, size * 0.1) + ring(half * 0.35, 0, half * 0.6, other, size * 0.1)
        ),
        lambda: repeat(
            8, lambda step: group(rect(-size * 0.05, -half, size * 0.1, half * 0.7, colour, 4), rotate=45 * step)
        ),
        lambda: (
            path(f"M{-half} {half}V{-half}A{size} {size} 0 0 1 {half} {half}Z", colour)
            + circle(half * 0.55, -half * 0.55, half * 0.3, other)
        ),
        lambda: (
            rect(-half, -half, size, size, colour, size * 0.22)
            + stroke(
                f"M{-half * 0.5} {half * 0.1}L{-half * 0.1} {half * 0.45}L{half * 0.5} {-half * 0.4}",
                other,
                size * 0.13,
            )
        ),
        lambda: repeat(
            4,
            lambda step: group(
                path(
                    f"M0 0Q{half * 0.9} {-half * 0.2} 0 {-half}Q{-half * 0.35} {-half * 0.4} 0 0Z",
                    (colour, other)[step % 2],
                ),
                rotate=90 * step,
            ),
        ),
        lambda: (
            path(
                joined((half * cos(pi / 3 * i + pi / 6), half * sin(pi / 3 * i + pi / 6)) for i in range(6)) + "Z",
                colour,
            )
            + circle(0, 0, half * 0.4, other)
        ),
        lambda: (
            path(f"M{-half} {half * 0.5}Q{-third} {-half} 0 0T{half} {-half * 0.5}V{half * 0.6}H{-half}Z", colour)
            + circle(half * 0.45, -half * 0.55, half * 0.2, other)
        ),
    )
    return shapes[kind % len(shapes)]()


@motif("marks")
def marks(art: Art) -> str:
    """A page of logo proposals, one of them chosen."""
    palette = art.palette
    drawn = sheet(-285, -215, 570, 430, palette.light, 4)
    start, chosen = art.random.randrange(10), art.random.randrange(6)
    for index in range(6):
        x, y = -190 + 190 * (index % 3), -105 + 205 * (index // 3)
        if index == chosen:
            drawn += rect(x - 86, y - 95, 172, 190, palette.shade, 4)
            drawn += ring(x + 62, y - 70, 15, palette.accent, 5)
        drawn += group(_mark(art, start + index * 3, 96, palette.companion(index + art.turn), palette.deep), x, y - 12)
        drawn += rect(x - 34, y + 62, 68, 7, palette.deep, 3, opacity=0.45)
    return drawn


@motif("construct")
def construct(art: Art) -> str:
    """One mark on its construction lines."""
    palette = art.palette
    guide = {"stroke_dasharray": "6 7", "opacity": 0.6}
    drawn = repeat(7, lambda i: stroke(f"M{-270 + 90 * i} -225V225", palette.ink, 1.2, opacity=0.2))
    drawn += repeat(5, lambda i: stroke(f"M-290 {-180 + 90 * i}H290", palette.ink, 1.2, opacity=0.2))
    if art.variant == "cross":
        drawn += path("M-60 -180H60V-60H180V60H60V180H-60V60H-180V-60H-60Z", palette.first)
        drawn += path("M-60 60Q-70 -50 60 -60Q70 55 -60 60Z", palette.light)
        drawn += stroke("M-50 52Q0 10 42 -44", palette.first, 6)
    elif art.variant == "letter":
        letter = art.word()[0] if art.word().isascii() else "G"
        drawn += circle(0, 0, 180, palette.accent) + text(0, -6, letter, 270, palette.light, weight=900)
        drawn += path("M110 90H190V170H110Z", palette.second)
    else:
        drawn += group(_mark(art, art.turn * 3 + 1, 340, palette.accent, palette.first))
    drawn += ring(0, 0, 180, palette.ink, 2, **guide) + ring(0, 0, 111, palette.ink, 2, **guide)
    drawn += stroke("M-240 -240L240 240M240 -240L-240 240", palette.ink, 2, **guide)
    return drawn + repeat(4, lambda i: rect(-186 + 360 * (i % 2), -186 + 360 * (i // 2), 12, 12, palette.accent))


@motif("seals")
def seals(art: Art) -> str:
    """Name seals in rows, cut in relief and in hollow."""
    palette = art.palette
    drawn = ""
    for index in range(6):
        x, y = -195 + 195 * (index % 3), -100 + 200 * (index // 3)
        kind, letter = (index + art.turn) % 3, art.glyph(index)
        if kind == 0:
            drawn += seal(x, y, 168, letter, palette.accent, palette.light)
        elif kind == 1:
            drawn += ring(x, y, 80, palette.accent, 9) + text(x, y, letter, 96, palette.accent, weight=900)
        else:
            drawn += rect(x - 82, y - 82, 164, 164, palette.light, 10, stroke=palette.accent, stroke_width=9)
            drawn += text(x, y, letter, 104, palette.accent, weight=900)
    return drawn


@motif("glyph")
def glyph(art: Art) -> str:
    """One great character on the practice grid."""
    palette = art.palette
    drawn = rect(-220, -220, 440, 440, "none", stroke=palette.accent, stroke_width=5)
    drawn += stroke(
        "M-220 -220L220 220M220 -220L-220 220M0 -220V220M-220 0H220",
        palette.accent,
        2.5,
        stroke_dasharray="9 9",
        opacity=0.6,
    )
    drawn += text(0, -6, art.glyph(), 390, palette.ink, weight=900)
    if art.variant == "handles":
        drawn += stroke("M-150 -120C-80 -220 90 -200 160 -110", palette.accent, 4)
        drawn += repeat(
            4,
            lambda i: rect(
                -158 + 104 * i,
                (-128, -186, -186, -118)[i],
                16,
                16,
                palette.light,
                stroke=palette.accent,
                stroke_width=4,
            ),
        )
    return drawn


@motif("badge")
def badge(art: Art) -> str:
    """A round workshop badge with crossed tools."""
    palette = art.palette
    points = [
        ((225 if i % 2 else 205) * cos(pi * i / 24), (225 if i % 2 else 205) * sin(pi * i / 24)) for i in range(48)
    ]
    drawn = (
        path(joined(points) + "Z", palette.first)
        + ring(0, 0, 186, palette.light, 4)
        + ring(0, 0, 130, palette.light, 3)
    )
    around = "匠心工作室" + art.both()
    drawn += repeat(
        len(around),
        lambda i: group(text(0, -158, around[i], 34, palette.light), rotate=-120 + 240 * i / (len(around) - 1)),
    )
    drawn += repeat(3, lambda i: group(text(0, 158, "★", 26, palette.second), rotate=-18 + 18 * i))
    drawn += group(rect(-11, -96, 22, 170, palette.second, 8) + rect(-52, -104, 104, 44, palette.light, 6), rotate=38)
    drawn += group(
        rect(-9, -20, 18, 110, palette.light, 6) + path("M-16 -104H16L12 -14H-12Z", palette.second), rotate=-38
    )
    return drawn


@motif("identity")
def identity(art: Art) -> str:
    """Letter, card, cup and bag of one house."""
    palette = art.palette
    drawn = sheet(-280, -210, 250, 340, palette.light) + seal(
        -230, -160, 54, art.glyph(), palette.accent, palette.light
    )
    drawn += rows(-255, -90, 200, 7, 26, palette.shade, art.random)
    drawn += sheet(0, -210, 260, 150, palette.first) + text(130, -135, art.glyph() + art.glyph(1), 54, palette.light)
    drawn += sheet(60, -30, 230, 130, palette.accent) + circle(110, 35, 34, palette.light)
    drawn += rows(165, 10, 100, 3, 22, palette.light, art.random)
    drawn += sheet(-120, 60, 150, 170, palette.second, 4) + stroke("M-80 60C-80 0 -10 0 -10 60", palette.deep, 6)
    drawn += text(-45, 150, art.glyph(), 84, palette.deep, weight=900)
    return (
        drawn
        + path("M110 140H240L225 232H125Z", palette.light)
        + rect(102, 126, 146, 20, palette.deep, 6)
        + rect(120, 170, 110, 34, palette.accent)
    )


@motif("namecards")
def namecards(art: Art) -> str:
    """Business cards fanned out, one turned over."""
    palette = art.palette
    drawn = ""
    for index, (angle, fill) in enumerate(((-16, palette.first), (-4, palette.second), (9, palette.light))):
        ink = palette.deep if fill != palette.first else palette.light
        card = sheet(-190, -112, 380, 224, fill, 4)
        if index < 2:
            card += text(0, 0, art.glyph(index), 130, ink, weight=900)
        else:
            card += text(-160, -58, art.word(), 42, ink, anchor="start") + rect(-160, -22, 60, 5, palette.accent)
            card += rows(-160, 14, 190, 3, 24, palette.shade, art.random) + seal(
                140, 62, 56, art.glyph(1), palette.accent, palette.light
            )
        drawn += group(card, -70 + 70 * index, -90 + 92 * index, rotate=angle)
    return drawn


@motif("signpost")
def signpost(art: Art) -> str:
    """A guest-house signpost among hills."""
    palette = art.palette
    drawn = path("M-300 220Q-200 90 -90 170Q30 20 160 150Q230 90 300 220Z", palette.first, opacity=0.85)
    drawn += path("M-300 240Q-140 150 20 210Q160 160 300 240Z", palette.third)
    drawn += rect(-14, -230, 28, 460, palette.deep, 4)
    for index, (y, way) in enumerate(((-190, 1), (-90, -1), (10, 1))):
        board = path("M-30 -36H190L226 0L190 36H-30Z", (palette.light, palette.accent, palette.second)[index])
        drawn += group(board, 0, y) if way > 0 else f'<g transform="translate(0 {y}) scale(-1 1)">{board}</g>'
        ink = palette.light if index == 1 else palette.deep
        drawn += text(way * 86, y, (art.word(), "客房", "茶室")[index], 38, ink)
    return drawn


@motif("hotpot")
def hotpot(art: Art) -> str:
    """A divided pot over fire, the house's name above it."""
    palette = art.palette
    drawn = repeat(
        3, lambda i: stroke(f"M{-110 + 110 * i} -70c-26 -34 26 -56 0 -96s18 -44 4 -66", palette.light, 11, opacity=0.8)
    )
    drawn += path("M-230 10H230Q214 180 90 190H-90Q-214 180 -230 10Z", palette.deep)
    drawn += (
        f'<ellipse cx="0" cy="10" rx="230" ry="66" fill="{palette.second}"/>'
        f'<ellipse cx="0" cy="12" rx="204" ry="52" fill="{palette.accent}"/>'
    )
    drawn += path("M-204 12C-120 -20 -60 50 0 12S130 -24 204 12A204 52 0 0 1 -204 12Z", palette.light)
    drawn += repeat(6, lambda i: circle(-150 + 60 * i, -8 + 26 * (i % 2), 13, (palette.third, palette.first)[i % 2]))
    drawn += repeat(
        5, lambda i: path(f"M{-120 + 60 * i} 240q-30 -34 0 -58q30 26 0 58", (palette.accent, palette.second)[i % 2])
    )
    return (
        drawn
        + repeat(2, lambda i: rect(-284 + 500 * i, 2, 68, 24, palette.deep, 12))
        + seal(0, 118, 92, art.glyph(), palette.accent, palette.light)
    )


@motif("petfaces")
def petfaces(art: Art) -> str:
    """Round cartoon portraits of a cat, a dog and a rabbit."""
    palette = art.palette
    drawn = ""
    for index in range(4):
        x, y = -125 + 250 * (index % 2), -112 + 225 * (index // 2)
        fur = (palette.light, palette.second, palette.deep, "#e8dcc6")[index]
        face = circle(0, 0, 102, palette.companion(index))
        ears = (
            "M-58 -10L-52 -82L-6 -46Z M58 -10L52 -82L6 -46Z",
            "M-50 -40Q-92 -30 -72 34L-40 6Z M50 -40Q92 -30 72 34L40 6Z",
            "M-36 -30Q-56 -110 -22 -104Q-4 -80 -8 -36Z M36 -30Q56 -110 22 -104Q4 -80 8 -36Z",
        )[index % 3]
        face += path(ears, fur) + path("M-62 8Q-60 -52 0 -54Q60 -52 62 8Q58 70 0 72Q-58 70 -62 8Z", fur)
        eye = palette.light if fur == palette.deep else palette.deep
        face += circle(-24, 2, 8, eye) + circle(24, 2, 8, eye) + path("M-9 22H9L0 32Z", palette.accent)
        face += stroke("M0 32Q-4 46 -18 42M0 32Q4 46 18 42", eye, 4)
        drawn += group(face, x, y)
    return drawn


@motif("emotes")
def emotes(art: Art) -> str:
    """A sheet of stickers: one dumpling, many moods."""
    palette = art.palette
    moods = (
        "M-16 14Q0 30 16 14",
        "M-14 22Q0 8 14 22",
        "M-10 16H10",
        "M-8 12a8 10 0 1 0 16 0a8 10 0 1 0 -16 0",
        "M-18 10Q0 36 18 10Z",
        "M-14 18q7 -8 14 0t14 0",
    )
    captions = ("收到", "好的", "加油", "谢谢", "开心", "晚安")
    drawn = ""
    for index in range(6):
        body = sheet(-84, -100, 168, 200, palette.light, 18, 6)
        body += path(
            "M-58 30Q-64 -62 0 -70Q64 -62 58 30Q40 48 0 48T-58 30Z",
            (palette.shade, palette.second, palette.third)[(index + art.turn) % 3],
        )
        body += (
            stroke("M-8 -70Q0 -96 14 -82", palette.first, 8)
            + circle(-20, -12, 6, palette.deep)
            + circle(20, -12, 6, palette.deep)
        )
        body += circle(-36, 8, 9, palette.accent, opacity=0.6) + circle(36, 8, 9, palette.accent, opacity=0.6)
        body += stroke(moods[(index + art.turn) % 6], palette.deep, 5) + text(0, 74, captions[index], 28, palette.deep)
        drawn += group(body, -190 + 190 * (index % 3), -110 + 220 * (index // 3), rotate=(-4, 3, -2, 4, -3, 2)[index])
    return drawn


@motif("slips")
def slips(art: Art) -> str:
    """Name slips hung from a string; bamboo strips for names out of the classics."""
    palette = art.palette
    if art.variant == "bamboo":
        drawn = ""
        poem = (
            "桃之夭夭灼灼",
            "南有嘉鱼君子",
            "青青子衿悠悠",
            "言念君子其玉",
            "既见君子云胡",
            "采采卷耳嗟我",
            "鹤鸣于九皋声",
        )
        for index in range(7):
            x = -270 + 78 * index
            drawn += sheet(x, -215, 66, 430, palette.second if index % 2 else palette.light, 6, 5)
            drawn += column(x + 33, -176, poem[index], 44, palette.deep, gap=1.28, weight=700)
        return drawn + repeat(2, lambda i: rect(-285, -190 + 372 * i, 570, 9, palette.accent))
    names = ("云起", "知味", "青禾", "拾光", "有间")
    drawn = stroke("M-300 -190Q0 -130 300 -190", palette.ink, 5)
    for index, name in enumerate(names):
        x = -232 + 116 * index
        top = -150 - abs(index - 2) * 14
        fill = palette.accent if index == art.turn % 5 else palette.light
        drawn += rect(x - 9, top - 22, 18, 40, palette.deep, 4) + sheet(
            x - 44, top, 88, 290 - 26 * (index % 2), fill, 4
        )
        drawn += column(x, top + 62, name, 58, palette.light if fill == palette.accent else palette.deep, gap=1.25)
    return drawn
