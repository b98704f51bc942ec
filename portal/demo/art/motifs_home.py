"""Lessons, health, gifts and other things of daily life."""

from math import cos, pi, sin

from .scene import Art, motif
from .svg import (
    MONO,
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
    sheet,
    stroke,
    text,
    window,
)


@motif("blackboard")
def blackboard(art: Art) -> str:
    """A board with a worked problem."""
    palette = art.palette
    drawn = sheet(-290, -220, 580, 400, palette.third, 6) + rect(-272, -202, 544, 364, "#2d4a40")
    chalk = "#f2ecdc"
    if art.variant == "calculus":
        drawn += (
            text(-120, -120, "∫ f(x)dx", 72, chalk, family="Georgia,'Noto Serif CJK SC',serif", weight=400)
            + stroke("M-230 120H20M-200 140V-40M-190 100C-140 100 -130 -30 -80 -20S-20 60 10 -50", chalk, 5)
            + path("M-150 120V50Q-120 -20 -80 -20T-40 20V120Z", palette.second, opacity=0.6)
        )
        drawn += (
            text(150, 0, "lim", 60, chalk, family="Georgia,serif", weight=400, font_style="italic")
            + text(150, 54, "x→0", 34, palette.second, family="Georgia,'Noto Serif CJK SC',serif", weight=400)
            + text(150, 112, "= 1", 50, chalk, family="Georgia,serif", weight=400)
        )
    elif art.variant == "lesson":
        drawn += text(0, -134, art.both("·"), 60, chalk) + repeat(
            3,
            lambda i: (
                circle(-170 + 170 * i, 10, 58, palette.companion(i + 1))
                + text(-170 + 170 * i, 10, "问思答"[i], 60, chalk)
                + rows(-220 + 170 * i, 92, 100, 2, 22, chalk, art.random)
            ),
        )
    else:
        drawn += (
            stroke("M-210 100L-60 -130L70 100Z", chalk, 6)
            + stroke("M-60 -130V100", palette.second, 5, stroke_dasharray="12 10")
            + text(-140, -40, "c", 46, chalk, family="Georgia,serif", font_style="italic")
            + text(170, -110, "a²+b²", 58, chalk, family="Georgia,serif", weight=400)
            + text(170, -36, "= c²", 58, palette.second, family="Georgia,serif", weight=400)
            + text(170, 60, art.word(), 60, chalk)
        )
    return (
        drawn
        + rect(-290, 178, 580, 20, palette.deep)
        + rect(-180, 162, 60, 16, chalk, 5)
        + rect(60, 156, 110, 24, palette.accent, 4)
    )


@motif("dumbbell")
def dumbbell(art: Art) -> str:
    """A week of training and what to eat with it."""
    palette = art.palette
    drawn = sheet(-285, -220, 570, 210, palette.light, 6)
    drawn += repeat(
        7,
        lambda i: (
            text(-240 + 80 * i, -186, "一二三四五六日"[i], 32, palette.deep)
            + rect(
                -270 + 80 * i, -154, 60, 124, palette.companion(i + art.turn) if i not in (3, 6) else palette.shade, 6
            )
        ),
    )
    return (
        drawn
        + rect(-292, 98, 584, 28, palette.ink, 10)
        + repeat(
            2,
            lambda i: (
                rect(-206 + 368 * i, 30, 44, 164, palette.accent, 12)
                + rect(-262 + 480 * i, 54, 44, 116, palette.first, 12)
            ),
        )
        + circle(0, 112, 64, palette.second)
        + text(0, 110, art.glyph(), 66, palette.deep)
    )


