"""Static files in production: under the names of their release, each looked up once a process."""

from portal.storage import StaticFilesStorage


def test_the_address_of_a_static_file_is_made_once_a_process(settings, tmp_path):
    settings.DEBUG = False
    storage = StaticFilesStorage(location=tmp_path, base_url="/static/", manifest_storage=None)
    storage.hashed_files = {"img/icons.svg": "img/icons.1a2b3c.svg", "css/base.css": "css/base.9f.css"}
    assert storage.url("img/icons.svg") == "/static/img/icons.1a2b3c.svg"
    storage.hashed_files = {}
    # Nothing is looked up for it any more; another file is.
    assert storage.url("img/icons.svg") == "/static/img/icons.1a2b3c.svg"
    storage.hashed_files = {"css/base.css": "css/base.10.css"}
    assert storage.url("css/base.css") == "/static/css/base.10.css"
    settings.DEBUG = True
    assert storage.url("img/icons.svg") == "/static/img/icons.svg"
