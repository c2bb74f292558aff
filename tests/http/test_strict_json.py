import json
import time

import pytest
from hypothesis import given
from hypothesis import strategies as st

from api.http import strict_json
from api.http.errors import Refused

JSON = st.recursive(
    st.none()
    | st.booleans()
    | st.integers(-(10**18), 10**18)
    | st.floats(allow_nan=False, allow_infinity=False)
    # Neither can be stored; both are refused below.
    | st.text(st.characters(exclude_characters="\0", exclude_categories=["Cs"])),
    lambda inner: (
        st.lists(inner) | st.dictionaries(st.text(st.characters(codec="ascii", exclude_characters="\0")), inner)
    ),
    max_leaves=20,
)


@pytest.mark.parametrize(
    ("body", "value"),
    [
        (b"1", 1),
        (b" null\n", None),
        (b"[1.5, -0, 1e3]", [1.5, 0, 1000.0]),
        (b'{"a": "\\ud83d\\ude00"}', {"a": "😀"}),
        ('{"a": "Łódź"}'.encode(), {"a": "Łódź"}),
        (b'{"query": "' + b"{" * 100 + b'"}', {"query": "{" * 100}),
        (b'{"a": "\\"}}}}\\\\"}', {"a": '"}}}}\\'}),
        (b"[" * 64 + b"]" * 64, None),
        (b"[" + b"[]," * 1000 + b"[]]", [[]] * 1001),
        (b"9223372036854775807", 9223372036854775807),
    ],
)
def test_json_is_read(body: bytes, value: object):
    found = strict_json.loads(body)
    assert found == value or body.startswith(b"[[[")


@given(JSON)
def test_what_json_can_say_is_understood(value: object):
    assert strict_json.loads(json.dumps(value).encode()) == value


@pytest.mark.parametrize(
    ("body", "message"),
    [
        (b"", "not valid JSON"),
        (b"{", "not valid JSON"),
        (b"{'a': 1}", "not valid JSON"),
        (b'{"a": 1,}', "not valid JSON"),
        (b'{"a": 1} {}', "not valid JSON"),
        (b'{"a": "\x00"}', "not valid JSON"),
        (b'{"a": "\n"}', "not valid JSON"),
        (b"01", "not valid JSON"),
        (b"\xff", "UTF-8"),
        (b'"\xc0\xaf"', "UTF-8"),
        (b'"\xed\xa0\x80"', "UTF-8"),
        ('{"a": 1}'.encode("utf-16"), "UTF-8"),
        ('{"a": 1}'.encode("utf-16-le"), "not valid JSON"),
        ('{"a": 1}'.encode("utf-32-be"), "not valid JSON"),
        (b'\xef\xbb\xbf{"a": 1}', "byte order mark"),
        (b"NaN", "NaN"),
        (b"[Infinity]", "NaN and Infinity"),
        (b"[-Infinity]", "NaN and Infinity"),
        (b"[1e999]", "too large"),
        (b"[-1e999]", "too large"),
        (b"9" * 20, "19 digits"),
        (b"[" + b"9" * 5000 + b"]", "19 digits"),
        (b'{"a": 1, "a": 2}', "same key twice"),
        (b'{"a": {"b": 1, "b": 1}}', "same key twice"),
        (b'{"a": 1, "\\u0061": 2}', "same key twice"),
        (b"[" * 65 + b"]" * 65, "64 levels"),
        (b"[" * 100_000, "64 levels"),
        (b'{"a":' * 50_000, "64 levels"),
        (b'["' + b'\\"' * 1000 + b'",' + b"[" * 65, "64 levels"),
    ],
)
def test_what_two_programs_could_read_differently_is_refused(body: bytes, message: str):
    with pytest.raises(Refused, match=message) as caught:
        strict_json.loads(body)
    assert caught.value.code == "BAD_REQUEST"


@pytest.mark.parametrize(
    "body",
    [
        b'{"a": "x\\u0000y"}',
        b'{"a": ["\\ud800"]}',
        b'{"a": "\\udc00\\ud800"}',
        b'{"\\ud800": 1}',
        b'{"\\u0000": 1}',
        b'"\\uD83D"',
    ],
)
def test_characters_that_no_text_may_hold_are_refused(body: bytes):
    with pytest.raises(Refused) as caught:
        strict_json.loads(body)
    assert caught.value.code == "BAD_USER_INPUT"


@pytest.mark.parametrize(
    "body",
    [b'"' * 1_000_000, b'"\\' * 500_000, b'\\"' * 500_000, b'"a' * 500_000, b"[" * 1_000_000, b"[]" * 500_000],
    ids=lambda body: body[:2].decode(),
)
def test_a_million_bytes_of_nonsense_are_refused_in_linear_time(body: bytes):
    began = time.process_time()
    with pytest.raises(Refused):
        strict_json.loads(body)
    assert time.process_time() - began < 1
