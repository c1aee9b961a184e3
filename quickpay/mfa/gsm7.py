"""The GSM-7 alphabet of texts (3GPP TS 23.038): what fits one text, and which letters do not exist in it."""

TEXT_SEPTETS = 160
"""What one text holds."""

_BASIC = frozenset(
    "@£$¥èéùìòÇ\nØø\rÅåΔ_ΦΓΛΩΠΨΣΘΞÆæßÉ"
    " !\"#¤%&'()*+,-./0123456789:;<=>?"
    "¡ABCDEFGHIJKLMNOPQRSTUVWXYZÄÖÑÜ§"
    "¿abcdefghijklmnopqrstuvwxyzäöñüà"
)
_EXTENDED = frozenset("^{}\\[~]|€\f")


def gsm7_length(text: str) -> int | None:
    """Count septets; letters of the extension table take two. None: some letter is not in GSM-7."""
    if letters_outside_gsm7(text):
        return None
    return len(text) + sum(letter in _EXTENDED for letter in text)


def letters_outside_gsm7(text: str) -> tuple[str, ...]:
    """Name the letters a text cannot carry, each once, in order."""
    return tuple(dict.fromkeys(letter for letter in text if letter not in _BASIC and letter not in _EXTENDED))
