"""Still pictures: cameras, prints, retouching, things before a lens."""

from math import cos, pi, sin

from .scene import Art, motif
from .svg import (
    circle,
    column,
    ellipse,
    group,
    landscape,
    path,
    person,
    rect,
    repeat,
    ring,
    sheet,
    stroke,
    text,
    window,
)


@motif("camera")
def camera(art: Art) -> str:
    """A camera seen from the front."""
    palette = art.palette
    drawn = (
        rect(-130, -190, 200, 80, palette.deep, 14)
        + sheet(-280, -130, 560, 330, palette.deep, 28, 12)
        + rect(-280, -60, 560, 190, palette.first)
        + rect(150, -170, 80, 46, palette.accent, 10)
    )
    drawn += circle(0, 36, 150, palette.deep) + ring(0, 36, 132, palette.light, 5) + circle(0, 36, 108, palette.second)
    drawn += repeat(
        7,
        lambda i: path(
            (
                f"M{108 * cos(2 * pi * i / 7):.0f} {36 + 108 * sin(2 * pi * i / 7):.0f}"
                f"L{46 * cos(2 * pi * i / 7 + 0.9):.0f} {36 + 46 * sin(2 * pi * i / 7 + 0.9):.0f}"
                f"L{108 * cos(2 * pi * (i + 1) / 7):.0f} {36 + 108 * sin(2 * pi * (i + 1) / 7):.0f}Z"
            ),
            palette.third if i % 2 else palette.deep,
            opacity=0.85,
        ),
    )
    return (
        drawn
        + circle(0, 36, 48, palette.accent)
        + circle(-16, 20, 12, palette.light, opacity=0.7)
        + text(-216, -96, art.glyph(), 40, palette.light)
    )


@motif("prints")
def prints(art: Art) -> str:
    """Photographs scattered on the table."""
    palette = art.palette
    drawn = ""
    for index, (x, y, angle) in enumerate(((-170, -60, -12), (170, -70, 9), (-20, 40, -2))):
        inner = (
            landscape(220, 200, palette, art.random)
            if index != 2
            else window(0, 0, 220, 200, person(palette.deep, palette.companion(art.turn), palette.second), (200, 182))
        )
        drawn += group(
            sheet(-130, -150, 260, 300, palette.light, 2)
            + window(-112, -132, 224, 210, inner, (220, 200))
            + text(0, 114, art.word(index), 34, palette.deep),
            x,
            y,
            1,
            angle,
        )
    return drawn


