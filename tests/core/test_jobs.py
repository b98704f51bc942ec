"""How jobs go through a list: one bad row, and the time that is left."""

from marketplace.core.jobs import Deadline, Setbacks, count_done


def test_one_bad_row_does_not_keep_the_others_waiting(caplog):
    assert count_done([1, 0, 2], lambda number: 2 // number) == 2
    assert "a job failed for 0" in caplog.text


def test_at_its_deadline_a_job_begins_nothing_more():
    done = []
    deadline = Deadline(60)

    def work(number):
        done.append(number)
        if number == 2:
            deadline._end = 0  # this one took all the time there was
        return True

    assert count_done([1, 2, 3, 4], work, until=deadline) == 2
    assert done == [1, 2]
    assert count_done([5], work, until=Deadline(-1)) == 0
    assert done == [1, 2]


def test_what_failed_stands_back_and_leaves_its_place_to_the_next():
    setbacks = Setbacks("sums")
    numbers = [0, 0.0, 1, 2, 3]
    assert count_done(setbacks.first_without(numbers, limit=3), lambda number: 2 // number, setbacks=setbacks) == 1
    assert setbacks.first_without(numbers, limit=2) == [1, 2]
    assert setbacks.first_without(numbers, limit=10) == [1, 2, 3]
    assert Setbacks("others").first_without(numbers, limit=1) == [0]
