"""Attributes and the gallery in a record: what a file says in words, and what of it can be brought.

Attributes are named by key or by Chinese name. The gallery is a list of names: an import never carries a file, it puts those
that the same gig has already into order, with their words, and takes none away.
"""

import re
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, replace
from pathlib import PurePosixPath
from typing import Any

from django.utils.translation import gettext as _

from marketplace.gigs.attributes import Attribute, Option, attributes_of
from marketplace.gigs.attributes import clean_attributes as clean_stored
from marketplace.gigs.content import GigContent
from marketplace.gigs.exchange.base import RecordFault, plain
from marketplace.gigs.gallery import ALT_LENGTH
from marketplace.gigs.gallery_files import with_media
from marketplace.gigs.models import GigCategory, MediaKind

Medium = dict[str, str]
ENTRY_LIMIT = 30
NAME_LIMIT = 200


def known_attributes(content: GigContent) -> dict[str, list[str]]:
    """What a gig's attributes say, by key, without what its category no longer asks."""
    return clean_stored(content.category, content.attributes) if content.category else {}


def media_of(content: GigContent) -> list[Medium]:
    """The gallery by name, in its order: pictures, the video, PDFs."""
    return [
        {"name": medium.name, "kind": str(medium.kind), "alt_text": plain(medium.alt_text)} for medium in content.media
    ]


def clean_attributes(raw: Any, category: GigCategory) -> dict[str, list[str]] | None:
    """Attributes by key from what somebody wrote, None where nothing is said. Raises RecordFault for what is unknown."""
    if raw is None:
        return None
    label = _("Attributes")
    if not isinstance(raw, Mapping):
        raise RecordFault(_("%(label)s: each has a name and its options.") % {"label": label})
    asked = attributes_of(category)
    found: dict[str, list[str]] = {}
    for name, value in list(raw.items())[:ENTRY_LIMIT]:
        attribute = _named(str(name), asked)
        if attribute is None:
            raise RecordFault(
                _("Attributes: “%(name)s” is not asked of “%(category)s”. There is: %(known)s.")
                % {
                    "name": str(name)[:40],
                    "category": category.localized_name,
                    "known": "、".join(known.name for known in asked) or "—",
                }
            )
        options = [_option(text, attribute) for text in _texts(value, attribute)]
        if len(options) > 1 and not attribute.takes_several:
            raise RecordFault(_("Attributes: “%(name)s” takes one option only.") % {"name": attribute.name})
        if options:
            keys = [option.key for option in options]
            found[attribute.key] = [option.key for option in attribute.options if option.key in keys]
    # In the order of the category, as stored ones are.
    return {attribute.key: found[attribute.key] for attribute in asked if attribute.key in found}


def clean_media(raw: Any) -> list[Medium] | None:
    """Names and words of a gallery, None where nothing is said. Addresses are passed over. Raises RecordFault."""
    if raw is None:
        return None
    label = _("Gallery")
    if not isinstance(raw, list) or len(raw) > ENTRY_LIMIT:
        raise RecordFault(_("%(label)s: at most %(limit)s entries.") % {"label": label, "limit": ENTRY_LIMIT})
    found = []
    for row in raw:
        if not isinstance(row, Mapping) or not isinstance(row.get("name"), str):
            raise RecordFault(_("%(label)s: each entry has the name of a file.") % {"label": label})
        alt = row.get("alt_text")
        entry = {"name": plain(row["name"])[:NAME_LIMIT]}
        # Without words in the file the words stay.
        found.append(entry | ({"alt_text": plain(str(alt))[:ALT_LENGTH]} if alt is not None else {}))
    return found


@dataclass(frozen=True)
class Gallery:
    """What becomes of a gallery, and the names that cannot be brought."""

    media: list[Medium]
    missing: tuple[str, ...]


def merged(wanted: Sequence[Medium] | None, stored: Sequence[Medium]) -> Gallery:
    """The stored media in the wanted order with the wanted words; those that are not named stay, behind the others."""
    by_name = {medium["name"]: medium for medium in stored}
    # Another program may have left the folder out.
    by_base = {PurePosixPath(name).name: name for name in by_name}
    placed: dict[str, Medium] = {}
    missing = []
    for entry in wanted or ():
        name = entry["name"] if entry["name"] in by_name else by_base.get(PurePosixPath(entry["name"]).name, "")
        if name:
            placed[name] = {**by_name[name], "alt_text": entry.get("alt_text", by_name[name]["alt_text"])}
        elif entry["name"]:
            missing.append(entry["name"])
    # Kinds keep apart: a gallery is its pictures, its video, its PDFs.
    media = [*placed.values(), *(medium for name, medium in by_name.items() if name not in placed)]
    order = {kind: place for place, kind in enumerate((MediaKind.IMAGE, MediaKind.VIDEO, MediaKind.PDF))}
    return Gallery(sorted(media, key=lambda medium: order[MediaKind(medium["kind"])]), tuple(missing))


def with_record(content: GigContent, record: Mapping[str, Any]) -> GigContent:
    """`content` with the attributes and the gallery (already `merged`) of `record`, where it says something."""
    attributes, media = record.get("attributes"), record.get("media")
    if attributes is not None:
        content = replace(content, attributes=attributes)
    if media and content.media:
        by_name = {medium.name: medium for medium in content.media}
        wanted = [replace(by_name[row["name"]], alt_text=row["alt_text"]) for row in media if row["name"] in by_name]
        content = with_media(content, wanted)
    return content


def attribute_words(
    attributes: Mapping[str, Sequence[str]], category: GigCategory | None
) -> list[tuple[str, list[str]]]:
    """Attributes by their Chinese names, as files have them; keys where the category knows no better."""
    asked = {attribute.key: attribute for attribute in (attributes_of(category) if category else ())}
    return [
        (
            asked[key].name_zh if key in asked else key,
            [option.name_zh if key in asked and (option := asked[key].option(value)) else value for value in values],
        )
        for key, values in attributes.items()
    ]


def _named(name: str, asked: Sequence[Attribute]) -> Attribute | None:
    wanted = plain(name)
    return next((one for one in asked if wanted in (one.key, one.name_zh, one.name_en)), None)


def _texts(value: Any, attribute: Attribute) -> list[str]:
    """The options somebody wrote: a list, or one text with a line or a comma between them."""
    texts = value if isinstance(value, list) else str(value if value is not None else "").split("\n")
    found: list[str] = []
    for text in map(plain, map(str, texts[:ENTRY_LIMIT])):
        # A name may have a comma of its own.
        found += [text] if _known(text, attribute) else [part.strip() for part in re.split("[，,、]", text)]
    return [text for text in found if text]


def _known(text: str, attribute: Attribute) -> Option | None:
    return next((one for one in attribute.options if text in (one.key, one.name_zh, one.name_en)), None)


def _option(text: str, attribute: Attribute) -> Option:
    option = _known(text, attribute)
    if option is None:
        raise RecordFault(
            _("Attributes: “%(name)s” has no option “%(text)s”. There is: %(known)s.")
            % {"name": attribute.name, "text": text[:40], "known": "、".join(one.name for one in attribute.options)}
        )
    return option
