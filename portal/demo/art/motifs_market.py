"""Selling: rankings, funnels, product pages, shops, maps."""

from math import cos, pi, sin

from .scene import Art, motif
from .svg import (
    circle,
    ellipse,
    group,
    landscape,
    path,
    rect,
    repeat,
    rows,
    sheet,
    stroke,
    text,
    window,
)


@motif("ranking")
def ranking(art: Art) -> str:
    """A page of results under a glass, one of them rising."""
    palette = art.palette
    drawn = (
        sheet(-280, -220, 560, 76, palette.light, 38)
        + text(-240, -182, art.word(), 42, palette.deep, anchor="start")
        + circle(226, -182, 28, palette.accent)
    )
    for index in range(4):
        y = -116 + 84 * index
        top = index == 0
        drawn += sheet(
            -250 if not top else -280,
            y,
            500 if not top else 560,
            70,
            palette.light if not top else palette.accent,
            8,
            5,
        )
        drawn += text(
            -216 if not top else -240,
            y + 35,
            str(index + 1),
            40,
            palette.light if top else palette.third,
            family="Georgia,serif",
        ) + rows(-176, y + 20, 330, 2, 22, palette.light if top else palette.shade, art.random)
    return drawn + path("M230 60V-40H200L245 -100L290 -40H260V60Z", palette.second)


@motif("funnel")
def funnel(art: Art) -> str:
    """Money in, people through, orders out."""
    palette = art.palette
    drawn = ""
    for index in range(4):
        top, bottom = 270 - 62 * index, 270 - 62 * (index + 1) + 8
        y = -210 + 92 * index
        drawn += path(f"M{-top} {y}H{top}L{bottom} {y + 80}H{-bottom}Z", palette.companion(index + art.turn)) + text(
            0,
            y + 40,
            ("展现", "点击", "咨询", "下单")[index],
            40,
            palette.light if (index + art.turn) % 4 != 2 else palette.deep,
        )
    return drawn + repeat(
        3,
        lambda i: (
            circle(-44 + 44 * i, 196 + 14 * (i % 2), 26, palette.second)
            + text(-44 + 44 * i, 196 + 14 * (i % 2), "¥", 30, palette.deep)
        ),
    )


@motif("gauge")
def gauge(art: Art) -> str:
    """A return on spending, read from a dial."""
    palette = art.palette
    drawn = path("M-270 110V60A270 270 0 0 1 270 60V110Z", palette.light) + sheet(-150, 120, 300, 96, palette.light, 8)
    for index in range(5):
        first, last = pi - pi * index / 5 - 0.02, pi - pi * (index + 1) / 5 + 0.02
        drawn += path(
            (
                f"M{240 * cos(first):.0f} {60 - 240 * sin(first):.0f}A240 240 0 0 1 {240 * cos(last):.0f}"
                f" {60 - 240 * sin(last):.0f}L{150 * cos(last):.0f} {60 - 150 * sin(last):.0f}"
                f"A150 150 0 0 0 {150 * cos(first):.0f} {60 - 150 * sin(first):.0f}Z"
            ),
            palette.companion(index + 1),
        )
    return (
        drawn
        + group(path("M-14 0L0 -190L14 0Z", palette.deep), 0, 60, rotate=28 + 10 * art.turn)
        + circle(0, 60, 30, palette.accent)
        + text(0, 168, ("ROI 3.6", "ROAS 4.2")[art.turn % 2], 56, palette.deep, family="Georgia,serif")
    )


@motif("spread_tree")
def spread_tree(art: Art) -> str:
    """One tells three, three tell nine."""
    palette = art.palette
    drawn, nodes = "", [(0.0, -170.0, 46)]
    for index in range(3):
        x = -190 + 190 * index
        drawn += stroke(f"M0 -170C0 -90 {x} -90 {x} -10", palette.ink, 5)
        nodes.append((x, -10, 38))
        for leaf in range(3):
            place = x - 62 + 62 * leaf
            drawn += stroke(f"M{x} -10C{x} 80 {place} 80 {place} 160", palette.ink, 4)
            nodes.append((place, 170, 26))
    for index, (x, y, radius) in enumerate(nodes):
        drawn += (
            circle(x, y, radius + 8, palette.companion(index + art.turn))
            + circle(x, y - radius * 0.3, radius * 0.36, palette.light)
            + path(
                f"M{x - radius * 0.6} {y + radius * 0.7}Q{x} {y - radius * 0.3} {x + radius * 0.6} {y + radius * 0.7}Z",
                palette.light,
            )
        )
    return drawn


