"""Take from a page all that could be pressed, followed or sent, and leave how it looks."""

from html import escape
from html.parser import HTMLParser

_DROPPED = {"script", "base", "iframe", "object", "embed"}
"""None of our pages is to have them in a preview, whoever adds one."""
_LEADING = {"a": {"href", "target", "download", "ping"}, "form": {"action", "method", "target"}}
_VOID = {"meta", "link", "img", "input", "br", "hr", "wbr", "col"}
_CARD_FIELDS = '<p class="hint">The card processor&#8217;s own fields stand here.</p>'

Attributes = list[tuple[str, str | None]]


def inert(page: str, *, head: str, mark: str, pictures: dict[str, str]) -> str:
    """Rewrite a page of ours; `head` and `mark` are markup for the end of the head and the top of the body.

    `pictures` says where an email's own pictures (`cid:logo`) can be seen. No form keeps an address or a
    token, no link leads anywhere, and nothing runs; whatever a value holds stays the text it was.
    """
    rewriting = _Inert(head=head, mark=mark, pictures=pictures)
    rewriting.feed(page)
    rewriting.close()
    return "".join(rewriting.written)


class _Inert(HTMLParser):
    def __init__(self, *, head: str, mark: str, pictures: dict[str, str]) -> None:
        super().__init__(convert_charrefs=True)
        self.written: list[str] = []
        self._head, self._mark, self._pictures = head, mark, pictures
        self._skipped: str | None = None

    def handle_decl(self, decl: str) -> None:
        self.written.append(f"<!{decl}>")

    def handle_starttag(self, tag: str, attrs: Attributes) -> None:
        if self._skipped is not None:
            return
        given = dict(attrs)
        if tag in _DROPPED or tag == "noscript":
            self._skipped = tag
        elif (tag == "meta" and "http-equiv" in given) or (tag == "input" and given.get("type") == "hidden"):
            pass
        else:
            self.written.append(f"<{tag}{_written(self._kept(tag, attrs))}>")
            if tag == "body":
                self.written.append(self._mark)
            elif given.get("id") == "card-fields":
                self.written.append(_CARD_FIELDS)

    def handle_endtag(self, tag: str) -> None:
        if self._skipped is not None:
            if tag == self._skipped:
                self._skipped = None
            return
        if tag == "head":
            self.written.append(self._head)
        if tag not in _VOID:
            self.written.append(f"</{tag}>")

    def handle_data(self, data: str) -> None:
        if self._skipped is None:
            self.written.append(escape(data, quote=False))

    def _kept(self, tag: str, attrs: Attributes) -> Attributes:
        dropped = _LEADING.get(tag, set())
        if any(name == "data-print" for name, _ in attrs):
            dropped = dropped | {"hidden"}  # its script shows it to patients
        kept = [
            (name, self._pictures.get(value or "", value) if name == "src" else value)
            for name, value in attrs
            if not (
                name in dropped or name.startswith(("on", "formaction")) or name in {"autofocus", "nonce"}
            )
        ]
        if tag == "button":
            kept = [*((name, value) for name, value in kept if name != "type"), ("type", "button")]
        return kept


def _written(attrs: Attributes) -> str:
    return "".join(f" {name}" if value is None else f' {name}="{escape(value)}"' for name, value in attrs)
