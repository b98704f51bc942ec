"""Moving and still pictures: film, editing desks, cameras, prints."""

from math import cos, pi, sin

from .scene import Art, motif
from .svg import (
    circle,
    ellipse,
    group,
    landscape,
    path,
    person,
    phone,
    rect,
    repeat,
    ring,
    rows,
    sheet,
    stroke,
    text,
    window,
)


@motif("filmstrip")
def filmstrip(art: Art) -> str:
    """Two strips of film crossing the picture."""
    palette = art.palette

    def strip(frames: int) -> str:
        drawn = rect(-430, -88, 860, 176, palette.deep)
        drawn += repeat(
            29,
            lambda i: (
                rect(-424 + 30 * i, -78, 16, 14, palette.light, 3) + rect(-424 + 30 * i, 64, 16, 14, palette.light, 3)
            ),
        )
        for index in range(frames):
            inner = landscape(180, 112, palette, art.random)
            if art.variant == "wedding" and index % 2:
                inner = rect(0, 0, 180, 112, palette.accent) + path(
                    "M90 92C30 60 44 18 70 24Q84 28 90 44Q96 28 110 24C136 18 150 60 90 92Z", palette.light
                )
            drawn += window(-412 + 208 * index, -56, 196, 112, inner, (180, 112))
        return drawn

    angle = (-14, 10, -6)[art.turn % 3]
    return group(strip(4), 0, -110, 0.86, angle) + group(strip(4), 0, 116, 0.86, angle if art.turn % 2 else -angle)


