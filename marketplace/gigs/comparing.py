"""The live version and the proposed one, part by part: what a moderator reads side by side.

No queries but for the cached lists of words and attributes.
"""

from collections.abc import Callable, Iterable, Sequence
from dataclasses import dataclass, field, replace
from difflib import SequenceMatcher
from itertools import zip_longest
from typing import Any

from django.conf import settings
from django.utils.functional import Promise
from django.utils.translation import gettext as _
from django.utils.translation import ngettext

from marketplace.core.money import display_yuan
from marketplace.gigs.advertising import hits_in
from marketplace.gigs.attributes import attributes_of
from marketplace.gigs.content import GigContent, PackageContent, PictureContent, in_tier_order
from marketplace.gigs.models import GigPart, MediaKind, PackageTier, RequirementKind
from marketplace.gigs.text_diff import Mark, Piece, diff_texts, plain_text
from marketplace.safety.contacts import find_contacts


@dataclass(frozen=True)
class Hit:
    """Something in the proposed text that breaks a rule, or may."""

    text: str
    reason: str
    is_contact: bool


@dataclass(frozen=True)
class TextRow:
    """A text on both sides; `before` is None where there is nothing on that side."""

    label: str | Promise
    before: list[Piece] | None
    after: list[Piece] | None
    changes: int
    hits: list[Hit] = field(default_factory=list)


@dataclass(frozen=True)
class FigureRow:
    """A figure on both sides with its difference in words; empty where there is none."""

    label: str
    before: str
    after: str
    difference: str
    changed: bool


@dataclass(frozen=True)
class PictureCell:
    """A picture, film or PDF of one side: same, moved, gone or new."""

    media: PictureContent
    state: str
    words: str


@dataclass(frozen=True)
class Section:
    """One part of the gig; one of the three kinds of rows is filled."""

    part: str
    label: str | Promise
    changes: int
    texts: list[TextRow] = field(default_factory=list)
    figures: list[FigureRow] = field(default_factory=list)
    pictures_before: list[PictureCell] = field(default_factory=list)
    pictures_after: list[PictureCell] = field(default_factory=list)


def compare(live: GigContent | None, proposed: GigContent) -> list[Section]:
    """Every part of `proposed` beside that of `live`; without a live version the proposal alone, with its hits."""
    sections = [
        _texts(GigPart.TITLE, [(GigPart.TITLE.label, live.title if live else None, proposed.title)]),
        _texts(
            GigPart.DESCRIPTION, [(GigPart.DESCRIPTION.label, live.description if live else None, proposed.description)]
        ),
        _figures(GigPart.PACKAGES, _package_rows(live, proposed)),
        replace(_figures(GigPart.EXTRAS, _extra_rows(live, proposed)), texts=_suspicious_titles(proposed)),
        _texts(_PACKAGE_WORDS, _package_texts(live, proposed)),
        _pictures(live, proposed),
        _texts(
            GigPart.REQUIREMENTS,
            _paired(
                [_requirement(each) for each in live.requirements] if live else None,
                map(_requirement, proposed.requirements),
            ),
        ),
        _texts(
            GigPart.FAQS,
            _paired(
                [f"{each.question}\n{each.answer}" for each in live.faqs] if live else None,
                [f"{each.question}\n{each.answer}" for each in proposed.faqs],
            ),
        ),
        _texts(
            GigPart.TAGS,
            [(GigPart.TAGS.label, _listed(sorted(live.tags)) if live else None, _listed(sorted(proposed.tags)))],
        ),
        _texts(GigPart.CATEGORY, _filing(live, proposed)),
    ]
    return [section for section in sections if section.texts or section.figures or _has_pictures(section)]


_PACKAGE_WORDS = "package_words"


def changed_parts(sections: Iterable[Section]) -> list[str | Promise]:
    """The names of the parts that differ."""
    return [section.label for section in sections if section.changes]


def _has_pictures(section: Section) -> bool:
    return bool(section.pictures_before or section.pictures_after)


TextTriple = tuple[Any, str | None, str | None]


def _texts(part: str, rows: Iterable[TextTriple]) -> Section:
    label = _("Words of the packages") if part == _PACKAGE_WORDS else GigPart(part).label
    made = [_text_row(name, before, after) for name, before, after in rows if before or after]
    return Section(part=part, label=label, changes=sum(row.changes for row in made), texts=made)


def _text_row(label: Any, before: str | None, after: str | None) -> TextRow:
    if after is None:
        return TextRow(label, [Piece(before or "", "gone")], None, 1)
    hits, marks = _hits(after)
    if before is None:
        return TextRow(label, None, plain_text(after, marks), 0, hits)
    diff = diff_texts(before, after, marks)
    return TextRow(label, diff.before, diff.after, diff.changes, hits)


