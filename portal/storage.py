"""How static files are kept in production."""

from whitenoise.storage import CompressedManifestStaticFilesStorage


class StaticFilesStorage(CompressedManifestStaticFilesStorage):
    """Hashed names and compressed copies; modules import each other by their hashed names too, or caches would mix ages."""

    support_js_module_import_aggregation = True
