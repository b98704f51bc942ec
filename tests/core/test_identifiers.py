from marketplace.core.identifiers import READABLE_ALPHABET, new_order_number, new_reference


def test_the_alphabet_leaves_out_what_is_misread():
    assert not set("01ILOU") & set(READABLE_ALPHABET)
    assert len(set(READABLE_ALPHABET)) == len(READABLE_ALPHABET) == 30


def test_a_reference_is_what_every_gateway_accepts():
    references = {new_reference("PA") for _index in range(200)}
    assert len(references) == 200
    for reference in references:
        assert len(reference) == 28
        assert reference.isascii()
        assert reference.isalnum()
        assert reference.startswith("PA")
        assert set(reference[2:]) <= set(READABLE_ALPHABET)


def test_references_sort_by_the_time_they_were_made(monkeypatch):
    moment = 1_800_000_000.0
    monkeypatch.setattr("marketplace.core.identifiers.time.time", lambda: moment)
    earlier = new_reference("RF")
    moment += 1
    assert earlier[:10] < new_reference("RF")[:10]


def test_an_order_number_has_ten_readable_characters_and_is_not_sequential():
    numbers = [new_order_number() for _index in range(200)]
    assert len(set(numbers)) == 200
    assert all(len(number) == 10 and set(number) <= set(READABLE_ALPHABET) for number in numbers)
    assert numbers != sorted(numbers)
