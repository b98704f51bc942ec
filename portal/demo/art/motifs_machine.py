"""Below the interface: code, servers, boards, games, repairs."""

from math import cos, pi, sin

from .scene import Art, motif
from .svg import (
    MONO,
    circle,
    group,
    joined,
    landscape,
    path,
    rect,
    repeat,
    ring,
    rows,
    sheet,
    stroke,
    text,
    window,
)


@motif("code")
def code(art: Art) -> str:
    """An editor with coloured code, the language's name beside it."""
    palette = art.palette
    drawn = sheet(-290, -220, 580, 440, palette.deep, 14, 12) + repeat(
        3, lambda i: circle(-258 + 28 * i, -190, 9, palette.companion(i))
    )
    for row in range(9):
        x = -200 + 44 * ((0, 1, 2, 2, 1, 1, 2, 1, 0)[(row + art.turn) % 9])
        y = -146 + 40 * row
        drawn += text(-254, y, str(row + 1), 20, palette.third, family=MONO, weight=400)
        for _ in range(art.random.randint(2, 3)):
            width = art.random.choice((46, 70, 96, 120))
            drawn += rect(
                x,
                y - 7,
                width,
                14,
                art.random.choice((palette.light, palette.accent, palette.first, palette.second, palette.third)),
                7,
            )
            x += width + 18
    latin = next((word for word in art.words if word.isascii()), "")
    if latin:
        drawn += rect(90, 130, 230, 84, palette.accent, 6) + text(205, 172, latin, 40, palette.light, family=MONO)
    return drawn


@motif("terminal")
def terminal(art: Art) -> str:
    """A command window renaming piles of files."""
    palette = art.palette
    drawn = repeat(
        5,
        lambda i: group(
            path("M-60 -80H30L60 -50V80H-60Z", palette.companion(i))
            + path("M30 -80V-50H60Z", palette.light)
            + rows(-40, -20, 80, 3, 24, palette.light, art.random),
            -220 + 108 * i,
            -130 + 14 * (i % 2),
            rotate=-6 + 3 * i,
        ),
    )
    drawn += sheet(-280, -60, 560, 280, palette.deep, 12, 12)
    return drawn + repeat(
        5,
        lambda i: (
            text(-250, -14 + 46 * i, ">", 30, palette.accent, family=MONO)
            + rect(
                -220,
                -22 + 46 * i,
                (260, 180, 330, 220, 26)[i],
                16,
                (palette.light, palette.first, palette.second, palette.light, palette.accent)[i],
                3,
            )
        ),
    )


@motif("server")
def server(art: Art) -> str:
    """Racks below a cloud."""
    palette = art.palette
    cloud = path(
        "M-190 -30A70 70 0 0 1 -160 -165A110 110 0 0 1 40 -200A90 90 0 0 1 185 -120A60 60 0 0 1 190 -30Z", palette.light
    )
    drawn = cloud + text(0, -106, art.word(), 72, palette.deep, weight=900)
    for index in range(3):
        x = -190 + 190 * index
        drawn += stroke(f"M{x * 0.7} -26V34H{x}V66", palette.accent, 6) + sheet(x - 80, 66, 160, 160, palette.deep, 8)
        drawn += repeat(
            3,
            lambda i, x=x: (
                rect(x - 64, 82 + 48 * i, 128, 34, palette.first, 5)
                + circle(x + 44, 99 + 48 * i, 7, palette.second)
                + rect(x - 50, 95 + 48 * i, 56, 8, palette.light, 4, opacity=0.6)
            ),
        )
    return drawn


