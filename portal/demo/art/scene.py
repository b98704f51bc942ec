"""What a motif is given to draw with, and the register of motifs."""

from collections.abc import Callable
from dataclasses import dataclass, field
from random import Random

from .palettes import Palette


@dataclass
class Art:
    """One picture in the making. A motif fills about 600 by 480 pixels around (0, 0)."""

    palette: Palette
    random: Random
    words: tuple[str, ...]
    variant: str = ""
    turn: int = 0
    _clips: int = field(default=0, repr=False)

    def word(self, index: int = 0) -> str:
        """A keyword; the list goes round."""
        return self.words[index % len(self.words)]

    def both(self, joint: str = "") -> str:
        """The first two keywords joined; a single one stands alone."""
        return joint.join(self.words[:2])

    def glyph(self, index: int = 0) -> str:
        """One Chinese character of the keywords; the list goes round."""
        letters = [letter for word in self.words for letter in word if "\u4e00" <= letter <= "\u9fff"] or ["匠"]
        return letters[index % len(letters)]

    def clipped(self, shape: str, content: str) -> str:
        """Content cut to a shape. Names are unique within the picture."""
        self._clips += 1
        name = f"clip{self._clips}"
        return f'<clipPath id="{name}">{shape}</clipPath><g clip-path="url(#{name})">{content}</g>'


Motif = Callable[[Art], str]
MOTIFS: dict[str, Motif] = {}


def motif(name: str) -> Callable[[Motif], Motif]:
    """Enter a drawing function in the register."""

    def enter(function: Motif) -> Motif:
        MOTIFS[name] = function
        return function

    return enter
