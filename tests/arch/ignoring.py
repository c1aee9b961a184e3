"""A pytest plugin that makes the store ignore one option; `options_ignored` runs tests under it.

It is loaded before any of ours but the ground, and replaces how kept options are read. Never part of a run
that should pass.
"""

import os
from dataclasses import replace
from typing import Any

import quickpay.domain.groups
from quickpay.domain.options import Options

_read = quickpay.domain.groups.options_from_json
_PANEL, _, _NAME = os.environ["QUICKPAY_TESTS_IGNORE"].partition(".")
_VALUE = os.environ["QUICKPAY_TESTS_IGNORE_VALUE"]


def _ignored(options: Options) -> Options:
    panel: Any = getattr(options, _PANEL)
    was = getattr(panel, _NAME)
    kind = type(was) if was is not None else str
    value: Any = None if _VALUE == "None" else _VALUE == "True" if kind is bool else kind(_VALUE)
    changed: dict[str, Any] = {_PANEL: replace(panel, **{_NAME: value})}
    return replace(options, **changed)


def options_from_json(text: str) -> Options:
    """Read options as ever, but for the one."""
    return _ignored(_read(text))


quickpay.domain.groups.options_from_json = options_from_json

if _NAME == "quickpay_max_access_attempts":  # kept a second time, as a column of the group
    from quickpay.adapters.store.tables.groups import Groups

    _put = Groups.put

    async def _put_ignored(self: Groups, *, options: Options, **given: Any) -> Any:
        return await _put(self, options=_ignored(options), **given)

    Groups.put = _put_ignored  # type: ignore[method-assign]  # this is what ignoring it means