def _hits(text: str) -> tuple[list[Hit], list[Mark]]:
    contacts = find_contacts(text)
    words = hits_in(text)
    may_be = _("May be a contact detail")
    hits = [Hit(hit.found, hit.word.reason, False) for hit in words]
    hits += [Hit(hint.text, may_be, True) for hint in contacts]
    marks = [Mark(hint.start, hint.end, may_be) for hint in contacts]
    marks += [Mark(hit.start, hit.end, hit.word.reason) for hit in words]
    return hits, marks


def _figures(part: GigPart, rows: list[FigureRow]) -> Section:
    return Section(part=part, label=part.label, changes=sum(row.changed for row in rows), figures=rows)


def _row(label: str, before: str, after: str, difference: str = "", *, is_new: bool = False) -> FigureRow:
    return FigureRow(label, before, after, difference, changed=before != after and not is_new)


def _package_rows(live: GigContent | None, proposed: GigContent) -> list[FigureRow]:
    old = {package.tier: package for package in live.packages} if live else {}
    new = {package.tier: package for package in proposed.packages}
    rows = []
    for tier in (tier for tier in PackageTier.values if tier in old or tier in new):
        before, after, name = old.get(tier), new.get(tier), str(PackageTier(tier).label)
        for label, read, differ in _PACKAGE_FIGURES:
            rows.append(
                _row(
                    label() % {"name": name},
                    read(before) if before else "",
                    read(after) if after else "",
                    differ(before, after) if before and after else "",
                    is_new=live is None,
                )
            )
    return rows


def percent(before: int, after: int) -> str:
    """The change in percent with one decimal, signed; empty where nothing changed."""
    if before == after:
        return ""
    tenths = (abs(after - before) * 2000 + before) // (2 * before)
    return f"{'+' if after > before else '−'}{tenths // 10}.{tenths % 10}%"


def _signed(number: int, words: str) -> str:
    return f"{'+' if number > 0 else '−'}{words}" if number else ""


def days(number: int) -> str:
    """A number of days in words."""
    return ngettext("%(count)s day", "%(count)s days", number) % {"count": number}


def times(number: int) -> str:
    """A number of revisions in words."""
    return ngettext("%(count)s revision", "%(count)s revisions", number) % {"count": number}


_PACKAGE_FIGURES: tuple[
    tuple[Callable[[], str], Callable[[PackageContent], str], Callable[[PackageContent, PackageContent], str]], ...
] = (
    (
        lambda: _("%(name)s: price"),
        lambda package: f"¥{display_yuan(package.price_fen)}",
        lambda before, after: percent(before.price_fen, after.price_fen),
    ),
    (
        lambda: _("%(name)s: delivery"),
        lambda package: days(package.delivery_days),
        lambda before, after: _signed(
            after.delivery_days - before.delivery_days, days(abs(after.delivery_days - before.delivery_days))
        ),
    ),
    (
        lambda: _("%(name)s: revisions"),
        lambda package: times(package.revisions),
        lambda before, after: _signed(
            after.revisions - before.revisions, times(abs(after.revisions - before.revisions))
        ),
    ),
)


def _extra_rows(live: GigContent | None, proposed: GigContent) -> list[FigureRow]:
    """By title; of several with one title, the first faces the first."""
    titles = dict.fromkeys(extra.title for extra in (*(live.extras if live else ()), *proposed.extras))
    rows = []
    for title in titles:
        old = [extra for extra in live.extras if extra.title == title] if live else []
        new = [extra for extra in proposed.extras if extra.title == title]
        for before, after in zip_longest(old, new):
            rows.append(
                _row(
                    title,
                    _extra_words(before),
                    _extra_words(after),
                    percent(before.price_fen, after.price_fen) if before and after else "",
                    is_new=live is None,
                )
            )
    return rows


def _suspicious_titles(proposed: GigContent) -> list[TextRow]:
    """Titles of add-ons with something to look at in them: the figures beside them are read for their prices."""
    return [
        TextRow(_("Name of an add-on"), None, plain_text(extra.title, marks), 0, hits)
        for extra in proposed.extras
        for hits, marks in (_hits(extra.title),)
        if hits
    ]


def _extra_words(extra: Any) -> str:
    if extra is None:
        return ""
    price = f"¥{display_yuan(extra.price_fen)}"
    return f"{price} · {_signed(extra.extra_days, days(abs(extra.extra_days)))}" if extra.extra_days else price


def _package_texts(live: GigContent | None, proposed: GigContent) -> list[TextTriple]:
    old = {package.tier: package for package in live.packages} if live else {}
    rows: list[TextTriple] = []
    for package in in_tier_order(proposed.packages):
        before = old.get(package.tier)
        rows.append(
            (PackageTier(package.tier).label, _package_words(before) if before else None, _package_words(package))
        )
    kept = {package.tier for package in proposed.packages}
    rows += [(PackageTier(tier).label, _package_words(old[tier]), None) for tier in old if tier not in kept]
    names = [str(PackageTier(package.tier).label) for package in in_tier_order(proposed.packages)]
    rows.append((_("Comparison rows"), _feature_words(live, names) if live else None, _feature_words(proposed, names)))
    return rows


