"""Languages as BCP 47 tags."""

import re

# ISO 639-1.
LANGUAGES = frozenset(
    "aa ab ae af ak am an ar as av ay az ba be bg bi bm bn bo br bs ca ce ch co cr cs cu cv cy da de dv dz ee el en eo "
    "es et eu fa ff fi fj fo fr fy ga gd gl gn gu gv ha he hi ho hr ht hu hy hz ia id ie ig ii ik io is it iu ja jv ka "
    "kg ki kj kk kl km kn ko kr ks ku kv kw ky la lb lg li ln lo lt lu lv mg mh mi mk ml mn mr ms mt my na nb nd ne ng "
    "nl nn no nr nv ny oc oj om or os pa pi pl ps pt qu rm rn ro ru rw sa sc sd se sg si sk sl sm sn so sq sr ss st su "
    "sv sw ta te tg th ti tk tl tn to tr ts tt tw ty ug uk ur uz ve vi vo wa wo xh yi yo za zh zu".split()
)
TAG = re.compile(
    r"(?P<language>[a-z]{2,3})(-(?P<script>[a-z]{4}))?(-(?P<region>[a-z]{2}|\d{3}))?"
    r"(?P<variants>(-([a-z0-9]{5,8}|\d[a-z0-9]{3}))*)",
    re.IGNORECASE | re.ASCII,
)


def language_tag(text: str) -> str | None:
    """A tag of language, script, region and variants in its usual case; None if it is none.

    >>> [language_tag(text) for text in ("DE-at", "zh-hant-TW", "sl-rozaj", "es-419", "xx", "de_AT", "german")]
    ['de-AT', 'zh-Hant-TW', 'sl-rozaj', 'es-419', None, None, None]
    """
    match = TAG.fullmatch(text)
    if match is None:
        return None
    language, script, region = match["language"].lower(), match["script"], match["region"]
    if len(language) == len("de") and language not in LANGUAGES:
        return None
    parts = [language, script.title() if script else None, region.upper() if region else None]
    return "-".join(part for part in parts if part) + match["variants"].lower()
