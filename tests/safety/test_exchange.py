"""The watched words leave the admin as a file and come back from one."""

import pytest
from django.core.files.uploadedfile import SimpleUploadedFile
from django.urls import reverse

from marketplace.moderation.models import AdminLog
from marketplace.safety.errors import WordsError, WordsErrorCode
from marketplace.safety.exchange import MOST_ROWS, import_words
from marketplace.safety.models import Level, SensitiveWord
from marketplace.safety.words import word_finder
from tests.factories import make_user, staff_group
from tests.logins import log_in

pytestmark = pytest.mark.django_db
HEAD = "word,spellings,exceptions,topic,level,is_active\n"


def make_editor():
    moderator = make_user()
    moderator.groups.add(staff_group("moderator"))
    return moderator


def refused(code, content, because="名单更新"):
    before = SensitiveWord.objects.count()
    with pytest.raises(WordsError) as caught:
        import_words(content=content, by=make_editor(), because=because)
    assert caught.value.code == code
    assert SensitiveWord.objects.count() == before


def test_a_file_adds_words_and_changes_those_that_are_there(django_capture_on_commit_callbacks):
    SensitiveWord.objects.create(word="测试旧词", level=Level.WARN)
    text = HEAD + "测试旧词,旧 词,,fraud,3,是\n测试新词,,不是测试新词,,,\n"
    with django_capture_on_commit_callbacks(execute=True):
        done = import_words(content=text.encode("gb18030"), by=make_editor(), because="名单更新")
    assert (done.added, done.changed) == (1, 1)
    old = SensitiveWord.objects.get(word="测试旧词")
    assert (old.topic, old.level, old.spellings) == ("fraud", Level.HOLD, "旧 词")
    assert [hit.text for hit in word_finder().find("这是测试新词，那不是测试新词")] == ["测试新词"]
    line = AdminLog.objects.get(action="words.import")
    assert line.data == {"added": 1, "changed": 1, "reason": "名单更新"}
    assert line.before["测试旧词"] == {"spellings": "", "topic": "other", "level": Level.WARN}
    assert line.after["测试旧词"] == {"spellings": "旧 词", "topic": "fraud", "level": Level.HOLD}
    assert line.after["测试新词"]["exceptions"] == "不是测试新词"


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
    answer = client.post(
        reverse("safety_words_import"), {"file": SimpleUploadedFile("words.csv", content), "because": "还原"}
    )
    assert answer.status_code == 302, answer.content.decode()
    word = SensitiveWord.objects.get(word="测试往返")
    assert (word.level, word.is_active) == (Level.HOLD, False)


def test_a_file_that_is_refused_says_which_line():
    client = log_in(make_editor())
    file = SimpleUploadedFile("words.csv", (HEAD + "测试甲,,,fraud,9,1").encode())
    answer = client.post(reverse("safety_words_import"), {"file": file, "because": "名单更新"})
    assert answer.status_code == 422
    assert "测试甲" in answer.content.decode()


def test_a_file_counts_at_once_and_so_takes_a_reason():
    file = SimpleUploadedFile("words.csv", (HEAD + "测试甲,,,fraud,2,1").encode())
    answer = log_in(make_editor()).post(reverse("safety_words_import"), {"file": file, "because": " "})
    assert answer.status_code == 422
    refused(WordsErrorCode.REASON_MISSING, (HEAD + "测试甲,,,fraud,2,1").encode(), because=" ")
    assert not SensitiveWord.objects.filter(word="测试甲").exists()


def test_what_is_in_use_is_switched_off_before_it_is_removed():
    client = log_in(make_editor())
    word = SensitiveWord.objects.create(word="测试在用", level=Level.FLAG)
    one = reverse("wagtailsnippets_safety_sensitiveword:delete", args=[word.pk])
    many = f"{reverse('wagtail_bulk_action', args=['safety', 'sensitiveword', 'delete'])}?id={word.pk}"
    for address in (one, many):
        assert client.post(address).url == reverse("wagtailsnippets_safety_sensitiveword:list")
    assert SensitiveWord.objects.filter(pk=word.pk).exists()
    SensitiveWord.objects.filter(pk=word.pk).update(is_active=False)
    client.post(one)
    assert not SensitiveWord.objects.filter(pk=word.pk).exists()
