"""The demo's film: four cards that say where the money is. `python -m portal.demo.art.escrow_film` draws it anew.

Silent, so that it can be watched anywhere; the captions say the same for who cannot see it.
"""

import subprocess
import sys
from pathlib import Path
from tempfile import TemporaryDirectory

from imageio_ffmpeg import get_ffmpeg_exe
from PIL import Image, ImageDraw, ImageFont

TARGET = Path(__file__).resolve().parents[1] / "media" / "pages"
FONT = "/usr/share/fonts/opentype/noto/NotoSerifCJK-Bold.ttc"
SIZE = (1280, 720)
PAPER, INK, QUIET, JADE, CINNABAR = "#f9f5ed", "#221d18", "#6b6258", "#2f6b57", "#b5402a"
SECONDS = 3
CARDS = (
    ("一", "你付款", "钱进支付机构的托管账户", "You pay: the money goes into escrow.", INK),
    ("二", "服务商开工", "这时还拿不到钱", "The seller works and cannot take it yet.", INK),
    ("三", "你看稿、提修改", "按套餐里写的次数改", "You look at drafts and use your revisions.", INK),
    ("四", "确认验收并放款", "点了才结算给服务商", "Only your acceptance releases the money.", JADE),
)


def draw_card(number: int) -> Image.Image:
    """One card: its number in the seal, two lines, and how far along it is."""
    sign, title, text, _english, colour = CARDS[number]
    card = Image.new("RGB", SIZE, PAPER)
    pen = ImageDraw.Draw(card)
    pen.rounded_rectangle((120, 150, 250, 280), 18, fill=CINNABAR)
    pen.text((185, 215), sign, font=ImageFont.truetype(FONT, 84), fill=PAPER, anchor="mm")
    pen.text((120, 390), title, font=ImageFont.truetype(FONT, 96), fill=colour, anchor="lm")
    pen.text((120, 500), text, font=ImageFont.truetype(FONT, 48), fill=QUIET, anchor="lm")
    for place in range(len(CARDS)):
        left = 120 + place * 260
        pen.rectangle((left, 610, left + 240, 616), fill=colour if place <= number else "#ddd5c6")
    return card


def write_captions(path: Path, *, english: bool) -> None:
    """What each card says, as WebVTT."""
    lines = ["WEBVTT", ""]
    for number, (_sign, title, text, said, _colour) in enumerate(CARDS):
        begin, end = number * SECONDS, (number + 1) * SECONDS
        lines += [f"00:00:{begin:02d}.000 --> 00:00:{end:02d}.000", said if english else f"{title}：{text}。", ""]
    path.write_text("\n".join(lines), encoding="utf-8")


def main() -> int:
    """Write the film and its captions beside the pages' pictures."""
    with TemporaryDirectory() as folder:
        for number in range(len(CARDS)):
            draw_card(number).save(Path(folder) / f"{number}.png")
        subprocess.run(  # noqa: S603 - our own words
            [
                *(get_ffmpeg_exe(), "-y", "-v", "error", "-framerate", f"1/{SECONDS}", "-i", f"{folder}/%d.png"),
                *("-c:v", "libx264", "-r", "12", "-pix_fmt", "yuv420p", "-crf", "30", "-movflags", "+faststart"),
                str(TARGET / "escrow.mp4"),
            ],
            check=True,
        )
    draw_card(0).save(TARGET / "escrow-poster.webp", quality=80)
    write_captions(TARGET / "escrow.zh.vtt", english=False)
    write_captions(TARGET / "escrow.en.vtt", english=True)
    return 0


if __name__ == "__main__":
    sys.exit(main())
