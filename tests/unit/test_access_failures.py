"""Failed attempts are counted by source in a moving minute, in memory that has an end."""

from serving.access.failures import WINDOW_SECONDS, FailedAttempts


class Clock:
    def __init__(self) -> None:
        self.seconds = 0.0

    def __call__(self) -> float:
        return self.seconds


def test_a_source_waits_until_its_oldest_failure_is_a_minute_old() -> None:
    clock = Clock()
    failed = FailedAttempts(2, clock)
    failed.count(("a", ""))
    clock.seconds = 20
    assert failed.wait(("a", "")) == 0
    failed.count(("a", ""))
    assert failed.wait(("a", "")) == 41
    assert failed.wait(("b", "")) == 0
    clock.seconds = WINDOW_SECONDS
    assert failed.wait(("a", "")) == 0
    failed.count(("a", ""))
    assert failed.wait(("a", "")) == 21


def test_the_sources_that_failed_longest_ago_are_forgotten_first() -> None:
    failed = FailedAttempts(1, Clock())
    sources = [(str(number), "") for number in range(5000)]
    for source in sources:
        failed.count(source)
    held = [source for source in sources if failed.wait(source)]
    assert held == sources[-4096:]
