"""The proof of `make clocks`, on fewer clocks."""

import pytest

from tests.business_hours.clocks import compared, told


@pytest.mark.proof
def test_two_libraries_agree_with_our_clock_or_the_reason_is_known():
    assert told(compared(7, 1_000))[-1] == "clocks: 1000 compared, 0 unexplained"
