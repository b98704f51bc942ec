"""Colours of the demo pictures: ink, warm paper, cinnabar and muted companions."""

from dataclasses import dataclass


@dataclass(frozen=True)
class Palette:
    """One set of roles. `ink` reads on `background`; `light` and `deep` keep their meaning in dark sets too."""

    background: str
    shade: str
    ink: str
    light: str
    deep: str
    accent: str
    first: str
    second: str
    third: str

    def companion(self, index: int) -> str:
        """The coloured roles in turn, for rows of things that should differ."""
        return (self.accent, self.first, self.second, self.third)[index % 4]


def _on_paper(background: str, shade: str, accent: str, first: str, second: str, third: str) -> Palette:
    return Palette(background, shade, "#241f1a", "#fdf9f0", "#2a2521", accent, first, second, third)


def _on_dark(background: str, shade: str, deep: str, accent: str, first: str, second: str, third: str) -> Palette:
    return Palette(background, shade, "#f3e9d6", "#f8f0e0", deep, accent, first, second, third)


PALETTES: dict[str, Palette] = {
    "paper": _on_paper("#f2eadb", "#e4d7be", "#c4452f", "#2f5a70", "#d6a047", "#5f8a78"),
    "rice": _on_paper("#f7f1e6", "#ebe0cc", "#c4452f", "#3b4a54", "#c9a35a", "#8fa08a"),
    "blush": _on_paper("#e9d3c4", "#dbbdaa", "#b8402c", "#7d3f4a", "#d9a35b", "#6f8f86"),
    "rose": _on_paper("#e8c9c2", "#d9b1a8", "#b03222", "#8e4153", "#d9a35b", "#55706b"),
    "celadon": _on_paper("#d3dfd5", "#bdcfc2", "#c4452f", "#3f6b5c", "#d9b25f", "#8a5a44"),
    "moss": _on_paper("#cfd4bd", "#bac2a3", "#b9452f", "#4a5a3c", "#d2a24c", "#7a4b3a"),
    "mist": _on_paper("#dbe5e8", "#c4d4da", "#c4452f", "#2f5a70", "#c9a35a", "#7fa6a8"),
    "dusk": _on_paper("#ccd2de", "#b6bfcf", "#c4452f", "#44557a", "#d6a860", "#8d6f84"),
    "plum": _on_paper("#dccbd5", "#c9b3c1", "#b8402c", "#6d3f5c", "#cfa060", "#5f7d86"),
    "wheat": _on_paper("#ecdbb2", "#dfc894", "#b93e2b", "#3b4f5a", "#c98a3a", "#6d8465"),
    "ochre": _on_paper("#dcab5c", "#cd9844", "#a8321f", "#2f4a58", "#f2d9a4", "#6b3a25"),
    "clay": _on_paper("#cf937e", "#bf7e68", "#8c2f1f", "#2f4a58", "#f0d2a0", "#5d3428"),
    "cinnabar": _on_dark("#b93e2b", "#a53423", "#321a15", "#e9bd6a", "#2f4a58", "#f0d39a", "#e08b6f"),
    "night": _on_dark("#202b33", "#2c3a45", "#141b20", "#d65a3f", "#7fa6a8", "#e0b866", "#c98772"),
    "inkstone": _on_dark("#28231f", "#38312b", "#171411", "#cf4f37", "#8aa792", "#e0c88e", "#8fb3b3"),
    "slate": _on_dark("#3b4a54", "#4a5b66", "#222c33", "#dc6a50", "#9db8b9", "#e3bd72", "#c4a59a"),
    "teal": _on_dark("#1f4a4c", "#2c5b5b", "#122d2f", "#dc6a50", "#8fb8a6", "#e3c079", "#c98772"),
    "aubergine": _on_dark("#402c3d", "#523c4e", "#271a26", "#dc6a50", "#c59bb0", "#e0b866", "#86a5a0"),
}

# The order matters: neighbours in a list differ plainly, because pictures that share a motif take them in turn.
CATEGORY_PALETTES: dict[str, tuple[str, ...]] = {
    "设计": ("blush", "inkstone", "paper", "cinnabar", "celadon", "ochre", "dusk", "rice", "teal", "rose", "wheat"),
    "编程开发": ("mist", "night", "plum", "slate", "paper", "teal", "celadon", "clay", "dusk", "inkstone"),
    "视频动画": ("wheat", "night", "rose", "teal", "paper", "aubergine", "ochre", "mist", "inkstone"),
    "写作翻译": ("rice", "celadon", "blush", "slate", "paper", "moss", "wheat", "cinnabar", "mist", "dusk"),
    "营销推广": ("ochre", "cinnabar", "rose", "mist", "slate", "wheat", "paper", "aubergine", "celadon", "clay"),
    "音乐音频": ("night", "wheat", "aubergine", "clay", "teal", "plum", "inkstone", "rice"),
    "数据与AI": ("mist", "night", "dusk", "teal", "paper", "slate", "celadon", "plum"),
    "摄影": ("paper", "inkstone", "clay", "celadon", "slate", "blush", "wheat", "dusk"),
    "商务咨询": ("moss", "slate", "paper", "teal", "wheat", "dusk", "cinnabar", "rice"),
    "教育": ("celadon", "teal", "wheat", "slate", "rose", "rice", "dusk", "ochre"),
    "生活服务": ("rose", "wheat", "celadon", "clay", "mist", "moss", "plum", "teal"),
}

CATEGORIES: tuple[str, ...] = tuple(CATEGORY_PALETTES)
