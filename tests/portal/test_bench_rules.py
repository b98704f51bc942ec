"""The rules of measurement: clean rounds, medians of ratios, refusing; and what is read of wrk, of /proc and of other benches."""

import os
import time

import pytest

from portal.bench import everything, growth_file, processes, profiling, targets, wrk
from portal.bench.rounds import Rounds, Starved, measure_rounds

REPORT = """Running 4s test @ http://127.0.0.1:8000/
  2 threads and 8 connections
  Thread Stats   Avg      Stdev     Max   +/- Stdev
    Latency     7.07ms    3.61ms  36.78ms   86.40%
    Req/Sec   529.10     79.10   686.00     72.50%
  Latency Distribution
     50%  {p50}
     75%    7.92ms
     90%   10.12ms
     99%  {p99}
  4134 requests in 4.01s, 1.10MB read
{trouble}Requests/sec:   1030.92
Transfer/sec:    281.31KB
"""


def report(p50="6.70ms", p99="36.78ms", trouble=""):
    return REPORT.format(p50=p50, p99=p99, trouble=trouble)


@pytest.mark.parametrize(
    ("p50", "p99", "milliseconds"),
    [("6.70ms", "36.78ms", (6.7, 36.78)), ("850.00us", "1.20s", (0.85, 1200.0)), ("12.00s", "1.05m", (12_000, 63_000))],
)
def test_the_report_of_wrk_is_read_in_milliseconds_whatever_its_units(p50, p99, milliseconds):
    load = wrk.read_report(report(p50, p99))
    assert (load.p50, load.p99) == pytest.approx(milliseconds)
    assert (load.per_second, load.count) == (1030.92, 4134)


@pytest.mark.parametrize(
    "trouble",
    ["  Non-2xx or 3xx responses: 3\n", "  Socket errors: connect 0, read 2, write 0, timeout 0\n"],
)
def test_a_load_with_one_answer_that_was_no_page_is_no_measurement(trouble):
    with pytest.raises(wrk.LoadFailed, match="/gigs/"):
        wrk.read_report(report(trouble=trouble), "/gigs/")
    with pytest.raises(wrk.LoadFailed, match="said nothing"):
        wrk.read_report("wrk 4.1.0")
    with pytest.raises(Starved):
        wrk.read_report(report().replace("4134 requests in", "0 requests in"), "/gigs/")


def test_figures_are_medians_of_the_ratios_of_clean_rounds():
    rounds = Rounds(rows=[(10.0, 100.0), (30.0, 100.0), (90.0, 300.0)], dropped=1, foreign=[0.0, 0.3, 0.1, 0.0])
    # Not the ratio of the medians, which would be 0.3 by another way: 30 / 100 of which only the second round is.
    assert rounds.median(lambda row: row[0] / row[1]) == 0.3
    assert Rounds(rows=[(1.0, 2.0), (9.0, 10.0), (3.0, 30.0)]).median(lambda row: row[0] / row[1]) == 0.5
    assert rounds.is_valid()
    assert rounds.refusal() == ""
    assert rounds.machine() == {
        "clean_rounds": 3,
        "dropped_rounds": 1,
        "foreign": [0.0, 0.3, 0.1, 0.0],
        "calibration": [],
    }


def test_a_busy_machine_is_refused_in_a_sentence_with_what_others_used():
    seen = []
    found = measure_rounds(lambda: seen.append(1) or 1, rounds=3, foreign_limit=-1.0, patience=0)
    assert len(seen) == found.dropped == 5  # two more are tried than were asked for
    assert not found.rows
    assert not found.is_valid()
    assert "only 0 of 5 rounds were clean and 3 are needed" in found.refusal()
    assert len(found.foreign) == len(found.calibration) == 5


