"""State machines as data: state → verb → the state it leads to."""

from collections.abc import Mapping
from enum import StrEnum
from typing import TypeVar

from .errors import IllegalTransition

S = TypeVar("S", bound=StrEnum)
Machine = Mapping[S, Mapping[str, S]]


def next_state(machine: Machine[S], state: S, verb: str) -> S:
    """Where a verb leads from a state.

    Raises:
        IllegalTransition: the machine has no such step.
    """
    verbs = machine[state]
    if verb not in verbs:
        raise IllegalTransition(state.value, verb, tuple(verbs))
    return verbs[verb]
