"""What a printer or a shop hangs up: posters, packs, menus, folded and bound paper."""

from math import cos, pi, sin

from .scene import Art, motif
from .svg import (
    circle,
    column,
    ellipse,
    group,
    landscape,
    path,
    rect,
    repeat,
    ring,
    rows,
    seal,
    sheet,
    stroke,
    text,
    window,
)


def _poster(art: Art, width: float, height: float, kind: int) -> str:
    palette = art.palette
    if kind % 4 == 0:
        inner = rect(0, 0, 300, 400, palette.accent) + circle(150, 165, 105, palette.second)
        inner += column(150, 90, art.word()[:2], 96, palette.deep, weight=900) + rows(
            70, 340, 160, 2, 22, palette.light, art.random
        )
    elif kind % 4 == 1:
        inner = landscape(300, 400, palette, art.random) + column(250, 30, art.word(1)[:3], 46, palette.deep)
    elif kind % 4 == 2:
        inner = rect(0, 0, 300, 400, palette.deep) + circle(150, 320, 190, palette.first)
        inner += path(
            "M150 90Q200 90 200 150Q200 190 185 210Q260 240 270 400H30Q40 240 115 210Q100 190 100 150Q100 90 150 90Z",
            palette.second,
        )
        inner += text(150, 50, art.word()[:4], 42, palette.light) + rect(30, 360, 240, 8, palette.accent)
    else:
        inner = rect(0, 0, 300, 400, palette.light) + repeat(
            6, lambda i: path(f"M0 {400 - 60 * i}L300 {330 - 60 * i}v30L0 {430 - 60 * i}Z", palette.companion(i))
        )
        inner += rect(40, 50, 150, 110, palette.light) + text(115, 105, art.word(1)[:2], 62, palette.deep, weight=900)
    return sheet(-width / 2, -height / 2, width, height, palette.light, 2) + window(
        -width / 2 + 8, -height / 2 + 8, width - 16, height - 16, inner, (300, 400)
    )


@motif("poster")
def poster(art: Art) -> str:
    """A large poster between two that hang behind."""
    kind = {"travel": 1, "film": 2}.get(art.variant, art.turn)
    return (
        group(_poster(art, 200, 270, kind + 1), -195, 20, rotate=-5)
        + group(_poster(art, 200, 270, kind + 2), 195, 30, rotate=5)
        + _poster(art, 310, 430, kind)
    )


@motif("package")
def package(art: Art) -> str:
    """A box, a bag and a bottle of one brand; or a gift box with moon cakes."""
    palette = art.palette
    if art.variant == "gift":
        drawn = (
            path("M-270 -40L0 -150L270 -40L0 80Z", palette.accent)
            + path("M-270 -40V110L0 240V80Z", palette.third)
            + path("M270 -40V110L0 240V80Z", palette.first)
        )
        drawn += repeat(
            4,
            lambda i: group(
                ellipse(0, 0, 62, 36, palette.second)
                + ellipse(0, -8, 52, 28, palette.light)
                + text(0, -8, "花好月圆"[i], 32, palette.accent),
                (-120, 0, 0, 120)[i],
                (-38, -92, 16, -38)[i],
            ),
        )
        return (
            drawn
            + circle(200, -170, 56, palette.second)
            + seal(-140, 110, 62, art.glyph(), palette.light, palette.accent)
        )
    drawn = path("M-280 -150L-260 -190H-90L-70 -150V210H-280Z", palette.first) + rect(
        -280, -150, 210, 26, palette.deep, opacity=0.25
    )
    drawn += (
        rect(-245, -80, 140, 220, palette.light, 4)
        + column(-175, -56, art.word()[:2], 74, palette.deep, weight=900)
        + rect(-225, 116, 100, 8, palette.accent)
    )
    drawn += path("M-10 -120Q-10 -160 10 -170V-220H70V-170Q90 -160 90 -120V210H-10Z", palette.accent) + rect(
        6, -232, 68, 30, palette.deep, 5
    )
    drawn += (
        rect(-10, -40, 100, 150, palette.light)
        + circle(40, 20, 32, palette.second)
        + rows(12, 70, 56, 2, 16, palette.deep, art.random, 6)
    )
    drawn += (
        path("M130 -10L210 -50L290 -10L210 32Z", palette.second)
        + path("M130 -10V160L210 210V32Z", palette.third)
        + path("M290 -10V160L210 210V32Z", palette.shade)
    )
    return drawn + seal(250, 96, 54, art.glyph(1), palette.accent, palette.light)


