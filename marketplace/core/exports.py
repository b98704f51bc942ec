"""Wagtail's own exports of tables, as people here open them, and safe with the texts of strangers."""

from collections.abc import Iterator
from datetime import datetime
from typing import Any, ClassVar

from django.db.models import QuerySet
from django.utils.timezone import localtime
from wagtail.admin.views.mixins import SpreadsheetExportMixin

from marketplace.core.sheets import BYTE_ORDER_MARK, inert

_CSV, _XLSX = SpreadsheetExportMixin.FORMAT_CSV, SpreadsheetExportMixin.FORMAT_XLSX


class InertExport(SpreadsheetExportMixin):
    """Before a view with Wagtail's export: no text of its CSV passes for a formula (in XLSX Wagtail sees to it).

    Excel reads the Chinese of the CSV, and times are China's.
    """

    custom_value_preprocess: ClassVar[dict[Any, Any]] = {
        **SpreadsheetExportMixin.custom_value_preprocess,
        datetime: {
            _CSV: lambda moment: f"{localtime(moment):%Y-%m-%d %H:%M}",
            _XLSX: lambda moment: localtime(moment).replace(tzinfo=None),
        },
        str: {_CSV: inert},
    }

    def stream_csv(self, queryset: QuerySet[Any]) -> Iterator[Any]:
        """The lines, after the mark by which Excel knows what the file is written in."""
        yield BYTE_ORDER_MARK
        yield from super().stream_csv(queryset)
