import pytest
from hypothesis import given
from hypothesis import strategies as st

from api.domain import tokens
from api.domain.tokens.credential import DIGITS, base62

TEXT = "crm_pat_0123456789ABCDEF_0123456789abcdefghijklmnopqrstuvwxyzABCDEFG000000"


def test_what_is_made_can_be_read_and_does_not_show_its_secret():
    credential = tokens.new_credential(tokens.TokenKind.INTEGRATION)
    assert tokens.parse_credential(credential.text) == credential
    assert credential.secret not in repr(credential)


@given(st.integers(0, 73), st.sampled_from(DIGITS + "_-é \n"))
def test_one_wrong_character_is_noticed_without_the_database(position: int, character: str):
    text = tokens.new_credential(tokens.TokenKind.STAFF).text
    damaged = text[:position] + character + text[position + 1 :]
    assert damaged == text or tokens.parse_credential(damaged) is None


@pytest.mark.parametrize(
    "text",
    ["", "crm_pat_", TEXT, TEXT.replace("pat", "xyz"), TEXT.replace("crm", "CRM"), TEXT[:-1], TEXT + "0", TEXT + "\n"],
)
def test_what_is_no_credential_is_none(text: str):
    assert tokens.parse_credential(text) is None


@given(st.binary(min_size=32, max_size=32))
def test_the_secret_keeps_all_of_its_256_bits(value: bytes):
    text = base62(value, 43)
    number = 0
    for digit in text:
        number = number * 62 + DIGITS.index(digit)
    assert number.to_bytes(32, "big") == value


def test_another_secret_key_has_another_pepper_with_another_number():
    peppers = [tokens.pepper(b"k" * 32), tokens.pepper(b"l" * 32)]
    assert len({*peppers, b"k" * 32}) == len({*map(tokens.number_of, peppers), tokens.UNNUMBERED}) == 3