@motif("restore")
def restore(art: Art) -> str:
    """One portrait, half faded and half coloured; or four of them for a passport."""
    palette = art.palette
    if art.variant == "passport":
        drawn = sheet(-200, -225, 400, 450, palette.light, 3)
        for index in range(4):
            drawn += window(
                -180 + 185 * (index % 2),
                -205 + 210 * (index // 2),
                175,
                200,
                person(
                    "#2a2521",
                    palette.deep,
                    (palette.accent, palette.first, palette.light, palette.third)[index],
                ),
                (200, 228),
            )
        return drawn + stroke("M-210 0H210M0 -235V235", palette.ink, 2, stroke_dasharray="9 8")
    face = person("#332a24", palette.accent, palette.second)
    drawn = (
        sheet(-215, -225, 430, 450, palette.light, 3)
        + window(-190, -200, 380, 400, face, (200, 210))
        + rect(-190, -200, 190, 400, "#a79f92", opacity=0.8)
    )
    drawn += stroke("M-170 -150L-120 -90L-150 -20L-90 40L-130 130M-60 -200L-90 -130", palette.light, 4) + rect(
        -3, -200, 6, 400, palette.light
    )
    return drawn + circle(0, 0, 34, palette.light) + stroke("M-8 -10L-18 0L-8 10M8 -10L18 0L8 10", palette.deep, 5)


@motif("cutout")
def cutout(art: Art) -> str:
    """A thing being cut out of its ground."""
    palette = art.palette
    drawn = sheet(-280, -215, 560, 430, palette.light, 6) + "".join(
        rect(-264 + 44 * i, -199 + 44 * j, 44, 44, palette.shade, opacity=0.7)
        for i in range(12)
        for j in range(9)
        if (i + j) % 2
    )
    shapes = (
        "M-60 -110Q-60 -150 -30 -160V-190H30V-160Q60 -150 60 -110V180H-60Z",
        "M-150 60Q-130 -10 -60 -20L10 -90L60 -60Q90 20 170 50Q190 110 150 120H-140Q-160 100 -150 60Z",
        "M-120 -60H120L100 170H-100ZM-60 -60Q-60 -150 0 -150T60 -60",
    )
    shape = shapes[art.turn % 3]
    drawn += (
        path(shape, palette.companion(art.turn))
        + stroke(shape, palette.light, 9)
        + stroke(shape, palette.deep, 4, stroke_dasharray="12 9")
    )
    return drawn + group(
        path("M0 0L0 92L24 70L40 106L58 98L42 62L74 60Z", palette.deep, stroke=palette.light, stroke_width=5),
        110,
        60,
        1.2,
    )


@motif("still")
def still(art: Art) -> str:
    """Goods on plinths under a lamp."""
    palette = art.palette
    drawn = (
        circle(0, -40, 190, palette.light, opacity=0.85)
        + rect(-270, 120, 180, 110, palette.first)
        + rect(-80, 60, 180, 170, palette.light)
        + rect(110, 150, 170, 80, palette.third)
    )
    drawn += (
        ellipse(-180, 120, 90, 18, palette.shade)
        + ellipse(10, 60, 90, 18, palette.shade)
        + ellipse(195, 150, 85, 16, palette.shade)
    )
    drawn += (
        path("M-40 60V-80Q-40 -110 -16 -120V-160H36V-120Q60 -110 60 -80V60Z", palette.accent)
        + rect(-24, -50, 68, 60, palette.light)
        + text(10, -20, art.glyph(), 46, palette.deep)
        + rect(-20, -186, 60, 30, palette.deep, 4)
    )
    drawn += (
        rect(-230, 30, 100, 90, palette.second, 12)
        + rect(-236, 14, 112, 26, palette.deep, 5)
        + circle(195, 98, 52, palette.second)
        + circle(178, 82, 12, palette.light, opacity=0.7)
    )
    return (
        drawn
        + path("M190 -235L290 -190L246 -120L170 -160Z", palette.deep)
        + path("M170 -160L246 -120L60 40L10 -30Z", palette.light, opacity=0.4)
    )


@motif("dish")
def dish(art: Art) -> str:
    """A laid plate from above with chopsticks."""
    palette = art.palette
    drawn = (
        circle(-20 + 8, 12, 210, "#1a120c", opacity=0.16)
        + circle(-20, 0, 210, palette.light)
        + ring(-20, 0, 184, palette.first, 5)
        + circle(-20, 0, 150, palette.shade)
    )
    drawn += repeat(
        7,
        lambda i: group(
            ellipse(0, -78, 34, 52, (palette.accent, palette.second)[i % 2])
            + stroke("M0 -112V-46", palette.light, 4, opacity=0.7),
            -20,
            0,
            rotate=51.4 * i,
        ),
    )
    drawn += circle(-20, 0, 48, palette.third) + repeat(
        9, lambda i: circle(-20 + 30 * cos(i * 2.4), 30 * sin(i * 2.4), 6, palette.light)
    )
    drawn += group(
        rect(-9, -220, 14, 440, palette.deep, 7) + rect(17, -220, 14, 440, palette.deep, 7), 245, 0, rotate=6
    )
    return (
        drawn
        + circle(-235, 165, 62, palette.deep)
        + circle(-235, 165, 46, palette.accent)
        + column(-262, -218, art.word(), 46, palette.ink)
    )
