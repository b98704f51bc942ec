"""Papers that go to somebody: letters, certificates, feeds, articles."""

from .scene import Art, motif
from .svg import (
    SANS,
    circle,
    column,
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


@motif("article")
def article(art: Art) -> str:
    """A long page unrolled beside the telephone that shows it."""
    palette = art.palette
    drawn = ""
    for index, (x, tall) in enumerate(((-190, 420), (10, 460), (200, 390))):
        body = sheet(x - 86, -tall / 2, 172, tall, palette.light, 8)
        top = -tall / 2 + 14
        if index == art.turn % 3:
            body += rect(x - 72, top, 144, 110, palette.accent, 5) + text(
                x, top + 54, art.word(), 46, palette.light, weight=900
            )
        else:
            body += window(x - 72, top, 144, 110, landscape(144, 110, palette, art.random), (144, 110))
        body += rows(x - 72, top + 128, 140, 3, 20, palette.shade, art.random)
        body += (
            (circle(x, top + 246, 50, palette.second) + text(x, top + 246, art.glyph(index), 56, palette.deep))
            if index == 1
            else rect(x - 72, top + 196, 66, 80, palette.first, 5) + rect(x + 6, top + 196, 66, 80, palette.second, 5)
        )
        body += rows(x - 72, top + 308, 140, 3, 20, palette.shade, art.random)
        drawn += body
    return drawn


@motif("infographic")
def infographic(art: Art) -> str:
    """One long sheet that explains: figures, steps, a map line."""
    palette = art.palette
    drawn = (
        sheet(-280, -225, 560, 450, palette.light, 4)
        + rect(-280, -225, 560, 96, palette.accent, 4)
        + text(0, -178, art.both(), 58, palette.light, weight=900)
    )
    for index in range(4):
        x = -205 + 137 * index
        drawn += (
            circle(x, -56, 46, palette.companion(index + 1))
            + text(x, -56, "一二三四"[index], 46, palette.light)
            + rows(x - 44, 6, 88, 2, 18, palette.shade, art.random)
        )
        drawn += stroke(f"M{x + 56} -56h24l-8 -8m8 8l-8 8", palette.deep, 4) if index < 3 else ""
    drawn += path("M-250 196V120L-190 90L-120 130L-50 70V196Z", palette.first) + repeat(
        5,
        lambda i: rect(
            0 + 52 * i, 196 - 24 * (1 + (i + art.turn) % 5), 36, 24 * (1 + (i + art.turn) % 5), palette.companion(i)
        ),
    )
    return drawn + rect(-250, 196, 510, 5, palette.deep)


@motif("notes")
def notes(art: Art) -> str:
    """Cards of a lifestyle feed in two uneven rows."""
    palette = art.palette
    drawn = ""
    for index in range(4):
        x = -282 + 144 * index
        split = (-20, 40, -60, 20)[(index + art.turn) % 4]
        for part, (top, bottom) in enumerate(((-222, split), (split + 14, 222))):
            tall = bottom - top
            drawn += sheet(x, top, 132, tall, palette.light, 8, 5)
            picture = max(tall - 66, 50)
            kind = (index + part + art.turn) % 4
            inner = (
                landscape(132, picture, palette, art.random),
                rect(0, 0, 132, picture, palette.accent)
                + text(66, picture / 2, art.word(index)[:2], 52, palette.light, weight=900),
                rect(0, 0, 132, picture, palette.second) + circle(66, picture / 2, 36, palette.light),
                rect(0, 0, 132, picture, palette.first)
                + path(f"M36 {picture}V{picture - 46}q30 -30 60 0v46Z", palette.light),
            )[kind]
            drawn += (
                window(x, top, 132, picture, inner, (132, picture))
                + rows(x + 10, top + picture + 14, 112, 2, 17, palette.shade, art.random, 7)
                + circle(x + 18, bottom - 12, 6, palette.accent)
            )
    return drawn


@motif("letter")
def letter(art: Art) -> str:
    """An envelope with what is in it: an invitation or a recommendation."""
    palette = art.palette
    drawn = rect(-260, -40, 520, 260, palette.accent, 6) + group(sheet(-200, -225, 400, 360, palette.light, 3), 0, 0)
    if art.variant == "invite":
        drawn += text(0, -120, "囍" if art.turn % 2 else "請", 150, palette.accent, weight=900) + text(
            0, 4, art.word(), 40, palette.deep
        )
    else:
        drawn += text(
            -160, -176, "Dear", 44, palette.deep, family="Georgia,serif", anchor="start", font_style="italic"
        ) + rows(-160, -128, 320, 6, 30, palette.shade, art.random, 9)
    drawn += path("M-260 -30L0 130L260 -30V220H-260Z", palette.first) + path(
        "M-260 220L-30 60M260 220L30 60", "none", stroke=palette.deep, stroke_width=4, opacity=0.35
    )
    return drawn + circle(0, 122, 52, palette.second) + text(0, 122, art.glyph(1), 54, palette.deep)


@motif("passport")
def passport(art: Art) -> str:
    """Certificates in several languages."""
    palette = art.palette
    drawn = group(
        sheet(-120, -180, 240, 350, palette.accent, 12)
        + ring(0, -40, 62, palette.second, 6)
        + text(0, -40, "证", 66, palette.second)
        + rect(-60, 70, 120, 10, palette.second, 5),
        -150,
        0,
        rotate=-9,
    )
    drawn += group(
        sheet(-130, -170, 260, 340, palette.light, 4)
        + text(0, -120, "Urkunde", 38, palette.deep, family="Georgia,serif")
        + rows(-100, -80, 200, 5, 28, palette.shade, art.random)
        + ring(60, 108, 42, palette.first, 6),
        40,
        -20,
        rotate=3,
    )
    return drawn + group(
        sheet(-110, -140, 220, 280, palette.second, 4)
        + text(0, -90, "Diplôme", 36, palette.deep, family="Georgia,serif")
        + rows(-84, -50, 168, 4, 28, palette.light, art.random)
        + seal(54, 90, 60, art.glyph(), palette.accent, palette.light),
        200,
        70,
        rotate=10,
    )


@motif("prompt")
def prompt(art: Art) -> str:
    """A question typed, an answer unfolding."""
    palette = art.palette
    star = "M0 -50Q7 -7 50 0Q7 7 0 50Q-7 7 -50 0Q-7 -7 0 -50Z"
    drawn = (
        sheet(-280, 110, 560, 100, palette.light, 30)
        + text(-240, 160, art.word() + "……", 40, palette.deep, anchor="start")
        + circle(226, 160, 34, palette.accent)
        + stroke("M226 176V144M212 156L226 142L240 156", palette.light, 6)
    )
    drawn += (
        sheet(-200, -215, 480, 280, palette.deep, 24)
        + rows(-150, -170, 380, 3, 34, palette.light, art.random, 12)
        + repeat(3, lambda i: rect(-150 + 130 * i, -52, 114, 84, palette.companion(i), 8))
    )
    return (
        drawn + group(path(star, palette.accent), -245, -150, 1.25) + group(path(star, palette.second), -255, -40, 0.6)
    )


@motif("headline")
def headline(art: Art) -> str:
    """The wide first picture and the square second one of an article."""
    palette = art.palette
    inner = (
        landscape(560, 240, palette, art.random)
        + rect(30, 60, 250, 120, palette.light)
        + text(155, 120, art.word(), 78, palette.deep, weight=900)
    )
    drawn = sheet(-285, -220, 570, 246, palette.light, 4) + window(-277, -212, 554, 230, inner, (560, 240))
    drawn += sheet(105, 46, 180, 180, palette.accent, 4) + text(195, 136, art.glyph(2), 120, palette.light, weight=900)
    return (
        drawn
        + sheet(-285, 46, 370, 180, palette.light, 4)
        + text(-260, 92, art.word(1), 44, palette.deep, anchor="start", family=SANS)
        + rows(-260, 134, 310, 3, 26, palette.shade, art.random)
        + column(60, 64, "二条", 28, palette.accent)
    )
