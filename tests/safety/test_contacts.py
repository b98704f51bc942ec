"""How well contact details are found, and that what is found stands where it is said to stand."""

import pytest

from marketplace.safety.contact_patterns import ContactKind
from marketplace.safety.contacts import find_contacts, find_contacts_in_pieces
from tests.safety.labelled import all_labelled, labelled, written_blind


def rates(messages) -> tuple[float, float]:
    """Precision and recall."""
    found = [(is_leak, bool(find_contacts(text, with_links=False))) for is_leak, text in messages]
    right = found.count((True, True))
    return right / (right + found.count((False, True))), right / (right + found.count((True, False)))


def test_the_set_has_two_hundred_messages_and_half_of_either_kind_is_held_out():
    assert len(all_labelled()) == len({text for _is_leak, text in all_labelled()}) == 200
    for held_out in (False, True):
        half = labelled(held_out=held_out)
        assert (len(half), sum(is_leak for is_leak, _text in half)) == (100, 50)


@pytest.mark.parametrize("held_out", [False, True])
def test_contact_details_are_found_with_few_false_alarms(held_out):
    precision, recall = rates(labelled(held_out=held_out))
    assert precision >= 0.95
    assert recall >= 0.9


def test_sixty_messages_of_another_hand_are_told_apart_as_well():
    messages = written_blind()
    assert (len(messages), sum(is_leak for is_leak, _text in messages)) == (60, 30)
    precision, recall = rates(messages)
    assert precision >= 0.95
    assert recall >= 0.9


@pytest.mark.parametrize(
    ("text", "kind", "found"),
    [
        ("电话138 1234 5678随时打", ContactKind.PHONE, "138 1234 5678"),
        ("电话１３８１２３４５６７８", ContactKind.PHONE, "１３８１２３４５６７８"),
        ("记一下一三八零零一三八五七六", ContactKind.PHONE, "一三八零零一三八五七六"),
        ("加V信聊", ContactKind.WECHAT, "加V信聊"),
        ("方便的话➕薇❤：moon_77", ContactKind.WECHAT, "➕薇❤：moon_77"),
        ("加我微信 moyan_24 聊", ContactKind.WECHAT, "加我微信 moyan_24"),
        ("加V moonlight@example.com", ContactKind.WECHAT, "加V"),
        ("發到 a.b@example.com", ContactKind.EMAIL, "a.b@example.com"),
        ("加我微\u200b信", ContactKind.WECHAT, "加我微\u200b信"),
        ("你加我的QQ 2850193", ContactKind.QQ, "加我的QQ 2850193"),
        ("不走平台了", ContactKind.PAYMENT, "不走平台了"),
    ],
)
def test_what_is_found_is_named_with_its_place_in_the_text_as_it_was_typed(text, kind, found):
    hint = find_contacts(text)[0]
    assert (hint.kind, hint.text, text[hint.start : hint.end]) == (kind, found, found)


def test_addresses_of_the_web_are_hints_and_no_leaks():
    text = "参考 https://www.example.com/brand 这个版式"
    assert [hint.kind for hint in find_contacts(text)] == [ContactKind.LINK]
    assert find_contacts(text, with_links=False) == []
    assert find_contacts("t.me/kevin_ui", with_links=False)


@pytest.mark.parametrize(
    "text",
    [
        "平台不让加微信，就在这里说吧",
        "请不要私下转账，没有保障",
        "把小程序的分享海报改成竖版，加上微信二维码的位置",
        "发一张1380×1380的图，12张",
        "名片上的手机换成 13812345678",
    ],
)
def test_who_refuses_who_designs_and_who_has_something_printed_leaks_nothing(text):
    assert find_contacts(text, with_links=False) == []


@pytest.mark.parametrize("text", ["能不能加微信", "要不加个微信", "可不可以加你微信", "不如加微信说"])
def test_a_question_is_no_refusal(text):
    assert find_contacts(text, with_links=False)


def test_a_number_sent_in_pieces_is_read_as_one():
    assert find_contacts_in_pieces("3460", ["138", "5712"])
    assert find_contacts_in_pieces("三四六〇", ["一三八", "5712"])
    assert find_contacts_in_pieces("3460", ["138", "好的", "5712"]) == []
    assert find_contacts_in_pieces("3460", []) == []
    assert find_contacts_in_pieces("一共 3460 元，含两次修改", ["138", "5712"]) == []


@pytest.mark.parametrize("sign", [".", "-", " ", "_", "，", "…", "的", "·", "(", "🙂"])
@pytest.mark.parametrize("begin", ["1", "电话1", "电话 0", "qq 1", "加v ", "a@"])
def test_no_run_of_signs_between_digits_takes_long(begin, sign):
    """Each gap once matched in many ways: forty characters kept a whole web process busy for minutes."""
    import time

    text = begin + "".join(sign * 3 + digit for digit in "35551234567891234567" * 4) + "x"
    begun = time.perf_counter()
    find_contacts(text)
    assert time.perf_counter() - begun < 1


def test_a_long_message_is_searched_in_a_moment():
    import time

    text = "微信加我不要平台 1 3 8 " * 130
    begun = time.perf_counter()
    find_contacts(text[:2000])
    assert time.perf_counter() - begun < 1
