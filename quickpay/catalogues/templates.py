"""Templates that speak one language: their messages are put in when a template is compiled, once."""

import re
from collections.abc import Iterator
from typing import Any

from jinja2 import Environment, nodes, pass_eval_context
from jinja2.compiler import CodeGenerator, Frame
from jinja2.nodes import EvalContext
from jinja2.visitor import NodeTransformer
from markupsafe import Markup

from quickpay.domain.said import Catalogue, Said

_PLACEHOLDER = re.compile(r"%\(([a-z_]+)\)s", re.ASCII)
_FACTS = {"group_name", "theme", "home", "csrf", "about", "logo", "favicon", "language", "step"}
"""What a frame has that is a name or an address."""


class _Writer(CodeGenerator):
    """Writes no call for what is never `Said`: what a macro or one of our filters gives, names, addresses."""

    def _output_child_pre(self, node: nodes.Expr, frame: Frame, finalize: Any) -> None:
        super()._output_child_pre(node, frame, _unless_plain(node, finalize))

    def _output_child_post(self, node: nodes.Expr, frame: Frame, finalize: Any) -> None:
        super()._output_child_post(node, frame, _unless_plain(node, finalize))


def _unless_plain(node: nodes.Expr, finalize: Any) -> Any:
    match node:
        case nodes.Call() | nodes.Filter(name="usd" | "day"):
            return finalize._replace(src=None)
        case nodes.Getattr(node=nodes.Name(name="frame"), attr=name) if name in _FACTS:
            return finalize._replace(src=None)
        case _:
            return finalize


class Speaking(Environment):
    """An environment in one language: templates' own words, what is `Said`, dates and sums."""

    code_generator_class = _Writer

    def __init__(self, words: Catalogue, **options: Any) -> None:
        super().__init__(extensions=["jinja2.ext.i18n"], **options)
        self.policies["ext.i18n.trimmed"] = True
        self.newstyle_gettext = True
        self.finalize = lambda value: value.how(words) if type(value) is Said else value
        self.filters |= {"usd": words.usd, "day": words.day}
        self.globals |= _functions(words)
        self._words = words

    def _parse(self, source: str, name: str | None, filename: str | None) -> nodes.Template:
        parsed: nodes.Template = _PutIn(self._words).visit(super()._parse(source, name, filename))
        return parsed


class _PutIn(NodeTransformer):
    """Puts the words where a message is asked for, so that a page costs what it costs without languages."""

    def __init__(self, words: Catalogue) -> None:
        self._words = words

    def visit_Output(self, node: nodes.Output) -> nodes.Node:  # noqa: N802 - jinja's name for it
        """Lay a message with values out beside them, as if it had been written so."""
        laid: list[nodes.Expr] = []
        for one in node.nodes:
            laid += self._laid_out(one)
        return self.generic_visit(nodes.Output(laid, lineno=node.lineno))

    def visit_Call(self, node: nodes.Call) -> nodes.Node:  # noqa: N802
        """Put a message without values in."""
        message = None if node.kwargs else self._message(node)
        if message is None:
            return self.generic_visit(node)
        return nodes.TemplateData(message, lineno=node.lineno)

    def _laid_out(self, node: nodes.Expr) -> Iterator[nodes.Expr]:
        message = self._message(node) if isinstance(node, nodes.Call) else None
        if message is None or not isinstance(node, nodes.Call):
            yield node
            return
        values = {one.key: one.value for one in node.kwargs}
        for place, piece in enumerate(_PLACEHOLDER.split(message)):
            if place % 2:
                yield values[piece]
            elif piece:
                yield nodes.TemplateData(piece, lineno=node.lineno)

    def _message(self, node: nodes.Call) -> str | None:
        if not isinstance(node.node, nodes.Name) or node.dyn_args or node.dyn_kwargs:
            return None
        given = [one.value for one in node.args if isinstance(one, nodes.Const)]
        match node.node.name, given:
            case "_" | "gettext", [str(message)]:
                return self._words.text(message)
            case "pgettext", [str(context), str(message)]:
                return self._words.text_in(context, message)
            case _:
                return None


def _functions(words: Catalogue) -> dict[str, Any]:
    """Give what is left to ask when a page is rendered: how many, and messages inside an expression."""

    @pass_eval_context
    def gettext(context: EvalContext, message: str, /, **values: object) -> str:
        return _filled(words.text(message), values, words, context)

    @pass_eval_context
    def ngettext(context: EvalContext, one: str, many: str, count: int, /, **values: object) -> str:
        return _filled(words.text_of(one, many, count), {"num": count} | values, words, context)

    return {"_": gettext, "gettext": gettext, "ngettext": ngettext}


def _filled(message: str, values: dict[str, object], words: Catalogue, context: EvalContext) -> str:
    """Fill a message; what is put in is text, the message itself may have tags."""
    text = Markup(message) if context.autoescape else message  # noqa: S704 - ours, or a translator's  # nosec B704
    told = {name: one.how(words) if isinstance(one, Said) else one for name, one in values.items()}
    return text % told if told else text