@motif("plush")
def plush(art: Art) -> str:
    """Felt animals in a gift box."""
    palette = art.palette
    drawn = ""
    for x, fur, ear in ((-150, palette.light, 0), (0, palette.second, 1), (150, palette.third, 2)):
        drawn += (
            path(f"M{x - 62} -70L{x - 50} -180L{x - 4} -110Z M{x + 62} -70L{x + 50} -180L{x + 4} -110Z", fur)
            if ear == 0
            else circle(x - 56, -112, 36, fur) + circle(x + 56, -112, 36, fur)
            if ear == 1
            else ellipse(x - 30, -160, 22, 70, fur) + ellipse(x + 30, -160, 22, 70, fur)
        )
        drawn += (
            circle(x, -40, 92, fur)
            + circle(x - 30, -46, 9, palette.deep)
            + circle(x + 30, -46, 9, palette.deep)
            + ellipse(x, -14, 12, 8, palette.accent)
            + circle(x - 52, -18, 14, palette.accent, opacity=0.45)
            + circle(x + 52, -18, 14, palette.accent, opacity=0.45)
        )
        drawn += repeat(
            16,
            lambda i, x=x, f=fur: stroke(
                (
                    f"M{x + 90 * cos(pi * i / 8):.0f} {-40 + 90 * sin(pi * i / 8):.0f}l{12 * cos(pi * i / 8 + 0.5):.0f}"
                    f" {12 * sin(pi * i / 8 + 0.5):.0f}"
                ),
                f,
                5,
            ),
        )
    return (
        drawn
        + rect(-280, 40, 560, 190, palette.accent, 8)
        + rect(-290, 20, 580, 44, palette.first, 6)
        + rect(-30, 20, 60, 210, palette.second)
        + repeat(2, lambda i: ellipse(-50 + 100 * i, 4, 50, 24, palette.second))
    )


@motif("disk")
def disk(art: Art) -> str:
    """A hard drive giving its files back."""
    palette = art.palette
    drawn = (
        sheet(-280, -210, 320, 420, palette.deep, 22)
        + circle(-120, -50, 130, palette.shade if palette.ink != "#f3e9d6" else palette.third)
        + ring(-120, -50, 92, palette.light, 3, opacity=0.6)
        + circle(-120, -50, 34, palette.accent)
        + group(rect(-10, -150, 20, 170, palette.second, 8), -20, 150, rotate=-24)
        + circle(-20, 150, 26, palette.second)
    )
    return (
        drawn
        + stroke(
            "M40 -20C90 -20 80 -110 120 -130M40 30H130M40 80C90 80 80 150 120 164",
            palette.accent,
            7,
            stroke_dasharray="2 14",
        )
        + repeat(
            3,
            lambda i: group(
                path("M-60 -48H30L60 -20V52H-60Z", palette.light)
                + (
                    rect(-44, -14, 88, 50, palette.first, 4),
                    circle(0, 10, 26, palette.second),
                    rows(-42, -10, 84, 3, 20, palette.accent, art.random),
                )[i],
                205,
                -150 + 150 * i,
            ),
        )
    )


@motif("swatches")
def swatches(art: Art) -> str:
    """Clothes on hangers under a fan of colours."""
    palette = art.palette
    drawn = rect(-290, -200, 580, 14, palette.ink, 7)
    shapes = (
        "M-40 -60Q0 -30 40 -60L86 -30L70 20L50 8V130H-50V8L-70 20L-86 -30Z",
        "M-34 -60Q0 -40 34 -60L44 20L84 160H-84L-44 20Z",
        "M-44 -60L0 40L44 -60L90 -30V160H10V60H-10V160H-90V-30Z",
    )
    for index in range(3):
        x = -190 + 190 * index
        drawn += (
            stroke(f"M{x} -164q-2 -40 18 -34", palette.ink, 6)
            + stroke(f"M{x - 70} -104L{x} -164L{x + 70} -104", palette.ink, 6)
            + group(path(shapes[(index + art.turn) % 3], palette.companion(index)), x, -50)
        )
    return drawn + repeat(
        9,
        lambda i: group(
            rect(
                -20,
                -130,
                40,
                120,
                (palette.accent, palette.second, palette.light, palette.first, palette.third, palette.deep)[i % 6],
                5,
            ),
            0,
            250,
            rotate=-64 + 16 * i,
        ),
    )