@motif("crawler")
def crawler(art: Art) -> str:
    """A web with a small machine at its centre and finds at its knots."""
    palette = art.palette
    drawn = repeat(
        8,
        lambda i: stroke(f"M0 0L{290 * cos(pi * i / 4):.0f} {240 * sin(pi * i / 4):.0f}", palette.ink, 3, opacity=0.5),
    )
    for radius in (0.35, 0.65, 0.95):
        points = [(290 * radius * cos(pi * i / 4), 240 * radius * sin(pi * i / 4)) for i in range(9)]
        drawn += stroke(joined(points), palette.ink, 3, opacity=0.5)
    for index in range(8):
        reach = (0.65, 0.95)[(index + art.turn) % 2]
        x, y = 290 * reach * cos(pi * index / 4), 240 * reach * sin(pi * index / 4)
        drawn += (
            sheet(x - 38, y - 28, 76, 56, palette.light, 5, 5)
            + rect(x - 28, y - 16, 30, 9, palette.companion(index), 4)
            + rect(x - 28, y + 2, 54, 8, palette.shade, 4)
        )
    drawn += repeat(
        6,
        lambda i: stroke(
            f"M{(-1) ** i * 50} {-30 + 30 * (i // 2)}q{(-1) ** i * 40} -34 {(-1) ** i * 62} 8", palette.deep, 9
        ),
    )
    return (
        drawn
        + rect(-62, -62, 124, 124, palette.deep, 34)
        + circle(-24, -10, 17, palette.second)
        + circle(24, -10, 17, palette.second)
        + rect(-26, 24, 52, 10, palette.accent, 5)
    )


@motif("game")
def game(art: Art) -> str:
    """A small jumping game, or the pad it is played with."""
    palette = art.palette
    if art.variant == "pad":
        drawn = (
            sheet(-260, -220, 520, 240, palette.deep, 10)
            + window(-244, -204, 488, 208, landscape(488, 208, palette, art.random), (488, 208))
            + path("M-40 -150L60 -100L-40 -50Z", palette.light)
        )
        drawn += path(
            (
                "M-150 40H150Q260 50 275 170Q270 240 205 215Q150 160 120 160"
                "H-120Q-150 160 -205 215Q-270 240 -275 170Q-260 50 -150 40Z"
            ),
            palette.first,
        )
        drawn += rect(-178, 78, 26, 84, palette.light, 6) + rect(-207, 107, 84, 26, palette.light, 6)
        return drawn + repeat(
            4,
            lambda i: circle(
                165 + 36 * cos(pi * i / 2),
                116 + 36 * sin(pi * i / 2),
                15,
                palette.companion(i) if i != 1 else palette.light,
            ),
        )
    drawn = rect(-290, -220, 580, 440, palette.deep, 12) + rect(-274, -204, 548, 408, palette.first)
    drawn += repeat(14, lambda i: rect(-274 + 39.2 * i, 150, 37, 54, (palette.third, palette.shade)[i % 2])) + circle(
        190, -140, 40, palette.second
    )
    for x, y, width in ((-230, 50, 3), (-40, -30, 4), (150, 40, 2)):
        drawn += repeat(
            width,
            lambda i, x=x, y=y: (
                rect(x + 40 * i, y, 37, 32, palette.accent, 4) + circle(x + 19 + 40 * i, y - 34, 12, palette.second)
            ),
        )
    pixels = ("01110", "11111", "10101", "11111", "01010")
    return drawn + "".join(
        rect(-150 + 17 * c, 66 + 17 * r, 17, 17, palette.light)
        for r, row in enumerate(pixels)
        for c, cell in enumerate(row)
        if cell == "1"
    )


@motif("circuit")
def circuit(art: Art) -> str:
    """A chip and its traces."""
    palette = art.palette
    drawn = sheet(-285, -220, 570, 440, palette.first, 12)
    for index in range(6):
        y = -92 + 37 * index
        bend = y * 1.8
        drawn += (
            stroke(f"M-110 {y}H-170L-215 {bend:.0f}H-262M110 {y}H170L215 {bend:.0f}H262", palette.second, 6)
            + circle(-262, bend, 9, palette.light)
            + circle(262, bend, 9, palette.light)
        )
        drawn += stroke(f"M{y} -110V-{150 + 12 * (index % 3)}M{y} 110V{150 + 12 * (index % 3)}", palette.second, 6)
    return (
        drawn
        + rect(-112, -112, 224, 224, palette.deep, 10)
        + circle(-84, -84, 10, palette.accent)
        + text(0, -12, art.glyph(), 96, palette.light)
        + text(0, 74, "MCU-51", 26, palette.second, family=MONO)
    )


