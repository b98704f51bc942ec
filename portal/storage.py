"""How static files are kept in production, and people's files where there is no object storage."""

from pathlib import Path
from typing import Any
from uuid import uuid4

from django.conf import settings
from django.core.files.base import File
from django.core.files.storage import FileSystemStorage
from whitenoise.storage import CompressedManifestStaticFilesStorage


class StaticFilesStorage(CompressedManifestStaticFilesStorage):
    """Hashed names and compressed copies; modules import each other by their hashed names too, or caches would mix ages."""

    support_js_module_import_aggregation = True

    def __init__(self, *arguments: Any, **options: Any) -> None:
        super().__init__(*arguments, **options)
        self._addresses: dict[str, str] = {}

    def url(self, name: str, force: bool = False) -> str:
        """The address of a file, made once a process: a page names the sprite of icons a hundred times, and names stay."""
        if force or settings.DEBUG:
            return super().url(name, force)
        found = self._addresses.get(name)
        if found is None:
            found = self._addresses[name] = super().url(name, force)
        return found


class WholeFileStorage(FileSystemStorage):
    """A file has its name once it is whole. Django's own leaves under the name what a full disk had room for."""

    def _save(self, name: str, content: File) -> str:
        begun = str(Path(name).with_name(f"{uuid4().hex}.part"))
        part = Path(self.path(begun))
        try:
            super()._save(begun, content)  # type: ignore[misc]  # the stubs leave it out
            name = self._claim(name)
            part.replace(self.path(name))
        finally:
            part.unlink(missing_ok=True)
        return name.replace("\\", "/")

    def _claim(self, name: str) -> str:
        """Take a name that nobody else has taken meanwhile, with an empty file."""
        while True:
            try:
                Path(self.path(name)).touch(exist_ok=False)
            except FileExistsError:
                name = self.get_available_name(name)
            else:
                return name