@motif("calendar")
def calendar(art: Art) -> str:
    """A month of publishing dates."""
    palette = art.palette
    drawn = (
        sheet(-275, -210, 550, 430, palette.light, 10)
        + rect(-275, -210, 550, 84, palette.accent, 10)
        + text(0, -168, art.both("·"), 50, palette.light)
        + repeat(2, lambda i: rect(-170 + 320 * i, -232, 20, 54, palette.deep, 10))
    )
    return drawn + repeat(
        28,
        lambda i: (
            rect(
                -252 + 73 * (i % 7),
                -106 + 80 * (i // 7),
                62,
                68,
                palette.companion(i) if (i * 5 + art.turn) % 3 == 0 else palette.shade,
                6,
                opacity=0.95,
            )
            + text(
                -238 + 73 * (i % 7),
                -92 + 80 * (i // 7),
                str(i + 1),
                18,
                palette.light if (i * 5 + art.turn) % 3 == 0 else palette.deep,
                family="Georgia,serif",
            )
        ),
    )


@motif("rings")
def rings(art: Art) -> str:
    """Two rings, the double happiness, and petals."""
    palette = art.palette
    drawn = (
        text(0, -10, "囍", 400, palette.accent, weight=900, opacity=0.22)
        + ring(-80, 10, 130, palette.second, 26)
        + ring(90, 10, 130, palette.accent, 26)
        + stroke("M-80 -120A130 130 0 0 1 40 60", palette.second, 26)
        + path("M-80 -190L-40 -150L-80 -106L-120 -150Z", palette.light)
        + stroke("M-120 -150H-40", palette.first, 4)
    )
    return drawn + repeat(
        12,
        lambda i: group(
            ellipse(0, 0, 18, 9, palette.companion(i)),
            art.random.uniform(-290, 290),
            art.random.uniform(-220, 220),
            rotate=art.random.uniform(0, 180),
        ),
    )


@motif("fan")
def fan(art: Art) -> str:
    """A folding fan with a painted landscape."""
    palette = art.palette
    first, last, reach = pi * 0.85, pi * 0.15, 345

    def at(angle: float, radius: float) -> str:
        return f"{radius * cos(angle):.1f} {190 - radius * sin(angle):.1f}"

    leaf = (
        f"M{at(first, reach)}A{reach} {reach} 0 0 1 {at(last, reach)}L{at(last, 150)}A150 150 0 0 0 {at(first, 150)}Z"
    )
    drawn = art.clipped(
        path(leaf, "#000"), window(-320, -160, 640, 310, landscape(640, 310, palette, art.random), (640, 310))
    )
    drawn += stroke(leaf, palette.light, 7)
    drawn += repeat(13, lambda i: stroke(f"M0 190L{at(first + (last - first) * i / 12, 150)}", palette.deep, 7))
    drawn += repeat(
        13,
        lambda i: stroke(
            f"M{at(first + (last - first) * i / 12, 150)}L{at(first + (last - first) * i / 12, reach)}",
            palette.deep,
            2,
            opacity=0.35,
        ),
    )
    return (
        drawn
        + circle(0, 190, 16, palette.accent)
        + stroke("M0 200V236", palette.accent, 8)
        + column(-150, 130, art.word(), 46, palette.ink)
    )


@motif("pages_python")
def pages_python(art: Art) -> str:
    """A lesson book with a first program."""
    palette = art.palette
    drawn = (
        sheet(-285, -215, 570, 430, palette.light, 6)
        + rect(-8, -215, 16, 430, palette.shade)
        + text(-148, -160, art.word(), 52, palette.deep)
        + rows(-250, -110, 200, 4, 30, palette.shade, art.random, 10)
    )
    drawn += (
        rect(-250, 30, 210, 150, palette.second, 8)
        + text(-145, 105, "第3课", 56, palette.deep)
        + rect(34, -180, 222, 360, palette.deep, 8)
    )
    for index, line in enumerate(("for i in", " range(3):", "  print(", "  '你好')")):
        drawn += text(
            52,
            -140 + 48 * index,
            line,
            30,
            palette.companion(index + 2),
            family=MONO,
            anchor="start",
            weight=400,
            xml_space="preserve",
        )
    return drawn + repeat(
        3, lambda i: text(52, 74 + 38 * i, "你好", 28, palette.light, family=MONO, anchor="start", weight=400)
    )