@motif("product_page")
def product_page(art: Art) -> str:
    """A listing: five squares of pictures and the selling points beside them."""
    palette = art.palette
    drawn = (
        sheet(-290, -210, 330, 330, palette.light, 6)
        + rect(-276, -196, 302, 302, palette.companion(art.turn), 4)
        + path(
            "M-150 70L-190 -90Q-125 -150 -60 -90L-100 70Z"
            if art.turn % 2
            else "M-200 40Q-190 -60 -125 -110Q-60 -60 -50 40Z",
            palette.light,
        )
        + rect(-190, 70, 130, 14, palette.deep, 5)
    )
    drawn += repeat(
        4,
        lambda i: (
            sheet(-290 + 84 * i, 140, 74, 74, palette.light, 5, 4)
            + circle(-253 + 84 * i, 177, 24, palette.companion(i + art.turn + 1))
        ),
    )
    drawn += text(70, -176, art.word(), 50, palette.ink, anchor="start", weight=900) + rect(
        70, -134, 60, 6, palette.accent
    )
    return drawn + repeat(
        5,
        lambda i: (
            circle(84, -92 + 62 * i, 15, palette.accent)
            + text(84, -92 + 62 * i, "一二三四五"[i], 20, palette.light)
            + rows(112, -103 + 62 * i, 172, 2, 20, palette.ink, art.random, 9, opacity=0.55)
        ),
    )


@motif("squares")
def squares(art: Art) -> str:
    """A set of square main pictures."""
    palette = art.palette
    drawn = ""
    for index in range(5):
        x, y, size = ((-285, -215, 340), (75, -215, 206), (75, 10, 206), (-285, 145, 160), (-105, 145, 160))[index]
        tall = size if index < 3 else 80
        drawn += sheet(x, y, size, tall, palette.companion(index + art.turn), 4, 6)
        if index < 3:
            drawn += (
                ellipse(x + size / 2, y + tall * 0.78, size * 0.32, size * 0.08, palette.deep, opacity=0.25)
                + path(
                    (
                        f"M{x + size * 0.36} {y + tall * 0.78}V{y + tall * 0.4}Q{x + size / 2}"
                        f" {y + tall * 0.2} {x + size * 0.64} {y + tall * 0.4}V{y + tall * 0.78}Z"
                    ),
                    palette.light,
                )
                + rect(x + size * 0.43, y + tall * 0.18, size * 0.14, size * 0.1, palette.deep, 3)
            )
            drawn += rect(x, y, size * 0.34, size * 0.15, palette.light) + text(
                x + size * 0.17, y + size * 0.075, (art.word(), "立减", "包邮")[index][:2], size * 0.1, palette.deep
            )
        else:
            drawn += text(x + size / 2, y + 40, ("细节", "场景")[index - 3], 40, palette.light)
    return drawn


@motif("shopfront")
def shopfront(art: Art) -> str:
    """A small shop with its board and awning."""
    palette = art.palette
    drawn = (
        rect(-250, -120, 500, 340, palette.light)
        + rect(-270, -220, 540, 92, palette.deep, 4)
        + text(0, -174, (art.both())[:6], 60, palette.second, weight=900)
    )
    drawn += repeat(
        9,
        lambda i: path(
            f"M{-270 + 60 * i} -128h60v56a30 30 0 0 1 -60 0Z",
            (palette.accent, palette.light)[i % 2],
            stroke=palette.shade,
            stroke_width=1,
        ),
    )
    drawn += window(
        -220,
        -16,
        220,
        160,
        landscape(220, 160, palette, art.random)
        if art.turn % 2
        else rect(0, 0, 220, 160, palette.second)
        + repeat(3, lambda i: rect(24 + 64 * i, 60, 46, 100, palette.companion(i), 8)),
        (220, 160),
    ) + rect(-226, -22, 232, 172, "none", stroke=palette.deep, stroke_width=10)
    drawn += (
        rect(50, -26, 150, 246, palette.first)
        + rect(66, -8, 118, 120, palette.shade)
        + circle(176, 130, 8, palette.second)
        + rect(-290, 216, 580, 16, palette.deep)
    )
    return drawn + path("M-220 218V170H-150V218Z", palette.third) + circle(-185, 152, 38, palette.first)


