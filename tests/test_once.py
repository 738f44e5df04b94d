"""Worked out once an object, and nobody else waits for it."""

import threading

from cards.once import once


class Slow:
    """Its value takes until it is let go."""

    def __init__(self, *, is_slow: bool) -> None:
        self.begun, self.go_on = threading.Event(), threading.Event()
        self.times = 0
        if not is_slow:
            self.go_on.set()

    @once
    def value(self) -> int:
        """Seven."""
        self.times += 1
        self.begun.set()
        assert self.go_on.wait(30)
        return 7


def test_it_is_worked_out_once() -> None:
    one = Slow(is_slow=False)
    assert [one.value, one.value] == [7, 7]
    assert one.times == 1
    assert Slow.value.__doc__ == "Seven."


def test_one_that_takes_its_time_holds_up_no_other() -> None:
    """In Python 3.11 functools.cached_property has one lock for all instances."""
    slow, quick = Slow(is_slow=True), Slow(is_slow=False)
    waiting = threading.Thread(target=lambda: slow.value)
    waiting.start()
    assert slow.begun.wait(30)
    came: list[int] = []
    other = threading.Thread(target=lambda: came.append(quick.value), daemon=True)
    other.start()
    other.join(30)
    slow.go_on.set()
    waiting.join(30)

    assert came == [7]
