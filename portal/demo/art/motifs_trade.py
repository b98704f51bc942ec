"""Offices, schools, homes: counsel, lessons and daily help."""

from .scene import Art, motif
from .svg import (
    circle,
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


@motif("licence")
def licence(art: Art) -> str:
    """A framed licence with its seal; a registered mark."""
    palette = art.palette
    drawn = (
        sheet(-285, -215, 570, 430, palette.light, 4)
        + rect(-265, -195, 530, 390, "none", stroke=palette.second, stroke_width=10)
        + rect(-248, -178, 496, 356, "none", stroke=palette.second, stroke_width=3)
    )
    if art.variant == "mark":
        drawn += (
            circle(-70, 0, 130, palette.accent)
            + text(-70, -6, art.glyph(art.turn), 150, palette.light, weight=900)
            + ring(130, -84, 40, palette.deep, 7)
            + text(130, -84, "R", 46, palette.deep, family="Georgia,serif")
        )
        return drawn + rows(84, 0, 140, 5, 28, palette.shade, art.random)
    drawn += text(0, -118, "营业执照", 72, palette.deep, weight=900) + rows(
        -210, -50, 260, 6, 34, palette.shade, art.random, 11
    )
    return (
        drawn
        + ring(150, 80, 84, palette.accent, 9)
        + text(150, 80, "★", 62, palette.accent)
        + repeat(6, lambda i: group(text(0, -60, "市场监督管理"[i], 24, palette.accent), 150, 80, rotate=-100 + 40 * i))
    )


@motif("blueprint")
def blueprint(art: Art) -> str:
    """A dimensioned drawing: a flat, or a device for a patent."""
    palette = art.palette
    colour, paper = palette.light, palette.first
    drawn = (
        sheet(-290, -220, 580, 440, paper, 4)
        + repeat(14, lambda i: rect(-290 + 41.4 * i, -220, 1, 440, colour, opacity=0.25))
        + repeat(11, lambda i: rect(-290, -220 + 41.4 * i, 580, 1, colour, opacity=0.25))
    )
    if art.variant == "device":
        drawn += (
            stroke("M-90 -150H30V-110H90V120H30V150H-90Z", colour, 6)
            + ring(-30, 0, 78, colour, 5)
            + ring(-30, 0, 40, colour, 4)
            + stroke("M-200 0H160M-30 -190V190", colour, 2, stroke_dasharray="18 6 3 6")
        )
        drawn += repeat(
            4,
            lambda i: (
                stroke(f"M{40 + 10 * i} {-120 + 76 * i}L180 {-150 + 90 * i}", palette.second, 3)
                + circle(208, -150 + 90 * i, 26, palette.second)
                + text(208, -150 + 90 * i, str(i + 1), 30, palette.deep, family="Georgia,serif")
            ),
        )
        return drawn
    drawn += stroke(
        "M-230 -160H230V160H-230ZM-40 -160V-20M-40 40V160M-230 20H-110M-60 20H-40M80 -160V-60M80 0V160M80 60H230",
        colour,
        11,
    ) + stroke("M-40 -20A60 60 0 0 0 20 40M80 -60A60 60 0 0 1 140 0", colour, 3)
    drawn += (
        stroke("M-230 192H230M-230 182V202M230 182V202M262 -160V160M252 -160H272M252 160H272", palette.second, 3)
        + rect(-200, -130, 110, 70, "none", 6, stroke=palette.second, stroke_width=4)
        + ring(156, 112, 30, palette.second, 4)
        + rect(-10, -130, 60, 40, "none", stroke=palette.second, stroke_width=4)
    )
    return drawn + repeat(
        3, lambda i: text((-150, -140, 154)[i], (-20, 96, -100)[i], ("客厅", "卧室", "书房")[i], 32, colour)
    )


@motif("room")
def room(art: Art) -> str:
    """A room cut open, seen from above its corner."""
    palette = art.palette
    drawn = (
        path("M-290 -40L0 -200V30L-290 190Z", palette.light)
        + path("M290 -40L0 -200V30L290 190Z", palette.second if art.turn % 2 else palette.third)
        + path("M-290 190L0 30L290 190L0 245Z", palette.shade)
    )
    drawn += path("M-236 -20L-90 -100V20L-236 100Z", palette.first) + path(
        "M-226 -10L-168 -42V62L-226 94Z M-158 -46L-100 -78V26L-158 58Z", palette.light, opacity=0.85
    )
    drawn += (
        path("M60 70L230 160V196L60 110Z", palette.accent)
        + path("M60 70L100 50L270 140L230 160Z", palette.first)
        + path("M100 50V-6L270 84V140Z", palette.accent)
        + path("M230 160L270 140V176L230 196Z", palette.deep, opacity=0.4)
    )
    drawn += (
        ellipse(-50, 176, 92, 34, palette.accent, opacity=0.55)
        + path("M-120 128L-50 104L20 132L-50 158Z", palette.deep)
        + path("M-116 130v30M-50 156v30M14 134v30", "none", stroke=palette.deep, stroke_width=7)
    )
    drawn += (
        stroke("M0 -200V-90", palette.deep, 4)
        + path("M-38 -60Q-30 -96 0 -96T38 -60Z", palette.second if not art.turn % 2 else palette.accent)
        + path("M130 -84L210 -40V30L130 -14Z", palette.light)
        + path("M140 -66L200 -32V12L140 -22Z", palette.first)
    )
    return (
        drawn
        + path("M-250 170v-30h26v22Z", palette.deep)
        + repeat(5, lambda i: group(ellipse(0, -30, 10, 30, palette.first), -238, 140, rotate=-50 + 25 * i))
    )


@motif("solids")
def solids(art: Art) -> str:
    """Rendered blocks on a stage."""
    palette = art.palette

    def cube(x: float, y: float, size: float, index: int) -> str:
        top, left, right = (palette.companion(index), palette.deep, palette.companion(index))
        return (
            path(f"M{x} {y}l{size} {size / 2}l{-size} {size / 2}l{-size} {-size / 2}Z", top)
            + path(f"M{x - size} {y + size / 2}l{size} {size / 2}v{size}l{-size} {-size / 2}Z", left, opacity=0.9)
            + path(f"M{x + size} {y + size / 2}l{-size} {size / 2}v{size}l{size} {-size / 2}Z", right)
            + path(f"M{x + size} {y + size / 2}l{-size} {size / 2}v{size}l{size} {-size / 2}Z", "#1a120c", opacity=0.25)
        )

    drawn = (
        path("M0 20L290 120L0 235L-290 120Z", palette.light)
        + circle(0, -60, 170, palette.second, opacity=0.7)
        + cube(-150, 0, 92, 1)
        + cube(160, 20, 78, 3)
        + cube(0, -40, 120, 0)
    )
    return (
        drawn
        + circle(0, -120, 64, palette.light)
        + circle(-20, -140, 18, "#ffffff", opacity=0.7)
        + circle(60, 190, 34, palette.first)
        + ellipse(-170, -60, 60, 22, palette.accent)
        + ellipse(-170, -72, 40, 14, palette.deep)
    )


@motif("slides")
def slides(art: Art) -> str:
    """A deck fanned out; the first slide carries the title."""
    palette = art.palette
    drawn = ""
    for index in range(3):
        inner = (
            landscape(320, 180, palette, art.random),
            rect(0, 0, 320, 180, palette.light)
            + repeat(
                5,
                lambda i: rect(
                    30 + 54 * i,
                    150 - 26 * (1 + (i + art.turn) % 4),
                    36,
                    26 * (1 + (i + art.turn) % 4),
                    palette.companion(i),
                ),
            ),
            rect(0, 0, 320, 180, (palette.accent, palette.first, palette.deep)[art.turn % 3]),
        )[index]
        if index == 2:
            inner += (
                text(28, 70, art.word(), 56, palette.light, anchor="start", weight=900)
                + rect(28, 108, 60, 6, palette.second)
                + rows(28, 130, 110, 2, 18, palette.light, art.random)
                + (
                    ring(250, 90, 44, palette.second, 22, stroke_dasharray="180 100")
                    if art.turn % 2
                    else path("M200 150L240 90L270 120L310 40V150Z", palette.second)
                )
            )
        x, y, scale = (
            ((-60, -120, 0.86), (50, -50, 0.96), (-20, 70, 1.1))[index]
            if art.turn % 2
            else ((60, -126, 0.86), (-50, -50, 0.96), (20, 70, 1.1))[index]
        )
        drawn += group(
            sheet(-206, -118, 412, 236, palette.light, 4) + window(-200, -112, 400, 224, inner, (320, 180)), x, y, scale
        )
    return drawn


@motif("stage")
def stage(art: Art) -> str:
    """A speaker before a great screen."""
    palette = art.palette
    drawn = rect(-290, -220, 580, 300, palette.deep, 4) + window(
        -278,
        -208,
        556,
        276,
        rect(0, 0, 556, 276, palette.first)
        + circle(278, 276, 210, palette.accent)
        + circle(278, 276, 140, palette.second)
        + text(278, 90, art.word(), 84, palette.light, weight=900),
        (556, 276),
    )
    drawn += (
        path("M-300 110H300L250 160H-250Z", palette.third)
        + circle(-120, 12, 24, "#eac3a0")
        + path("M-156 130V70Q-156 40 -120 40T-84 70V130Z", palette.deep)
        + path("M80 130L96 40H164L180 130Z", palette.deep)
        + rect(84, 28, 92, 16, palette.second)
    )
    return drawn + repeat(
        9,
        lambda i: circle(
            -264 + 66 * i, 210 - 10 * (i % 2), 30, palette.ink if palette.ink != "#f3e9d6" else palette.shade
        ),
    )


@motif("scales")
def scales(art: Art) -> str:
    """A balance, or a gavel over a file."""
    palette = art.palette
    if art.variant == "gavel":
        drawn = (
            sheet(-270, -190, 360, 400, palette.light, 4)
            + text(-90, -134, art.word(), 56, palette.deep, weight=900)
            + rows(-236, -84, 290, 8, 32, palette.shade, art.random, 11)
        )
        gavel = (
            rect(-120, -62, 240, 124, palette.accent, 16)
            + rect(-134, -72, 34, 144, palette.deep, 8)
            + rect(100, -72, 34, 144, palette.deep, 8)
            + rect(-16, 62, 32, 230, palette.second, 14)
        )
        return drawn + group(gavel, 120, -60, 0.95, 32) + rect(40, 186, 250, 40, palette.deep, 8)
    drawn = (
        rect(-11, -190, 22, 390, palette.ink, 6)
        + path("M-110 226Q0 150 110 226Z", palette.accent)
        + circle(0, -196, 28, palette.accent)
    )
    drawn += group(rect(-220, -9, 440, 18, palette.ink, 8), 0, -140, rotate=-7)
    for x, y in ((-212, -112), (212, -164)):
        drawn += stroke(f"M{x} {y}L{x - 84} {y + 190}M{x} {y}L{x + 84} {y + 190}", palette.ink, 4) + path(
            f"M{x - 100} {y + 190}H{x + 100}Q{x + 70} {y + 250} {x} {y + 250}T{x - 100} {y + 190}Z",
            palette.second if x < 0 else palette.first,
        )
        drawn += text(x, y + 150, art.glyph(0 if x < 0 else 1), 72, palette.ink, weight=900)
    return drawn


@motif("abacus")
def abacus(art: Art) -> str:
    """An abacus above a column of figures."""
    palette = art.palette
    drawn = (
        sheet(-285, -200, 570, 320, palette.third, 8)
        + rect(-262, -177, 524, 274, palette.light)
        + rect(-262, -96, 524, 14, palette.deep)
    )
    for index in range(9):
        x = -226 + 56.5 * index
        upper, lower = art.random.randint(0, 1), art.random.randint(0, 4)
        drawn += rect(x - 3, -177, 6, 274, palette.deep) + ellipse(x, -156 + 40 * upper, 25, 15, palette.accent)
        drawn += repeat(
            5,
            lambda i, x=x, low=lower, n=index: ellipse(
                x, -66 + 30 * i + (26 if i >= low else 0), 25, 14, palette.companion(1) if n % 3 else palette.deep
            ),
        )
    return (
        drawn
        + sheet(-200, 140, 400, 86, palette.light, 4)
        + text(0, 184, ("借 1,280  贷 1,280", "应纳税所得额", "收 支 余")[art.turn % 3], 40, palette.deep)
    )


@motif("interview")
def interview(art: Art) -> str:
    """Two people at a table."""
    palette = art.palette
    drawn = circle(0, -40, 200, palette.shade)
    for side, coat in ((-1, palette.first), (1, palette.accent)):
        drawn += circle(190 * side, -110, 52, "#eec9a8") + path(
            (
                f"M{190 * side - 56} -106Q{190 * side - 60} -176 {190 * side} -176T{190 * side + 56}"
                f" -106Q{190 * side + 30} -140 {190 * side} -140T{190 * side - 56} -106Z"
            ),
            palette.deep,
        )
        drawn += path(f"M{190 * side - 90} 130Q{190 * side - 90} -46 {190 * side} -46T{190 * side + 90} 130Z", coat)
    drawn += (
        rect(-290, 96, 580, 26, palette.third, 6)
        + rect(-250, 122, 22, 110, palette.third)
        + rect(228, 122, 22, 110, palette.third)
        + group(
            sheet(-60, -70, 120, 150, palette.light, 3) + rows(-40, -40, 80, 4, 26, palette.shade, art.random), 0, 40
        )
    )
    return (
        drawn
        + rect(-90, -224, 100, 66, palette.light, 30)
        + text(-40, -191, "问", 42, palette.deep)
        + rect(6, -170, 100, 66, palette.second, 30)
        + text(56, -137, "答", 42, palette.deep)
    )
