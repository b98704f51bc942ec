"""What records are read with: the fault that names itself, texts as every program gives them back, subcategories by name."""

import re

from django.utils.translation import gettext as _

from marketplace.gigs.models import GigCategory

# Control characters, and halves of a pair, which no database takes.
_NO_TEXT = re.compile("[\x00-\x08\x0b\x0c\x0e-\x1f\x7f\ud800-\udfff]")


class RecordFault(Exception):
    """What is wrong with a record, in a sentence for the person who wrote it."""

    def __init__(self, message: str) -> None:
        self.message = message
        super().__init__(message)


class Categories:
    """Subcategories by what may stand in a file: their slug, `设计/标志设计`, or a name that only one of them has."""

    def __init__(self) -> None:
        rows = list(GigCategory.objects.filter(is_active=True, parent__is_active=True).select_related("parent"))
        self.by_slug = {row.slug: row for row in rows}
        names = [row.name for row in rows]
        self._by_name = {row.name: row for row in rows if names.count(row.name) == 1}
        self._by_path = {self.path(row): row for row in rows}

    def path(self, category: GigCategory) -> str:
        """`设计/标志设计`."""
        return f"{category.parent.name}/{category.name}" if category.parent else category.name

    def find(self, text: str) -> GigCategory:
        """Raises RecordFault."""
        wanted = "/".join(part.strip() for part in text.replace("／", "/").split("/"))
        found = self.by_slug.get(wanted) or self._by_path.get(wanted) or self._by_name.get(wanted)
        if found is None:
            raise RecordFault(_("“%(text)s” is no subcategory. The explanation sheet lists them.") % {"text": text})
        return found


def plain(text: str) -> str:
    """A text as every spreadsheet gives it back: lines end in \\n, nothing at the ends, no control characters."""
    return _NO_TEXT.sub("", text.replace("\r\n", "\n").replace("\r", "\n")).strip()
