"""How requests end, as the status page remembers it."""

from app.services.status.history import History, Request
from tests.support.clocks import ManualClock

WELL = Request(0.1)
BAD = Request(0.1, code="graph-unavailable", is_failed=True)
OLD = Request(0.1, is_stale=True, is_kept=True)


def seen(history: History) -> str:
    spell = history.lately("contoso")
    return f"{spell.failed}/{spell.total} {spell.is_failing}"


def test_trouble_is_seen_at_once_and_over_soon() -> None:
    """The second failure tells; fifteen seconds without one end it."""
    clock = ManualClock()
    history = History(clock)
    for _ in range(20):
        clock.advance(1)
        history.note("contoso", WELL)
    calm = seen(history)
    history.note("contoso", BAD)
    bad_luck = seen(history)
    history.note("contoso", BAD)
    trouble = seen(history)
    for _ in range(14):
        clock.advance(1)
        history.note("contoso", WELL)
    clock.advance(2)

    assert calm == "0/20 False"
    assert bad_luck == "1/21 False"
    assert trouble == "2/22 True"
    assert seen(history) == "2/36 False"


def test_where_few_ask_the_last_few_count() -> None:
    """A request in half a minute: five of them say how it is."""
    clock = ManualClock()
    history = History(clock)
    told = []
    for request in (WELL, BAD, BAD, WELL, WELL, WELL, WELL):
        clock.advance(30)
        history.note("contoso", request)
        told.append(history.lately("contoso").is_failing)
    clock.advance(301)

    assert told == [False, False, True, True, True, True, False]
    assert history.lately("contoso").total == 0


def test_older_copies_are_trouble_too() -> None:
    """They are no failures, but not what was wanted."""
    history = History(ManualClock())
    history.note("contoso", OLD)
    history.note("contoso", OLD)
    spell = history.lately("contoso")

    assert (spell.is_stale, spell.is_failing, spell.stale) == (True, False, 2)


def test_a_problem_goes_on_as_long_as_it_is_met() -> None:
    """After two minutes, or many requests, without it begins another one."""
    clock = ManualClock()
    history = History(clock)
    began = history.began
    history.note("contoso", BAD)
    clock.advance(100)
    history.note("contoso", BAD)
    same = history.met("contoso")
    for _ in range(60):
        history.note("contoso", WELL)
    history.note("contoso", BAD)
    other = history.met("contoso")
    clock.advance(121)

    assert same == {"graph-unavailable": began}
    assert other == {"graph-unavailable": began + 100}
    assert history.met("contoso") == {}
    assert history.met("fabrikam") == {}


def test_the_cause_is_that_of_just_now() -> None:
    """What was met half a minute ago is no reason any more."""
    clock = ManualClock()
    history = History(clock)
    for _ in range(9):
        history.note("contoso", BAD)
    clock.advance(30)
    for _ in range(9):
        history.note("contoso", BAD._replace(code="graph-throttled"))
    spell = history.lately("contoso")

    assert (spell.failed, spell.codes) == (18, {"graph-throttled": 9})
