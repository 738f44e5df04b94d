"""A property that is worked out once."""

from collections.abc import Callable
from typing import Any, Generic, Self, TypeVar, overload

Worked = TypeVar("Worked")


class once(Generic[Worked]):  # noqa: N801 - used as a decorator, as `property` is
    """As `functools.cached_property`, without its lock: before Python 3.12 there is one a property, for all instances.

    One patient's slow chart would hold up those of all other threads. An object that uses this belongs to one thread.
    """

    def __init__(self, work: Callable[[Any], Worked]) -> None:
        self._work = work
        self.__doc__ = work.__doc__

    def __set_name__(self, _owner: type, name: str) -> None:
        self._name = name

    @overload
    def __get__(self, instance: None, owner: type) -> Self: ...
    @overload
    def __get__(self, instance: object, owner: type) -> Worked: ...
    def __get__(self, instance: object | None, owner: type) -> Self | Worked:
        """Work it out; what is found in the instance from then on is the result itself."""
        if instance is None:
            return self
        worked = instance.__dict__[self._name] = self._work(instance)
        return worked
