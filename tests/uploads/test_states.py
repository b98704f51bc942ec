"""The table of moves, and who may make them."""

from itertools import product

import pytest

from marketplace.uploads.models import Upload
from marketplace.uploads.moving import move
from marketplace.uploads.states import OWNER, SYSTEM, UPLOAD_TRANSITIONS, UploadState

ALLOWED = {
    ("declared", "received", OWNER),
    ("declared", "rejected", SYSTEM),
    ("received", "processing", SYSTEM),
    ("processing", "received", SYSTEM),
    ("processing", "ready", SYSTEM),
    ("processing", "rejected", SYSTEM),
}


@pytest.mark.parametrize(("source", "target", "actor"), list(product(UploadState, UploadState, (OWNER, SYSTEM))))
def test_an_upload_moves_as_the_table_says_and_no_other_way(source, target, actor):
    upload = Upload(state=source)
    if (source.value, target.value, actor) in ALLOWED:
        assert UPLOAD_TRANSITIONS.allows(source, target, actor)
        move(upload, to=target, actor=actor)
        assert upload.state == target
    else:
        with pytest.raises(ValueError, match="does not go"):
            move(upload, to=target, actor=actor)
        assert upload.state == source
