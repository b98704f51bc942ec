import pytest
from django.utils.crypto import salted_hmac

from marketplace.core.marks import mark_of


@pytest.mark.parametrize("algorithm", ["sha1", "sha256"])
def test_a_mark_is_djangos_however_often_it_is_asked_for(settings, algorithm):
    for secret in ("one", "another"):  # keys are exchanged while a process of the release before runs on
        settings.SECRET_KEY = secret
        for text in ("127.0.0.1 Firefox", "名", ""):
            wanted = salted_hmac("a.salt", text, algorithm=algorithm).hexdigest()
            assert mark_of("a.salt", text, algorithm=algorithm) == wanted
    assert mark_of("a.salt", "x") != mark_of("another.salt", "x")