@motif("repair")
def repair(art: Art) -> str:
    """A computer opened by a spanner; a shield where the page had been broken into."""
    palette = art.palette
    drawn = (
        sheet(-240, -210, 480, 310, palette.deep, 16)
        + rect(-222, -192, 444, 274, palette.first, 4)
        + path("M-300 130H300L270 190H-270Z", palette.light)
        + rect(-60, 130, 120, 14, palette.shade, 4)
    )
    if art.variant == "shield":
        return (
            drawn
            + path("M0 -170L110 -130Q120 20 0 80Q-120 20 -110 -130Z", palette.light)
            + path("M0 -144L84 -112Q92 4 0 52Z", palette.accent)
            + stroke("M-46 -46L-10 -8L52 -84", palette.deep, 16)
        )
    spanner = (
        path("M-26 -150A66 66 0 1 0 26 -150V-96L0 -80L-26 -96Z", palette.second)
        + rect(-22, -40, 44, 220, palette.second, 20)
        + circle(0, 150, 10, palette.deep)
    )
    return (
        drawn
        + text(-110, -60, art.glyph(), 120, palette.light)
        + group(spanner, 100, -10, 0.95, 32)
        + ring(-110, -60, 96, palette.second, 8, stroke_dasharray="420 200")
    )


@motif("wheel")
def wheel(art: Art) -> str:
    """A lottery wheel."""
    palette = art.palette
    drawn = circle(8, 10, 236, "#1a120c", opacity=0.16) + circle(0, 0, 236, palette.deep)
    for index in range(8):
        first, last = pi * index / 4, pi * (index + 1) / 4
        drawn += path(
            (
                f"M0 0L{214 * cos(first):.1f} {214 * sin(first):.1f}A214"
                f" 214 0 0 1 {214 * cos(last):.1f} {214 * sin(last):.1f}Z"
            ),
            (palette.accent, palette.light, palette.second, palette.light)[index % 4],
        )
        drawn += group(
            text(140, 0, "奖福茶谢礼券喜谢"[index], 50, palette.light if index % 4 == 0 else palette.deep),
            rotate=22.5 + 45 * index,
        )
    drawn += repeat(24, lambda i: circle(225 * cos(pi * i / 12), 225 * sin(pi * i / 12), 6, palette.second))
    return (
        drawn
        + path("M-34 0L0 -110L34 0Z", palette.deep)
        + circle(0, 0, 58, palette.deep)
        + text(0, 0, "抽", 56, palette.light)
    )


@motif("tests")
def tests(art: Art) -> str:
    """A list of checks and a beetle under the glass."""
    palette = art.palette
    drawn = sheet(-280, -220, 330, 440, palette.light, 6) + text(-115, -172, art.both(), 42, palette.deep)
    for index in range(6):
        y, fine = -110 + 54 * index, index != (2 + art.turn) % 6
        drawn += rect(-256, y - 16, 34, 34, palette.first if fine else palette.accent, 6) + stroke(
            f"M-248 {y}l7 8l12 -16" if fine else f"M-248 {y - 7}l18 18m0 -18l-18 18", palette.light, 5
        )
        drawn += rect(-206, y - 6, art.random.uniform(120, 220), 12, palette.shade, 6)
    drawn += (
        circle(150, -20, 140, palette.light)
        + ring(150, -20, 140, palette.deep, 20)
        + group(rect(-18, 0, 36, 130, palette.deep, 16), 244, 84, rotate=-42)
    )
    drawn += repeat(
        6,
        lambda i: stroke(
            f"M{150 + (-1) ** i * 40} {-44 + 34 * (i // 2)}q{(-1) ** i * 34} -8 {(-1) ** i * 46} 14", palette.deep, 8
        ),
    )
    return (
        drawn
        + f'<ellipse cx="150" cy="-4" rx="52" ry="68" fill="{palette.accent}"/>'
        + circle(150, -78, 28, palette.deep)
        + stroke("M150 -60V62", palette.deep, 6)
        + repeat(4, lambda i: circle(126 + 48 * (i % 2), -26 + 42 * (i // 2), 10, palette.deep))
    )
