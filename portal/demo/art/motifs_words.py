"""Writing: manuscripts, translation, papers with a purpose."""

from .scene import Art, motif
from .svg import (
    circle,
    group,
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

FOREIGN = {"english": "A", "japanese": "あ", "french": "É", "german": "ß", "speech": "Hi"}


@motif("translate")
def translate(art: Art) -> str:
    """Two overlapping discs, one script in each."""
    palette = art.palette
    other = FOREIGN.get(art.variant, "A")
    drawn = (
        circle(-105, 0, 195, palette.first)
        + circle(105, 0, 195, palette.second)
        + art.clipped(circle(-105, 0, 195, "#000"), circle(105, 0, 195, palette.accent))
    )
    drawn += text(-190, -6, art.glyph(), 150, palette.light, weight=900)
    drawn += text(200, -4, other, 158 if len(other) == 1 else 110, palette.deep, weight=700)
    return drawn + stroke("M-40 -18H36L20 -34M40 22H-36L-20 38", palette.light, 7)


@motif("voices")
def voices(art: Art) -> str:
    """Speech bubbles in turn."""
    palette = art.palette
    marks = {
        "heart": ("听", "♥", "在"),
        "robot": ("关键词", "自动", "回复"),
        "english": ("Hello", "你好", "Great"),
    }.get(art.variant, ("你好", "Hello", "谢谢"))
    drawn = ""
    for index, (x, y, wide) in enumerate(((-110, -140, 330), (130, 10, 300), (-120, 150, 280))):
        fill = (palette.accent, palette.light, palette.first)[(index + art.turn) % 3]
        ink = palette.deep if fill == palette.light else palette.light
        tail = path("M-100 50L-130 106L-40 54Z" if index != 1 else "M100 50L130 106L40 54Z", fill)
        drawn += group(tail + rect(-wide / 2, -60, wide, 122, fill, 60) + text(0, 0, marks[index], 66, ink), x, y)
    return (
        drawn
        + circle(-260, 20, 26, palette.second)
        + circle(240, 170, 40, palette.second)
        + circle(200, -150, 26, palette.third)
    )


@motif("manuscript")
def manuscript(art: Art) -> str:
    """Squared writing paper with a brush or a pen."""
    palette = art.palette
    drawn = sheet(-280, -220, 480, 440, palette.light, 3)
    letters = (art.both() + "纸上得来终觉浅") * 3
    for row in range(6):
        for place in range(6):
            drawn += rect(
                -262 + 74 * place, -196 + 68 * row, 66, 58, "none", stroke=palette.accent, stroke_width=2, opacity=0.6
            )
            if row * 6 + place < 15 + 2 * (art.turn % 4):
                drawn += text(-229 + 74 * place, -167 + 68 * row, letters[row * 6 + place], 44, palette.deep)
    if art.variant == "pen":
        tool = (
            rect(-17, -260, 34, 260, palette.first, 14)
            + path("M-17 0H17L0 74Z", palette.second)
            + stroke("M0 74V30", palette.deep, 3)
            + rect(-17, -40, 34, 14, palette.second)
        )
    else:
        tool = (
            rect(-15, -280, 30, 270, palette.second, 12)
            + rect(-20, -22, 40, 34, palette.deep)
            + path("M-20 12Q-30 60 0 112Q30 60 20 12Z", palette.deep)
        )
    return drawn + group(tool, 196, 90, rotate=26)


@motif("quote")
def quote(art: Art) -> str:
    """A line of copy between great quotation marks."""
    palette = art.palette
    comma = path("M0 0A46 46 0 1 1 -46 46Q-50 -40 34 -78L46 -56Q-4 -30 0 0Z", palette.accent)
    drawn = repeat(2, lambda i: group(comma, -210 + 118 * i, -160, 1.1) + group(comma, 210 - 118 * i, 176, 1.1, 180))
    line = ("一碗面的时间", "回家有灯亮着", "慢慢做一件好东西")[art.turn % 3]
    return (
        drawn
        + text(0, -6, line, 78 if len(line) < 7 else 66, palette.ink, weight=900)
        + rect(-250, 62, 500, 6, palette.second)
    )


@motif("resume")
def resume(art: Art) -> str:
    """A curriculum vitae on its pile, marked by an editor."""
    palette = art.palette
    drawn = group(sheet(-180, -225, 360, 450, palette.shade, 3), 20, 4, 0.98, 6) + sheet(
        -200, -228, 360, 456, palette.light, 3
    )
    side = (palette.first, palette.accent, palette.deep, palette.third)[art.turn % 4]
    if art.turn % 2:
        drawn += (
            rect(-200, -228, 120, 456, side)
            + circle(-140, -160, 40, palette.light)
            + rows(-182, -90, 84, 6, 26, palette.light, art.random)
            + text(-60, -180, art.word(), 50, palette.deep, anchor="start")
        )
        drawn += repeat(
            3,
            lambda i: (
                rect(-58, -130 + 116 * i, 70, 12, palette.accent, 3)
                + rows(-58, -102 + 116 * i, 190, 3, 24, palette.shade, art.random)
            ),
        )
    else:
        drawn += (
            rect(-200, -228, 360, 106, side)
            + circle(88, -150, 52, palette.second)
            + text(-176, -175, art.word(), 52, palette.light, anchor="start")
        )
        drawn += repeat(
            3,
            lambda i: (
                circle(-170, -80 + 104 * i, 11, palette.accent)
                + rows(-146, -86 + 104 * i, 276, 3, 25, palette.shade, art.random)
            ),
        )
    drawn += group(stroke("M0 0q30 40 60 0t60 0", palette.accent, 7), 20, 196)
    return drawn + group(
        rect(-15, -150, 30, 220, palette.second, 6)
        + path("M-15 70H15L0 116Z", palette.light)
        + rect(-15, -166, 30, 30, palette.accent, 8),
        226,
        -20,
        rotate=24,
    )


@motif("contract")
def contract(art: Art) -> str:
    """A contract, signed and sealed."""
    palette = art.palette
    drawn = group(sheet(-190, -220, 380, 440, palette.shade, 3), 18, 6, rotate=-4) + sheet(
        -200, -225, 390, 450, palette.light, 3
    )
    drawn += (
        text(-5, -172, ("委托合同", "CONTRACT", "服务协议")[art.turn % 3], 50, palette.deep)
        + rect(-170, -132, 330, 3, palette.deep)
        + repeat(3, lambda i: rows(-170, -104 + 82 * i, 330, 3, 23, palette.shade, art.random, 9))
    )
    drawn += (
        stroke("M-160 176q20 -44 34 -6t40 -22q10 30 30 0t40 10", palette.first, 5)
        + ring(100, 146, 76, palette.accent, 8)
        + text(100, 146, "★", 52, palette.accent)
    )
    drawn += repeat(
        5,
        lambda i: group(text(0, -56, (art.both() + "专用章程")[i], 24, palette.accent), 100, 146, rotate=-96 + 48 * i),
    )
    return drawn + group(
        rect(-14, -160, 28, 240, palette.deep, 12) + path("M-14 80H14L0 128Z", palette.second), 240, 0, rotate=22
    )


@motif("newspaper")
def newspaper(art: Art) -> str:
    """A front page."""
    palette = art.palette
    drawn = (
        group(sheet(-250, -200, 500, 400, palette.shade, 2), rotate=5)
        + sheet(-270, -225, 540, 450, palette.light, 2)
        + text(0, -176, art.word() + "日报", 66, palette.deep, weight=900)
        + rect(-246, -130, 492, 5, palette.deep)
        + rect(-246, -121, 492, 2, palette.deep)
    )
    drawn += text(-246, -76, art.word(1) + "面世", 56, palette.accent, anchor="start") + window(
        -10, -106, 256, 180, landscape(256, 180, palette, art.random), (256, 180)
    )
    return (
        drawn
        + repeat(2, lambda i: rows(-246 + 118 * i, -34, 104, 10, 23, palette.shade, art.random, 9))
        + repeat(2, lambda i: rows(-10 + 132 * i, 92, 122, 5, 23, palette.shade, art.random, 9))
    )


@motif("paper")
def paper(art: Art) -> str:
    """An academic paper with a proof-reader's marks or its table of contents."""
    palette = art.palette
    drawn = sheet(-250, -225, 340, 450, palette.light, 2) + sheet(-40, -195, 320, 420, palette.light, 2)
    drawn += text(-80, -176, art.word(), 42, palette.deep) + rows(-224, -130, 160, 12, 26, palette.shade, art.random, 9)
    if art.variant == "contents":
        drawn += text(120, -150, "目录", 44, palette.deep)
        return drawn + repeat(
            7,
            lambda i: (
                rect(-14 + 24 * (i % 3 > 0), -104 + 42 * i, 110, 10, palette.deep if i % 3 == 0 else palette.third, 5)
                + stroke(f"M{120 + 12 * (i % 3 > 0)} {-98 + 42 * i}H220", palette.shade, 3, stroke_dasharray="1 9")
                + text(246, -100 + 42 * i, str(1 + 4 * i), 24, palette.accent)
            ),
        )
    drawn += text(120, -150, "Abstract", 38, palette.deep, family="Georgia,serif") + rows(
        -14, -108, 270, 5, 30, palette.shade, art.random, 10
    )
    drawn += (
        stroke("M-14 -72H150M40 -20q16 -22 32 0t32 0", palette.accent, 6)
        + ring(200, 14, 34, palette.accent, 5)
        + repeat(
            5,
            lambda i: rect(
                4 + 48 * i,
                190 - 34 * (1 + (i * 2 + art.turn) % 4),
                34,
                34 * (1 + (i * 2 + art.turn) % 4),
                palette.companion(i),
            ),
        )
    )
    return drawn