@motif("timeline")
def timeline(art: Art) -> str:
    """An editing desk: the picture above, tracks below."""
    palette = art.palette
    drawn = sheet(-290, -225, 580, 450, palette.deep, 12) + window(
        -272, -207, 340, 204, landscape(340, 204, palette, art.random), (340, 204)
    )
    drawn += rect(-222, -44, 240, 28, palette.deep, 4, opacity=0.75) + text(-102, -30, art.both(" "), 22, palette.light)
    drawn += repeat(
        6, lambda i: rect(86 + 66 * (i % 3), -207 + 70 * (i // 3), 58, 58, palette.companion(i + art.turn), 4)
    ) + rows(86, -60, 184, 3, 20, palette.third, art.random)
    for track in range(4):
        x = -272.0
        while x < 250:
            width = min(art.random.choice((60, 90, 130, 170)), 272 - x)
            drawn += rect(x, 24 + 48 * track, width - 5, 40, palette.companion(track), 5)
            if track == 3:
                drawn += repeat(
                    int(width // 9) - 1,
                    lambda i, x=x: rect(x + 5 + 9 * i, 188 - 4 - art.random.uniform(0, 12), 4, 18, palette.light, 2),
                )
            x += width
    place = art.random.uniform(-140, 160)
    return drawn + rect(place, 8, 4, 212, palette.light) + path(f"M{place - 12} 6h28l-14 18Z", palette.light)


@motif("clapper")
def clapper(art: Art) -> str:
    """A clapperboard."""
    palette = art.palette

    def bar(flip: int) -> str:
        return rect(-270, -34, 540, 68, palette.deep, 6) + repeat(
            6, lambda i: path(f"M{-250 + 92 * i} {-34 * flip}h46l-34 {68 * flip}h-46Z", palette.light)
        )

    drawn = sheet(-270, -90, 540, 310, palette.deep, 8) + group(bar(1), 0, -108) + group(bar(-1), -18, -178, rotate=-12)
    drawn += stroke("M-250 10H250M-90 10V190M90 10V100M-90 100H250", palette.third, 3)
    drawn += (
        text(-170, 100, art.glyph(), 120, palette.second, weight=900)
        + text(0, 55, "场 3", 36, palette.light)
        + text(170, 55, f"镜 {art.turn + 4}", 36, palette.light)
        + text(80, 148, art.word(1), 48, palette.accent)
    )
    return drawn


@motif("player")
def player(art: Art) -> str:
    """A picture with its controls and, where asked, two lines of subtitle."""
    palette = art.palette
    drawn = sheet(-290, -210, 580, 400, palette.deep, 10) + window(
        -276, -196, 552, 330, landscape(552, 330, palette, art.random), (552, 330)
    )
    if art.variant == "person":
        drawn += window(-100, -140, 230, 274, person(palette.deep, palette.accent, "none"), (200, 240))
    if art.variant == "digital":
        drawn += window(-100, -140, 230, 274, person(palette.deep, palette.first, "none"), (200, 240))
        drawn += repeat(
            9,
            lambda i: (
                rect(-110, -124 + 30 * i, 250, 2, palette.light, opacity=0.7)
                + rect(-106 + 30 * i, -140, 2, 274, palette.light, opacity=0.7)
            ),
        )
        drawn += stroke("M-130 -110V-160H-80M110 -160H160V-110", palette.accent, 8)
    if art.variant == "subtitle":
        drawn += rect(-190, 40, 380, 42, palette.deep, 5, opacity=0.82) + text(
            0, 61, ("山那边是海", "风从南方来")[art.turn % 2], 30, palette.light
        )
        drawn += rect(-150, 90, 300, 32, palette.deep, 5, opacity=0.82) + text(
            0,
            106,
            ("Beyond the hills, the sea", "The wind is from the south")[art.turn % 2],
            20,
            palette.second,
            family="Georgia,serif",
            weight=400,
        )
    elif not art.variant:
        drawn += circle(0, -34, 62, palette.light, opacity=0.94) + path("M-18 -66L38 -34L-18 -2Z", palette.accent)
    drawn += (
        rect(-260, 154, 400, 8, palette.third, 4)
        + rect(-260, 154, 120 + 40 * art.turn % 200, 8, palette.accent, 4)
        + circle(-140 + 40 * art.turn % 200, 158, 13, palette.light)
    )
    return drawn + repeat(3, lambda i: circle(180 + 36 * i, 158, 9, palette.light))


@motif("reel")
def reel(art: Art) -> str:
    """A vertical short film on a telephone, hearts and notes around it."""
    palette = art.palette
    inner = landscape(200, 400, palette, art.random)
    if art.variant in ("person", "sell"):
        inner = window(
            0,
            130,
            200,
            270,
            person(palette.deep, (palette.accent, palette.first)[art.turn % 2], palette.second),
            (200, 240),
        ) + rect(0, 0, 200, 160, palette.second)
        inner += rect(16, 40, 168, 76, palette.accent, 6) + text(100, 78, art.word(), 44, palette.light, weight=900)
    if art.variant == "sell":
        inner += (
            rect(12, 330, 150, 54, palette.light, 6)
            + rect(18, 336, 42, 42, palette.first, 4)
            + rows(70, 344, 82, 2, 18, palette.shade, art.random, 7)
        )
    inner += repeat(3, lambda i: circle(178, 210 + 44 * i, 15, palette.light)) + path(
        "M178 220c-18 -10 -12 -22 -5 -18q4 2 5 6q1 -4 5 -6c7 -4 13 8 -5 18Z", palette.accent
    )
    drawn = circle(0, 0, 220, palette.shade) + phone(0, 0, 470, palette, inner, (-4, 0, 5)[art.turn % 3])
    if art.variant == "place":
        pin = path("M0 60Q-52 0 -52 -30A52 52 0 0 1 52 -30Q52 0 0 60Z", palette.accent) + circle(
            0, -30, 22, palette.light
        )
        return drawn + group(pin, 205, 40, 1.3) + group(pin, -215, -80, 0.9)
    bubble = sheet(-80, -40, 160, 80, palette.light, 40, 5)
    return (
        drawn
        + group(bubble + text(0, 0, "＋1.2万", 32, palette.deep), 215, -90)
        + group(bubble + text(0, 0, art.word(1), 36, palette.deep), -215, 60)
        + group(
            path("M0 40C-70 0 -46 -52 -16 -44Q-4 -40 0 -22Q4 -40 16 -44C46 -52 70 0 0 40Z", palette.accent),
            200,
            120,
            1.1,
        )
    )


@motif("live")
def live(art: Art) -> str:
    """A live sale: lamp, host, ranked goods."""
    palette = art.palette
    drawn = (
        ring(-110, -20, 190, palette.light, 26)
        + ring(-110, -20, 190, palette.second, 8)
        + rect(-118, 180, 16, 60, palette.deep)
    )
    drawn += art.clipped(
        circle(-110, -20, 165, "#000"),
        window(-275, -185, 330, 340, person(palette.deep, palette.accent, palette.first), (200, 206)),
    )
    for index in range(3):
        drawn += (
            sheet(120, -210 + 148 * index, 170, 128, palette.light, 8)
            + rect(134, -196 + 148 * index, 66, 100, palette.companion(index + 1), 6)
            + text(244, -166 + 148 * index, "一二三"[index], 42, palette.accent)
            + rows(214, -124 + 148 * index, 62, 2, 18, palette.shade, art.random)
        )
    return drawn + rect(-290, -220, 130, 50, palette.accent, 25) + text(-225, -195, "直播中", 28, palette.light)


@motif("drone")
def drone(art: Art) -> str:
    """A drone above hills."""
    palette = art.palette
    drawn = path(
        "M-2400 640V90H-900C-700 -20 -520 150 -340 80Q-200 20 -100 110"
        "Q0 0 110 100Q200 40 320 110C500 20 700 140 900 60H2400V640Z",
        palette.first,
    ) + path("M-2400 640V190H-900C-600 90 -400 230 -240 160Q-140 120 20 190T320 170T900 150H2400V640Z", palette.third)
    drawn += path("M-60 -40L-150 150H150L60 -40Z", palette.second, opacity=0.35)
    drawn += (
        stroke("M-200 -150L-60 -90H60L200 -150", palette.deep, 18)
        + rect(-76, -124, 152, 72, palette.light, 26)
        + circle(0, -44, 30, palette.deep)
        + circle(0, -44, 14, palette.accent)
    )
    return drawn + repeat(
        2,
        lambda i: (
            ellipse(-200 + 400 * i, -172, 96, 12, palette.accent) + rect(-208 + 400 * i, -172, 16, 34, palette.deep)
        ),
    )


@motif("gears")
def gears(art: Art) -> str:
    """Meshing wheels with their centre lines."""
    palette = art.palette
    drawn = ""
    for x, y, radius, teeth, colour in (
        (-110, 20, 150, 16, palette.first),
        (130, -80, 100, 11, palette.accent),
        (150, 130, 84, 9, palette.second),
    ):
        shape = repeat(
            teeth, lambda i, r=radius, c=colour, n=teeth: group(rect(-14, -r - 22, 28, 40, c, 4), rotate=360 * i / n)
        )
        shape += (
            circle(0, 0, radius, colour)
            + circle(0, 0, radius * 0.7, palette.light, opacity=0.2)
            + circle(0, 0, radius * 0.26, palette.deep)
        )
        shape += repeat(
            5,
            lambda i, r=radius: circle(
                r * 0.48 * cos(2 * pi * i / 5), r * 0.48 * sin(2 * pi * i / 5), r * 0.12, palette.light
            ),
        )
        drawn += group(shape, x, y, rotate=12 * art.turn) + stroke(
            f"M{x - radius - 34} {y}h{2 * radius + 68}M{x} {y - radius - 34}v{2 * radius + 68}",
            palette.ink,
            2,
            stroke_dasharray="18 6 3 6",
            opacity=0.6,
        )
    return drawn


@motif("grading")
def grading(art: Art) -> str:
    """Three colour wheels under a half-graded picture."""
    palette = art.palette
    half = landscape(270, 220, palette, art.random)
    drawn = (
        sheet(-285, -225, 570, 240, palette.deep, 6)
        + window(-275, -215, 550, 220, half, (270, 110))
        + rect(-275, -215, 275, 220, "#8d8a84", opacity=0.62)
        + rect(-3, -215, 6, 220, palette.light)
    )
    for index in range(3):
        x = -190 + 190 * index
        drawn += circle(x, 128, 84, palette.deep) + repeat(
            12,
            lambda i, x=x: path(
                (
                    f"M{x} 128L{x + 74 * cos(pi * i / 6):.1f} {128 + 74 * sin(pi * i / 6):.1f}A74 74 0"
                    f" 0 1 {x + 74 * cos(pi * (i + 1) / 6):.1f} {128 + 74 * sin(pi * (i + 1) / 6):.1f}Z"
                ),
                palette.companion(i // 3),
            ),
        )
        drawn += circle(x, 128, 52, palette.light) + circle(
            x + art.random.uniform(-26, 26), 128 + art.random.uniform(-26, 26), 13, palette.deep
        )
    return drawn


@motif("whiteboard")
def whiteboard(art: Art) -> str:
    """A drawing hand on a white board."""
    palette = art.palette
    drawn = sheet(-280, -220, 560, 380, palette.light, 8) + rect(-280, 150, 560, 22, palette.deep, 6)
    drawn += (
        stroke("M-220 80Q-180 -60 -110 20T20 -20", palette.first, 9)
        + circle(-160, -120, 44, "none", stroke=palette.accent, stroke_width=8)
        + stroke("M-172 -72v38h24v-38M-160 -190v-16M-226 -120h-16M-94 -120h16", palette.accent, 8)
    )
    drawn += stroke("M-40 -150h150v70h-150Z", palette.deep, 6) + text(35, -115, art.word(), 38, palette.deep)
    hand = (
        path("M0 0L26 -10L120 120L90 140Z", palette.second)
        + path("M0 0L16 -12L24 8Z", palette.deep)
        + path("M60 60Q110 20 160 70L260 190L180 250L80 150Q50 110 60 60Z", "#eac3a0")
        + path("M190 150L290 240L210 290L140 220Z", palette.accent)
    )
    return drawn + group(hand, 24, -24)


@motif("storyboard")
def storyboard(art: Art) -> str:
    """Frames of a script with their lines."""
    palette = art.palette
    drawn = sheet(-285, -225, 570, 450, palette.light, 4)
    for index in range(6):
        x, y = -262 + 182 * (index % 3), -196 + 210 * (index // 3)
        drawn += rect(x, y, 160, 104, palette.deep) + window(
            x + 5,
            y + 5,
            150,
            94,
            landscape(150, 94, palette, art.random)
            if index % 2 == art.turn % 2
            else rect(0, 0, 150, 94, palette.companion(index))
            + path("M40 94Q44 58 68 56A26 26 0 1 1 84 56Q108 58 112 94Z", palette.light),
            (150, 94),
        )
        drawn += text(x + 14, y + 134, "一二三四五六"[index], 30, palette.accent) + rows(
            x + 38, y + 124, 120, 3, 20, palette.shade, art.random
        )
    return drawn


@motif("opener")
def opener(art: Art) -> str:
    """A title bursting out of rays."""
    palette = art.palette
    drawn = repeat(
        20,
        lambda i: path(
            (
                f"M0 0L{330 * cos(pi * i / 10 - 0.07):.0f} {330 * sin(pi * i / 10 - 0.07):.0f}"
                f"L{330 * cos(pi * i / 10 + 0.07):.0f} {330 * sin(pi * i / 10 + 0.07):.0f}Z"
            ),
            palette.companion(i),
            opacity=0.75,
        ),
    )
    return (
        drawn
        + circle(0, 0, 176, palette.deep)
        + ring(0, 0, 150, palette.second, 6)
        + text(0, -6, art.word()[:2], 124, palette.light, weight=900)
    )


@motif("cartoon")
def cartoon(art: Art) -> str:
    """Flat figures and easing curves of a motion graphic."""
    palette = art.palette
    drawn = stroke("M-280 190C-120 190 -110 -160 40 -170S260 -150 285 -160", palette.ink, 5, stroke_dasharray="2 12")
    for index in range(5):
        x, y = -230 + 112 * index, (176, 110, -60, -150, -158)[index]
        drawn += circle(x, y, 30 + 8 * index, palette.companion(index + art.turn), opacity=0.3 + 0.17 * index)
    return (
        drawn
        + rect(-60, 50, 150, 150, palette.first, 20)
        + path("M180 200L250 60L320 200Z", palette.second)
        + circle(-22 + 37, 110, 12, palette.light)
        + circle(52, 110, 12, palette.light)
        + stroke("M0 150Q16 172 40 150", palette.light, 8)
        + circle(218, -158, 9, palette.deep)
        + circle(246, -158, 9, palette.deep)
    )
