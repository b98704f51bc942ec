"""Voices and music."""

from math import pi, sin

from .scene import Art, motif
from .svg import circle, ellipse, group, path, rect, repeat, ring, rows, seal, sheet, stroke, text


@motif("waveform")
def waveform(art: Art) -> str:
    """A recording as bars, with the place being heard."""
    palette = art.palette
    beats, place = art.random.uniform(1.5, 4.5), art.random.uniform(-160, 160)
    drawn = ring(0, 0, 150, palette.second, 2, opacity=0.5) + ring(0, 0, 205, palette.second, 2, opacity=0.3)
    for index in range(44):
        x = -280 + 13 * index
        tall = (30 + 150 * abs(sin(beats * pi * index / 43))) * art.random.uniform(0.45, 1) * sin(
            pi * (index + 1) / 45
        ) + 10
        drawn += rect(x - 4, -tall, 8, 2 * tall, palette.companion(index // 11 + art.turn), 4)
    return drawn + rect(place, -215, 4, 430, palette.ink) + circle(place + 2, -215, 11, palette.accent)


@motif("microphone")
def microphone(art: Art) -> str:
    """A studio microphone with its rings of sound."""
    palette = art.palette
    drawn = repeat(
        3,
        lambda i: stroke(
            (
                f"M{-130 - 44 * i} {-120 - 26 * i}Q{-190 - 54 * i} -40 {-130 - 44 * i} {40 + 26 * i}"
                f"M{130 + 44 * i} {-120 - 26 * i}Q{190 + 54 * i} -40 {130 + 44 * i} {40 + 26 * i}"
            ),
            palette.companion(i),
            10,
            opacity=1 - 0.2 * i,
        ),
    )
    drawn += (
        rect(-86, -220, 172, 260, palette.accent if art.turn % 2 else palette.first, 86)
        + repeat(5, lambda i: rect(-66, -166 + 30 * i, 132, 9, palette.light, 4, opacity=0.75))
        + rect(-86, -14, 172, 16, palette.deep)
    )
    drawn += stroke(
        "M-120 -40V-10A120 100 0 0 0 120 -10V-40M0 90V200",
        palette.deep if palette.ink != "#f3e9d6" else palette.light,
        16,
    ) + rect(-110, 196, 220, 26, palette.second, 13)
    return drawn


@motif("score")
def score(art: Art) -> str:
    """Notes on staves."""
    palette = art.palette
    drawn = sheet(-285, -215, 570, 430, palette.light, 4)
    for row in range(3):
        top = -166 + 136 * row
        drawn += repeat(5, lambda i, t=top: rect(-262, t + 17 * i, 524, 2.5, palette.deep, opacity=0.6)) + stroke(
            (
                f"M-238 {top + 76}C-262 {top + 50} -214 {top + 10} -222"
                f" {top - 14}C-250 {top + 10} -262 {top + 66} -226 {top + 62}"
            ),
            palette.accent,
            7,
        )
        for index in range(6):
            x, y = -176 + 74 * index, top + 8.5 * art.random.randint(0, 8)
            colour = palette.companion(row + index) if index % 3 == 0 else palette.deep
            drawn += group(ellipse(0, 0, 15, 11, colour), x, y, rotate=-20) + rect(x + 10, y - 58, 4, 58, colour)
            drawn += stroke(f"M{x + 12} {y - 58}q26 8 20 36", colour, 5) if index % 2 else ""
    return drawn + seal(246, 178, 60, art.glyph(), palette.accent, palette.light)


@motif("piano")
def piano(art: Art) -> str:
    """Keys, some of them pressed in colour."""
    palette = art.palette
    drawn = sheet(-290, -110, 580, 330, palette.deep, 8)
    drawn += repeat(
        10,
        lambda i: rect(
            -280 + 56 * i, -100, 52, 308, palette.companion(i) if (i + art.turn) % 4 == 1 else palette.light, 4
        ),
    )
    drawn += "".join(rect(-243 + 56 * i, -100, 34, 186, palette.deep, 4) for i in range(9) if i % 7 not in (2, 6))
    return drawn + repeat(
        4,
        lambda i: (
            group(ellipse(0, 0, 24, 17, palette.companion(i)), -190 + 120 * i, -150 - 20 * (i % 2), rotate=-20)
            + rect(-172 + 120 * i, -230 - 20 * (i % 2), 6, 78, palette.companion(i))
        ),
    )


@motif("mixer")
def mixer(art: Art) -> str:
    """Faders and dials."""
    palette = art.palette
    drawn = sheet(-285, -220, 570, 440, palette.deep, 16)
    for index in range(8):
        x = -238 + 68 * index
        drawn += circle(x, -164, 23, palette.companion(index)) + group(
            rect(-3, -22, 6, 18, palette.deep, 3), x, -164, rotate=art.random.uniform(-120, 120)
        )
        drawn += rect(x - 4, -106, 8, 236, palette.light, 4, opacity=0.35)
        y = art.random.uniform(-80, 90)
        drawn += (
            rect(x - 22, y, 44, 30, palette.companion(index // 2 + art.turn), 5)
            + rect(x - 16, y + 13, 32, 4, palette.light)
            + text(x, 172, "宫商角徵羽人声总"[index], 26, palette.light)
        )
    return drawn


@motif("cassette")
def cassette(art: Art) -> str:
    """A tape with a hand-written label."""
    palette = art.palette
    drawn = (
        sheet(-285, -190, 570, 380, palette.deep, 24, 12)
        + rect(-250, -158, 500, 240, palette.light, 10)
        + repeat(3, lambda i: rect(-250, -8 + 30 * i, 500, 30, palette.companion(i + art.turn)))
    )
    drawn += text(0, -104, art.both(" · "), 52, palette.deep) + rect(-220, -60, 440, 3, palette.accent)
    drawn += rect(-160, -36, 320, 104, palette.deep, 52)
    for x in (-104, 104):
        drawn += circle(x, 16, 40, palette.light) + repeat(
            6, lambda i, x=x: group(rect(-6, -38, 12, 18, palette.deep), x, 16, rotate=60 * i)
        )
    return drawn + path("M-170 190L-140 108H140L170 190Z", palette.first)


@motif("megaphone")
def megaphone(art: Art) -> str:
    """A loudhailer and what it calls."""
    palette = art.palette
    drawn = (
        path("M-120 -60L120 -190V190L-120 60Z", palette.accent)
        + rect(-210, -62, 100, 124, palette.light, 20)
        + path("M-180 60H-110L-90 190H-150Z", palette.deep)
        + ellipse(120, 0, 50, 192, palette.deep)
        + ellipse(120, 0, 32, 150, palette.second)
    )
    letters = art.both()
    return drawn + repeat(
        4,
        lambda i: group(
            text(0, 0, letters[i % len(letters)], 74 - 4 * i, palette.ink, weight=900),
            212 + 32 * (i % 2),
            -160 + 106 * i,
            rotate=-12 + 8 * i,
        ),
    )


@motif("telephone")
def telephone(art: Art) -> str:
    """A desk telephone with numbered choices."""
    palette = art.palette
    drawn = path("M-250 200Q-260 20 -150 -40H150Q260 20 250 200Z", palette.accent) + path(
        (
            "M-280 -60Q-270 -210 0 -210T280 -60Q280 -20 240 -20H180Q150 -20 150 -60"
            "Q150 -120 0 -120T-150 -60Q-150 -20 -180 -20H-240Q-280 -20 -280 -60Z"
        ),
        palette.deep,
    )
    drawn += circle(0, 80, 114, palette.light)
    return (
        drawn
        + "".join(
            circle(78 * sin(2 * pi * i / 10), 80 - 78 * sin(2 * pi * i / 10 + pi / 2), 20, palette.companion(i))
            + text(78 * sin(2 * pi * i / 10), 80 - 78 * sin(2 * pi * i / 10 + pi / 2), str(i), 22, palette.light)
            for i in range(10)
        )
        + text(0, 80, art.glyph(), 56, palette.deep)
    )


@motif("headphones")
def headphones(art: Art) -> str:
    """Headphones around an open book."""
    palette = art.palette
    drawn = (
        stroke("M-215 60V-10A215 205 0 0 1 215 -10V60", palette.ink, 26)
        + rect(-275, 20, 100, 190, palette.accent, 44)
        + rect(175, 20, 100, 190, palette.accent, 44)
    )
    drawn += (
        path("M-150 -60Q-70 -90 0 -50V150Q-70 110 -150 140Z", palette.light)
        + path(
            "M150 -60Q70 -90 0 -50V150Q70 110 150 140Z", palette.shade if palette.ink == "#f3e9d6" else palette.light
        )
        + stroke("M0 -50V150", palette.deep, 4)
    )
    drawn += rows(-130, -26, 110, 5, 28, palette.second, art.random)
    return drawn + text(76, 30, art.glyph(), 104, palette.accent, weight=900)


@motif("guitar")
def guitar(art: Art) -> str:
    """A guitar laid aslant."""
    palette = art.palette
    body = (
        path(
            (
                "M-90 60Q-150 140 -110 220Q-60 290 0 290T110 220Q150 140 90"
                " 60Q60 20 80 -30Q80 -90 0 -96Q-80 -90 -80 -30Q-60 20 -90 60Z"
            ),
            palette.second,
        )
        + circle(0, 40, 52, palette.deep)
        + ring(0, 40, 64, palette.accent, 6)
    )
    body += (
        rect(-22, -380, 44, 400, palette.third)
        + repeat(7, lambda i: rect(-22, -350 + 44 * i, 44, 4, palette.light))
        + rect(-36, -450, 72, 84, palette.deep, 8)
        + rect(-60, 170, 120, 22, palette.deep, 6)
    )
    body += repeat(4, lambda i: rect(-14 + 9 * i, -440, 2, 620, palette.light)) + repeat(
        6, lambda i: circle((-1) ** i * 46, -436 + 28 * (i // 2), 9, palette.accent)
    )
    return (
        group(body, 30, 20, 0.72, 38 if art.turn % 2 else -38)
        + text(-190, -120, "♪", 110, palette.accent)
        + text(200, 140, "♫", 110, palette.first)
    )