def _package_words(package: PackageContent) -> str:
    return f"{package.title}\n{package.description}"


def _feature_words(content: GigContent, names: Sequence[str]) -> str:
    marks = {True: "✓", False: "—"}
    return "\n".join(
        f"{row.label}: " + " / ".join(marks[value] if isinstance(value, bool) else value for value in row.values)
        for row in content.features
    )


def _requirement(item: Any) -> str:
    kind = RequirementKind(item.kind).label if item.kind in RequirementKind.values else item.kind
    needed = _("required") if item.required else _("optional")
    choices = f"\n{_listed(item.choices)}" if item.choices else ""
    return f"{item.prompt} ({kind}, {needed}){choices}"


def _paired(before: Iterable[str] | None, after: Iterable[str]) -> list[TextTriple]:
    """Rows of two lists beside each other: what stayed faces itself, what was changed faces what it became."""
    new = list(after)
    if before is None:
        return [(str(place), None, text) for place, text in enumerate(new, start=1)]
    old = list(before)
    rows: list[tuple[str | None, str | None]] = []
    for _kind, i1, i2, j1, j2 in SequenceMatcher(None, old, new, autojunk=False).get_opcodes():
        for step in range(max(i2 - i1, j2 - j1)):
            left = old[i1 + step] if i1 + step < i2 else None
            rows.append((left, new[j1 + step] if j1 + step < j2 else None))
    return [(str(place), "" if left is None else left, right) for place, (left, right) in enumerate(rows, start=1)]


def _listed(words: Iterable[Any]) -> str:
    return "、".join(str(word) for word in words)


def _filing(live: GigContent | None, proposed: GigContent) -> list[TextTriple]:
    languages = dict(settings.LANGUAGES)
    rows: list[TextTriple] = [
        (GigPart.CATEGORY.label, _category_name(live) if live else None, _category_name(proposed)),
        (
            _("Language"),
            str(languages.get(live.language, live.language)) if live else None,
            str(languages.get(proposed.language, proposed.language)),
        ),
    ]
    before, after = _attributes(live), _attributes(proposed)
    rows += [
        (name, None if live is None else before.get(name, ""), after.get(name, ""))
        for name in dict.fromkeys([*before, *after])
    ]
    return rows


def _category_name(content: GigContent | None) -> str:
    return content.category.localized_name if content is not None and content.category is not None else ""


def _attributes(content: GigContent | None) -> dict[str, str]:
    """What the category's attributes say, in words: by the name of the attribute."""
    if content is None or content.category is None:
        return {}
    return {
        attribute.name: _listed(option.name for option in attribute.options if option.key in chosen)
        for attribute in attributes_of(content.category)
        if (chosen := content.attributes.get(attribute.key))
    }


def _pictures(live: GigContent | None, proposed: GigContent) -> Section:
    """The whole gallery: pictures, the film, PDFs."""
    old = [medium.name for medium in live.media] if live else []
    new = [medium.name for medium in proposed.media]
    before = [_cell(medium, place, new) for place, medium in enumerate(live.media)] if live else []
    after = [_cell(medium, place, old, is_proposed=live is not None) for place, medium in enumerate(proposed.media)]
    changes = sum(cell.state == "gone" for cell in before) + sum(cell.state in ("new", "moved") for cell in after)
    described = [
        (_("Description of picture %(place)s") % {"place": place}, None if live is None else text, medium.alt_text)
        for place, medium in enumerate(proposed.media, start=1)
        if (text := _alt_of(live, medium.name)) != medium.alt_text or _hits(medium.alt_text)[0]
    ]
    texts = [_text_row(*row) for row in described]
    return Section(
        part=GigPart.PICTURES,
        label=GigPart.PICTURES.label,
        changes=changes + sum(row.changes for row in texts),
        texts=texts,
        pictures_before=before,
        pictures_after=after,
    )


def _alt_of(live: GigContent | None, name: str) -> str:
    return next((medium.alt_text for medium in live.media if medium.name == name), "") if live else ""


def _cell(medium: PictureContent, place: int, others: Sequence[str], *, is_proposed: bool | None = None) -> PictureCell:
    names = {MediaKind.VIDEO: _("Film, number %(place)s"), MediaKind.PDF: _("PDF, number %(place)s")}
    words = names.get(MediaKind(medium.kind), _("Picture %(place)s")) % {"place": place + 1}
    if is_proposed is False:
        state = "same"  # nothing to compare it with
    elif medium.name not in others:
        state = "gone" if is_proposed is None else "new"
    else:
        state = "same" if others.index(medium.name) == place else "moved"
    return PictureCell(media=medium, state=state, words=words)
