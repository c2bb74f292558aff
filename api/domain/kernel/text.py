"""Text as people sort and search it."""

import re
import unicodedata

from .errors import Invalid, Required, TooLong

# Letters that NFKD leaves whole although people file them under a plain letter.
PLAIN = str.maketrans({"ł": "l", "ø": "o", "đ": "d", "ð": "d", "þ": "th", "æ": "ae", "œ": "oe", "ı": "i"})
UNWANTED = re.compile("[\x00-\x08\x0b\x0c\x0e-\x1f\x7f\ud800-\udfff]")


def fold(text: str) -> str:
    """The form in which a text is sorted, filtered and kept unique: no case, no marks, single spaces.

    >>> [fold(name) for name in ("Émile ", "ŁÓDŹ", "Straße", "GTX  Pro")]
    ['emile', 'lodz', 'strasse', 'gtx pro']
    """
    if text.isascii():
        return " ".join(text.lower().split())
    folded = unicodedata.normalize("NFKD", text).casefold()  # taking ligatures apart can bring capitals to light
    decomposed = unicodedata.normalize("NFKD", folded)
    plain = "".join(letter for letter in decomposed if not unicodedata.combining(letter)).translate(PLAIN)
    return " ".join(plain.split())


def checked(text: str, path: str, *, limit: int, required: bool = True) -> str:
    """The text without outer white space, in NFC.

    Raises:
        Required: nothing but white space although a value is required.
        TooLong: more than `limit` code points.
        Invalid: a control character or half of a surrogate pair.
    """
    text = unicodedata.normalize("NFC", text.strip())
    if UNWANTED.search(text):
        raise Invalid((path,), "control characters cannot be stored in a text", constraint="characters")
    if required and not text:
        raise Required((path,))
    if len(text) > limit:
        raise TooLong((path,), limit)
    return text
