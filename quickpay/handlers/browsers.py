"""What a browser says of itself, as far as wallets need it: Apple's or not, and inside which app."""

import re

# iPadOS calls itself a Macintosh. Android's own browser of old called itself Safari too.
_APPLE = re.compile(r"\b(?:iPhone|iPad|iPod|Macintosh)\b")
_SAFARI = re.compile(r"\bVersion/[0-9.]+.*\bSafari/")
_NOT_SAFARI = re.compile(r"\b(?:Android|Chrome|Chromium|CriOS|Edg|Tizen|Linux)\b")
# Facebook, Instagram, Messenger, Google's app, Gmail, LinkedIn, X, Snapchat, Pinterest, TikTok, WeChat, Line.
_APPS = re.compile(
    r"\b(?:FBAN|FBAV|FB_IAB|Instagram|Messenger|GSA|Gmail|LinkedInApp|Twitter|Snapchat|Pinterest|musical_ly"
    r"|BytedanceWebview|TikTok|MicroMessenger|Line)\b"
)
_ANDROID_VIEW = re.compile(r";\s*wv\)")
_PHONE_OF_APPLE = re.compile(r"\b(?:iPhone|iPad|iPod)\b")


def is_apple(agent: str) -> bool:
    """Whether it says iOS, iPadOS, macOS or Safari; only a word of its own, so never more than a hint."""
    if _APPLE.search(agent):
        return True
    return _SAFARI.search(agent) is not None and _NOT_SAFARI.search(agent) is None


def browser_outside(agent: str) -> str | None:
    """Name the browser to open instead where this one is part of another app and may lack wallets."""
    on_apple = _PHONE_OF_APPLE.search(agent) is not None
    # Apps on Apple's phones show pages in a view that says all of Safari's words but its name.
    bare_view = on_apple and "AppleWebKit/" in agent and "Safari/" not in agent
    if not (_APPS.search(agent) or _ANDROID_VIEW.search(agent) or bare_view):
        return None
    return "Safari" if on_apple else "Chrome"