@motif("menu")
def menu(art: Art) -> str:
    """A tea-house price list and a cup."""
    palette = art.palette
    drawn = (
        sheet(-270, -225, 330, 450, palette.light, 4)
        + text(-105, -178, art.both(), 44, palette.deep)
        + rect(-240, -142, 270, 4, palette.accent)
    )
    items = ("茉莉奶绿", "杨枝甘露", "桂花乌龙", "芋泥鲜奶", "桃胶雪燕", "手打柠檬")
    for index, item in enumerate(items):
        y = -104 + 54 * index
        drawn += text(-240, y, item, 28, palette.deep, anchor="start", weight=600) + text(
            28, y, str(12 + index * 3), 28, palette.accent, anchor="end"
        )
        drawn += stroke(f"M-115 {y + 6}H-20", palette.shade, 3, stroke_dasharray="2 9")
    drawn += path("M100 -110H280L256 215H124Z", palette.light) + path("M107 -40H273L256 190H124Z", palette.second)
    drawn += repeat(9, lambda i: circle(140 + 26 * (i % 5), 196 - 24 * (i // 5), 11, palette.deep)) + rect(
        88, -132, 204, 28, palette.accent, 10
    )
    return (
        drawn
        + stroke("M200 -132L232 -235", palette.first, 14)
        + seal(190, 60, 66, art.glyph(), palette.accent, palette.light)
    )


@motif("trifold")
def trifold(art: Art) -> str:
    """A folded leaflet standing open."""
    palette = art.palette
    drawn = ""
    for index in range(3):
        x = -285 + 190 * index
        up = (0, 44, 0, 44)
        left, right = up[index], up[index + 1]
        fill = (palette.light, palette.accent if art.turn % 2 else palette.first, palette.light)[index]
        drawn += path(f"M{x} {-220 + left}L{x + 190} {-220 + right}V{190 + right}L{x} {190 + left}Z", fill)
        drawn += path(
            f"M{x} {-220 + left}L{x + 190} {-220 + right}V{190 + right}L{x} {190 + left}Z",
            "#1a120c",
            opacity=(0, 0.08, 0.05)[index],
        )
        skew = (right - left) / 190 * 45
        if index == 1:
            piece = column(95, 50, art.word()[:4], 66, palette.light, weight=900) + rect(70, 350, 50, 6, palette.light)
        else:
            picture = window(22, 34, 146, 130, landscape(146, 130, palette, art.random), (146, 130))
            piece = (
                picture + rows(22, 190, 146, 7, 26, palette.shade, art.random)
                if index == 0
                else text(95, 60, art.word(1), 40, palette.deep)
                + rows(22, 110, 146, 4, 26, palette.shade, art.random)
                + window(22, 236, 146, 140, landscape(146, 140, palette, art.random), (146, 140))
            )
        drawn += f'<g transform="translate({x} {-220 + left}) skewY({skew:.1f})">{piece}</g>'
    return drawn


@motif("banner")
def banner(art: Art) -> str:
    """Roll-up stands and a backdrop."""
    palette = art.palette
    drawn = (
        sheet(-290, -200, 580, 300, palette.first, 2)
        + text(0, -164, art.both("·"), 54, palette.light)
        + circle(0, -10, 74, palette.second)
        + path("M-74 -10A74 74 0 0 0 74 -10Z", palette.light)
    )
    for index, x in enumerate((-205, 205)):
        drawn += sheet(x - 78, -130, 156, 340, (palette.accent, palette.second)[(index + art.turn) % 2], 2) + rect(
            x - 92, 206, 184, 22, palette.deep, 6
        )
        drawn += (
            circle(x, -54, 46, palette.light)
            + text(x, -54, art.glyph(index), 52, palette.deep)
            + rows(x - 50, 20, 100, 5, 28, palette.light, art.random)
        )
    return drawn + repeat(3, lambda i: rect(-80 + 60 * i, 130 - 20 * (i % 2), 40, 100 + 20 * (i % 2), palette.light, 4))


@motif("shirt")
def shirt(art: Art) -> str:
    """A printed shirt."""
    palette = art.palette
    body = "M-110 -220Q0 -160 110 -220L285 -130L225 -10L160 -40V225H-160V-40L-225 -10L-285 -130Z"
    drawn = (
        group(path(body, "#1a120c", opacity=0.16), 10, 10)
        + path(body, palette.light)
        + stroke("M-110 -220Q0 -130 110 -220", palette.accent, 12)
    )
    drawn += circle(0, 20, 112, palette.accent) + text(0, 14, art.glyph(art.turn), 130, palette.light, weight=900)
    return (
        drawn
        + text(0, 172, "二零二五届", 34, palette.deep)
        + stroke("M-225 -10L-160 -40M225 -10L160 -40", palette.shade, 5)
    )


@motif("spread")
def spread(art: Art) -> str:
    """An open book: a company's volume, or a picture book."""
    palette = art.palette
    drawn = path(
        "M-300 -170Q-150 -210 0 -170Q150 -210 300 -170V200Q150 165 0 200Q-150 165 -300 200Z",
        "#1a120c",
        opacity=0.18,
        transform="translate(8 12)",
    )
    drawn += path("M-300 -180Q-150 -215 0 -175V195Q-150 160 -300 195Z", palette.light) + path(
        "M300 -180Q150 -215 0 -175V195Q150 160 300 195Z", palette.light
    )
    if art.variant == "story":
        drawn += art.clipped(
            path("M-282 -164Q-150 -194 0 -158V174Q-150 142 -282 174Z", "#000"),
            window(-290, -200, 300, 400, landscape(300, 400, palette, art.random), (300, 400)),
        )
        drawn += column(232, -120, "从前有座山", 38, palette.deep) + circle(110, 40, 56, palette.second)
        drawn += (
            path("M60 150Q70 60 110 60Q150 60 160 150Z", palette.accent)
            + circle(94, 36, 5, palette.deep)
            + circle(126, 36, 5, palette.deep)
            + stroke("M98 58Q110 68 122 58", palette.deep, 4)
        )
        drawn += path("M58 10L76 -40L96 -4Z M124 -4L146 -40L162 10Z", palette.second)
    else:
        drawn += window(-270, -150, 230, 190, landscape(230, 190, palette, art.random), (230, 190)) + rows(
            -270, 66, 230, 4, 26, palette.shade, art.random
        )
        drawn += (
            text(150, -118, art.word(), 46, palette.deep)
            + rect(40, -80, 220, 4, palette.accent)
            + rows(40, -50, 105, 7, 26, palette.shade, art.random)
        )
        drawn += repeat(
            4, lambda i: rect(170 + 24 * i, 130 - 40 * (i + 1) * 0.8, 17, 40 * (i + 1) * 0.8, palette.companion(i))
        )
    return drawn + stroke("M0 -175V195", palette.shade, 5)


@motif("coupon")
def coupon(art: Art) -> str:
    """Vouchers with a torn edge and a member's card."""
    palette = art.palette
    drawn = ""
    for index, angle in enumerate((-9, 3)):
        fill = (palette.second, palette.accent)[index]
        ticket = path("M-240 -80H240V-18A18 18 0 0 0 240 18V80H-240V18A18 18 0 0 0 -240 -18Z", fill)
        ticket += stroke("M110 -66V66", palette.light, 4, stroke_dasharray="3 13") + text(
            -80, -10, ("八折", "满减券")[index], 68, palette.deep if index == 0 else palette.light, weight=900
        )
        ticket += text(174, 0, str((80, 50)[index]), 66, palette.light, family="Georgia,serif")
        drawn += group(ticket, -10 + 24 * index, -164 + 138 * index, rotate=angle)
    card = (
        sheet(-165, -95, 330, 190, palette.deep, 16)
        + text(-138, -46, art.word(), 42, palette.second, anchor="start")
        + circle(120, 40, 38, palette.accent)
        + circle(84, 40, 38, palette.second, opacity=0.9)
    )
    return drawn + group(card + rows(-138, 30, 120, 3, 22, palette.light, art.random), 60, 146, rotate=-4)


@motif("daysign")
def daysign(art: Art) -> str:
    """A leaf of a tear-off calendar with a picture."""
    palette = art.palette
    drawn = group(sheet(-150, -210, 300, 420, palette.shade, 3), rotate=5) + sheet(
        -160, -225, 320, 450, palette.light, 3
    )
    drawn += window(-140, -205, 280, 210, landscape(280, 210, palette, art.random), (280, 210))
    drawn += text(-80, 76, str(8 + art.turn * 5 % 23), 110, palette.accent, family="Georgia,serif") + column(
        86, 24, art.word(), 54, palette.deep
    )
    return (
        drawn
        + rows(-135, 150, 150, 2, 22, palette.shade, art.random)
        + seal(98, 180, 50, art.glyph(1), palette.accent, palette.light)
    )


@motif("lanterns")
def lanterns(art: Art) -> str:
    """Opening-day lanterns and a ribbon."""
    palette = art.palette
    letters = art.both()
    drawn = ""
    for index in range(4):
        x, y = -225 + 150 * index, -70 + 40 * (index % 2)
        drawn += (
            stroke(f"M{x} -260V{y - 90}", palette.ink, 4)
            + rect(x - 28, y - 98, 56, 18, palette.second)
            + ellipse(x, y, 72, 82, palette.accent if palette.background != "#b93e2b" else palette.second)
        )
        drawn += (
            ellipse(x, y, 40, 82, palette.deep, opacity=0.1)
            + rect(x - 28, y + 78, 56, 18, palette.second)
            + stroke(f"M{x} {y + 96}v56M{x - 12} {y + 100}v44M{x + 12} {y + 100}v44", palette.second, 5)
        )
        drawn += text(
            x,
            y,
            letters[index % len(letters)],
            66,
            palette.light if palette.background != "#b93e2b" else palette.deep,
            weight=900,
        )
    if art.variant == "bare":
        return drawn
    return (
        drawn
        + path("M-300 196Q-150 232 0 196T300 196V222Q150 186 0 222T-300 222Z", palette.first)
        + repeat(6, lambda i: group(ellipse(0, -24, 14, 24, palette.second), 0, 208, rotate=60 * i))
        + circle(0, 208, 16, palette.accent)
    )


@motif("mooncircle")
def mooncircle(art: Art) -> str:
    """A solar term as a landscape in a round window, a branch before it."""
    palette = art.palette
    drawn = art.clipped(
        circle(0, 0, 225, "#000"), window(-225, -225, 450, 450, landscape(450, 450, palette, art.random), (450, 450))
    ) + ring(0, 0, 225, palette.ink, 8)
    drawn += stroke("M290 -180Q160 -150 110 -70Q90 -20 30 0M150 -120Q110 -130 70 -150", palette.deep, 11)
    spots = ((70, -150), (110, -70), (30, 0), (160, -136), (200, -166), (84, -34))
    for x, y in spots:
        drawn += repeat(
            5, lambda i, x=x, y=y: circle(x + 13 * cos(2 * pi * i / 5), y + 13 * sin(2 * pi * i / 5), 10, palette.light)
        ) + circle(x, y, 6, palette.accent)
    return drawn + seal(-205, 190, 66, art.glyph(), palette.accent, palette.light)


@motif("easel")
def easel(art: Art) -> str:
    """Four variations of one picture, as image models hand them out."""
    palette = art.palette
    drawn = sheet(-240, -230, 480, 460, palette.light, 8)
    for index in range(4):
        x, y = -222 + 228 * (index % 2), -212 + 218 * (index // 2)
        drawn += window(x, y, 216, 206, landscape(216, 206, palette, art.random), (216, 206))
        drawn += (
            path(f"M{x + 108} {y + 90}l30 90h-60Z", palette.deep),
            circle(x + 70, y + 130, 30, palette.light),
            rect(x + 110, y + 90, 46, 90, palette.accent),
            ring(x + 108, y + 100, 52, palette.light, 8),
        )[index]
    star = "M0 -46Q6 -6 46 0Q6 6 0 46Q-6 6 -46 0Q-6 -6 0 -46Z"
    return drawn + group(path(star, palette.accent), 250, -200, 1.3) + group(path(star, palette.second), 290, -120, 0.7)
