"""The watched words leave the admin as a file and come back from one."""

import pytest
from django.core.files.uploadedfile import SimpleUploadedFile
from django.urls import reverse

from marketplace.moderation.models import AdminLog
from marketplace.moderation.roles import ensure_roles
from marketplace.safety.errors import WordsError, WordsErrorCode
from marketplace.safety.exchange import MOST_ROWS, import_words
from marketplace.safety.models import Level, SensitiveWord
from marketplace.safety.words import word_finder
from tests.factories import make_user
from tests.logins import log_in

pytestmark = pytest.mark.django_db
HEAD = "word,spellings,exceptions,topic,level,is_active\n"


def make_editor():
    moderator = make_user()
    moderator.groups.add(ensure_roles()["moderator"])
    return moderator


def refused(code, content):
    before = SensitiveWord.objects.count()
    with pytest.raises(WordsError) as caught:
        import_words(content=content, by=make_editor())
    assert caught.value.code == code
    assert SensitiveWord.objects.count() == before


def test_a_file_adds_words_and_changes_those_that_are_there(django_capture_on_commit_callbacks):
    SensitiveWord.objects.create(word="测试旧词", level=Level.WARN)
    text = HEAD + "测试旧词,旧 词,,fraud,3,是\n测试新词,,不是测试新词,,,\n"
    with django_capture_on_commit_callbacks(execute=True):
        done = import_words(content=text.encode("gb18030"), by=make_editor())
    assert (done.added, done.changed) == (1, 1)
    old = SensitiveWord.objects.get(word="测试旧词")
    assert (old.topic, old.level, old.spellings) == ("fraud", Level.HOLD, "旧 词")
    assert [hit.text for hit in word_finder().find("这是测试新词，那不是测试新词")] == ["测试新词"]
    assert AdminLog.objects.get(action="words.import").data == {"added": 1, "changed": 1}


@pytest.mark.parametrize(
    "line",
    [",,,fraud,2,1", "测试甲,,,nonsense,2,1", "测试甲,,,fraud,9,1", "测试甲,,,fraud,x,1", "测试甲,,,fraud,2,也许"],
)
def test_one_wrong_line_and_nothing_is_taken_in(line):
    refused(WordsErrorCode.BAD_LINE, (HEAD + "测试好词,,,fraud,2,1\n" + line).encode())


def test_what_is_no_list_or_too_long_is_refused():
    refused(WordsErrorCode.UNREADABLE, b"\xff\xfe\x00")
    refused(WordsErrorCode.UNREADABLE, "词,级别\n测试,2".encode())
    refused(WordsErrorCode.TOO_MANY, ("word\n" + "x\n" * (MOST_ROWS + 1)).encode())


def test_what_the_admin_exports_can_be_taken_in_again():
    client = log_in(make_editor())
    SensitiveWord.objects.create(word="测试往返", spellings="测 往返", level=Level.HOLD, is_active=False)
    exported = client.get(reverse("wagtailsnippets_safety_sensitiveword:list"), {"export": "csv"})
    content = b"".join(exported.streaming_content)
    SensitiveWord.objects.filter(word="测试往返").update(level=Level.WARN, is_active=True)
    answer = client.post(reverse("safety_words_import"), {"file": SimpleUploadedFile("words.csv", content)})
    assert answer.status_code == 302, answer.content.decode()
    word = SensitiveWord.objects.get(word="测试往返")
    assert (word.level, word.is_active) == (Level.HOLD, False)


def test_a_file_that_is_refused_says_which_line():
    client = log_in(make_editor())
    file = SimpleUploadedFile("words.csv", (HEAD + "测试甲,,,fraud,9,1").encode())
    answer = client.post(reverse("safety_words_import"), {"file": file})
    assert answer.status_code == 422
    assert "测试甲" in answer.content.decode()