@motif("globe")
def globe(art: Art) -> str:
    """The globe with parcels on its way round."""
    palette = art.palette
    drawn = (
        circle(0, 0, 205, palette.first)
        + ellipse(0, 0, 88, 205, "none", stroke=palette.light, stroke_width=4, opacity=0.6)
        + stroke("M-205 0H205M-180 -98H180M-180 98H180M0 -205V205", palette.light, 4, opacity=0.6)
    )
    drawn += path(
        "M-130 -110Q-60 -170 -10 -120Q10 -70 -50 -60Q-40 0 -100 -10Q-150 -50 -130 -110Z", palette.second
    ) + path("M40 20Q110 -40 150 30Q130 120 70 130Q20 90 40 20Z", palette.second)
    drawn += (
        f'<g transform="rotate(-20)"><ellipse cx="0" cy="0" rx="290" ry="84" fill="none"'
        f' stroke="{palette.accent}" stroke-width="7" stroke-dasharray="4 16" stroke-linecap="round"/></g>'
    )
    return drawn + repeat(
        3,
        lambda i: group(
            rect(-38, -34, 76, 68, (palette.accent, palette.light, palette.third)[i], 4)
            + rect(-8, -34, 16, 68, palette.deep, opacity=0.4),
            (-250, 258, 10)[i],
            (60, -110, 196)[i],
            rotate=(-12, 8, 4)[i],
        ),
    )


@motif("weiqi")
def weiqi(art: Art) -> str:
    """Stones on the board: a plan in the making."""
    palette = art.palette
    drawn = sheet(-230, -230, 460, 460, palette.second, 4, 12) + repeat(
        9,
        lambda i: rect(-200 + 50 * i, -200, 2.5, 400, palette.deep) + rect(-200, -200 + 50 * i, 402, 2.5, palette.deep),
    )
    places = [(column, row) for column in range(9) for row in range(9)]
    for index, (place, row) in enumerate(art.random.sample(places, 24)):
        drawn += circle(-195 + 50 * place, -195 + 50 * row, 22, "#1a120c", opacity=0.25) + circle(
            -199 + 50 * place,
            -199 + 50 * row,
            22,
            palette.accent if index == 0 else (palette.deep, palette.light)[index % 2],
        )
    return drawn


@motif("pins")
def pins(art: Art) -> str:
    """A street map with visits marked."""
    palette = art.palette
    drawn = sheet(-285, -220, 570, 440, palette.light, 6)
    streets = stroke(
        "M-300 -90L300 -140M-300 70L300 40M-160 -240L-120 240M60 -240L110 240M-300 180L300 150M210 -240L230 240",
        palette.shade,
        26,
    ) + stroke("M-300 210C-140 60 0 140 80 20S240 -40 320 -200", palette.third, 34, opacity=0.6)
    streets += rect(-100, -112, 140, 150, palette.second, 8, opacity=0.6) + rect(-270, -200, 90, 80, palette.shade, 6)
    drawn += art.clipped(rect(-285, -220, 570, 440, "#000", 6), streets)
    if art.variant == "route":
        drawn += stroke(
            "M-210 150C-150 -40 -40 140 20 -20S150 -40 205 -130", palette.accent, 8, stroke_dasharray="2 18"
        )
    for index, (x, y) in enumerate(((-210, 130), (-20, -40), (200, -110), (130, 130), (-130, -110))):
        tall = (1.15, 1.35, 1.0, 0.85, 0.8)[(index + art.turn) % 5]
        drawn += group(
            path("M0 0Q-48 -56 -48 -86A48 48 0 0 1 48 -86Q48 -56 0 0Z", palette.companion(index))
            + circle(0, -86, 28, palette.light)
            + text(0, -86, ("食宿山茶海" if art.variant == "route" else "面茶火咖烤")[index], 32, palette.deep),
            x,
            y + 30,
            tall,
        )
    return drawn