def test_clean_rounds_end_the_measurement_and_one_in_which_nothing_was_answered_is_dropped():
    turns = iter(range(10))

    def once():
        if next(turns) == 1:
            raise Starved
        return 1

    found = measure_rounds(once, rounds=3, foreign_limit=99.0, patience=0)
    assert (len(found.rows), found.dropped, len(found.foreign)) == (3, 1, 4)
    assert next(turns) == 4
    with pytest.raises(ZeroDivisionError):
        measure_rounds(lambda: 1 // 0, rounds=3, foreign_limit=99.0, patience=0)


def test_what_a_process_used_is_counted_and_other_checkouts_databases_are_not_ours(monkeypatch, tmp_path):
    before = processes.cpu_seconds_of(os.getpid())
    until = time.process_time() + 0.15
    while time.process_time() < until:
        pass
    assert processes.cpu_seconds_of(os.getpid()) - before >= 0.1
    assert processes.pss_mb(os.getpid()) > 20

    seen = processes.read_stat("41 (postgres: a (b) c) S 7 41 41 0 -1 4194560 9 9 0 0 30 12 5 6 20 0 1 0 99 1 1")
    assert seen == processes.Seen("postgres: a (b) c", 7, 42, 11)
    family = {1: (0, "init"), 7: (1, "postgres"), 41: (7, "postgres"), 50: (1, "python")}
    family = {pid: processes.Seen(name, parent, 0, 0) for pid, (parent, name) in family.items()}
    assert processes.tree_of({7}, family) == {7, 41}

    everywhere = processes.all_seen()
    assert processes.own_postgres()  # that of this test run, which stands in its folder
    monkeypatch.setenv("JIANGJI_STATE", str(tmp_path))
    assert processes.own_services(everywhere) == set()


def test_a_target_says_whether_it_is_met_and_the_goal_too():
    least, most = targets.Target("T1", "", 0.15, 0.25), targets.Target("T7", "", 8192, 6144, is_least=False)
    assert (least.is_met(0.15), least.is_met(0.149), least.reaches_stretch(0.2)) == (True, False, False)
    assert (most.is_met(8192), most.is_met(8193), most.reaches_stretch(6144)) == (True, False, True)
    found = {"T5": {"list": 41.0}, "T7": 5000, "postgres.p95_ms.100000": 90.0, "is_clean": True}
    assert targets.look_up(found, "T5.list") == 41.0
    assert targets.look_up(found, "postgres.p95_ms.100000") == 90.0
    assert targets.look_up(found, "T5.home") is targets.look_up(found, "is_clean") is None
    lines = {line.split()[0]: line for line in targets.table_of("pages", found)}
    assert "MISSED" in lines["T5.list"]
    assert "met, goal too" in lines["T7"]
    assert "not measured" in lines["T1"]


def test_all_benches_make_one_table_and_a_refused_one_shows_only_what_load_cannot_change():
    result = everything.Result(
        found={
            "money": {"T8": 0.2, "clean_rounds": 5},
            "search": {"T17": 0.9, "clean_rounds": 1, "disturbed_rounds": 4},
            "pages": {"T1": 0.9, "T7": 9000, "refused": "No figures"},
        },
        refused={
            "search": everything.reason_of({"clean_rounds": 1, "disturbed_rounds": 4}, ""),
            "chat": everything.reason_of({}, "OSError"),
            "pages": "No figures",
        },
    )
    assert not result.is_valid()
    assert "it broke: OSError" in result.refusal()
    verdicts = {
        (line["bench"], line["key"]): (line["measured"], line["is_met"]) for line in result.as_json()["targets"]
    }
    assert verdicts["money", "T8"] == (0.2, True)
    assert verdicts["search", "T17"] == verdicts["pages", "T1"] == verdicts["chat", "T11"] == (None, None)
    assert verdicts["pages", "T7"] == (9000, False)
    assert len(verdicts) == sum(len(found) for found in targets.TARGETS.values())
    table = result.as_table()
    assert all(target.key in table for found in targets.TARGETS.values() for target in found)
    assert everything.read_json('a line\n{"T8": 1}\n') == {"T8": 1}
    assert everything.read_json("Traceback") == everything.read_json("") == {}


def test_growth_is_named_only_while_its_result_is_whole_and_fresh(monkeypatch, tmp_path):
    monkeypatch.setenv("JIANGJI_STATE", str(tmp_path))
    assert growth_file.fresh_figure()[0] is None
    whole = {"growth": 1.2, "rows": 1_000_000}
    for found, said in (
        (whole | {"rows": 4000}, "4,000 services alone"),
        ({"rows": 1_000_000, "refused": "busy"}, "refused"),
    ):
        growth_file.write(found)
        assert growth_file.fresh_figure()[0] is None
        assert said in growth_file.fresh_figure()[1]
    growth_file.write(whole)
    assert growth_file.fresh_figure()[0] == 1.2
    in_eight_days = time.time() + 8 * 86_400
    monkeypatch.setattr(time, "time", lambda: in_eight_days)
    assert growth_file.fresh_figure() == (None, "growth: the last result is 8 days old (bin/bench growth)")


def test_stacks_become_shares_of_functions():
    table = profiling.table_of_stacks(["main (a.py:1);view (b.py:2);query (c.py:3) 6", "main (a.py:1);view (b.py:2) 2"])
    lines = table.splitlines()
    assert lines[1].split() == ["75.0%", "75.0%", "query", "(c.py:3)"]
    assert lines[2].split() == ["25.0%", "100.0%", "view", "(b.py:2)"]
    assert "100.0%  main (a.py:1)" in table
