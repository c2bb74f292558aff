"""Text as it is stored, folded and refused."""

import pytest
from hypothesis import given
from hypothesis import strategies as st

from api.domain.kernel import DomainError, Invalid, Required, TooLong, checked, fold


@pytest.mark.parametrize(
    ("text", "folded"),
    [
        ("Émile", "emile"),
        ("ŁÓDŹ", "lodz"),
        ("Straße", "strasse"),
        ("STRASSE", "strasse"),
        ("GTX \u00a0 Pro ", "gtx pro"),
        ("Ærø", "aero"),
        ("ﬁnance", "finance"),
        ("Ｆull", "full"),
        ("℡", "tel"),
        ("ΣΊΣΥΦΟΣ", "σισυφοσ"),
        ("", ""),
    ],
)
def test_folded_text_has_no_case_marks_or_double_spaces(text: str, folded: str):
    assert fold(text) == folded


@given(st.text(max_size=40))
def test_folding_twice_is_folding_once(text: str):
    assert fold(fold(text)) == fold(text)


def test_text_is_stored_in_nfc_without_outer_space():
    assert checked("  e\u0301te\u0301 \n", "name", limit=3) == "été"


@pytest.mark.parametrize(
    ("text", "refusal"),
    [
        ("", Required),
        (" \t\n", Required),
        ("abcd", TooLong),
        ("a\x00", Invalid),
        ("a\ud800", Invalid),
        ("\x7f", Invalid),
    ],
)
def test_text_that_cannot_be_stored_is_refused(text: str, refusal: type[DomainError]):
    with pytest.raises(refusal) as refused:
        checked(text, "name", limit=3)

    assert refused.value.path == ("name",)


def test_length_is_counted_in_code_points():
    assert checked("👩‍👩‍👧", "name", limit=5) == "👩‍👩‍👧"
    with pytest.raises(TooLong):
        checked("👩‍👩‍👧", "name", limit=4)
