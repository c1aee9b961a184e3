"""The statements that find guarantors by their keys, one for each choice of what is known."""

from functools import cache

from sqlalchemy import ColumnElement, Select, case, exists, func, select
from sqlalchemy import union_all as any_of

from quickpay.adapters.store.columns import number, text_
from quickpay.adapters.store.schema import guarantor_keys, guarantors
from quickpay.adapters.store.statements import Statement
from quickpay.adapters.store.tables.guarantors import GUARANTOR


def among(column: ColumnElement[int], groups_: int | None) -> list[ColumnElement[bool]]:
    """Hold a column to so many groups, bound as `group_0`, `group_1` and on; None is every group."""
    if groups_ is None:
        return []
    return [column.in_([number(f"group_{place}") for place in range(groups_)])]


@cache
def find_by(words: int, *, by_number: bool, whole: tuple[str, ...], groups_: int | None) -> Statement:
    """Find by all words together, or by a number, or by a contact; one statement for each choice."""
    keys = guarantor_keys.c
    ids: list[Select[tuple[int]]] = []
    if words:
        others = [
            exists(
                select(also.c.key).where(
                    also.c.guarantor_id == keys.guarantor_id,
                    also.c.kind == "name",
                    also.c.key.between(text_(f"from_{place}"), text_(f"to_{place}")),
                )
            )
            for place in range(1, words)
            for also in [guarantor_keys.alias(f"also_{place}")]
        ]
        ids.append(_having("name", keys.key.between(text_("from_0"), text_("to_0")), *others))
    if by_number:
        ids.append(_having("number", keys.key.between(text_("from_number"), text_("to_number"))))
    ids += [_having(kind, keys.key == text_(kind)) for kind in whole]
    found = [one.where(*among(keys.group_id, groups_)) for one in ids]
    first = case((guarantors.c.number == text_("exact"), 0), else_=1)
    return Statement(
        select(*GUARANTOR)
        .where(guarantors.c.id.in_(any_of(*found) if len(found) > 1 else found[0]))
        .order_by(
            first, func.lower(guarantors.c.last_name), func.lower(guarantors.c.first_name), guarantors.c.id
        )
        .limit(number("most"))
        .offset(number("skip"))
    )


def _having(kind: str, *conditions: ColumnElement[bool]) -> Select[tuple[int]]:
    return select(guarantor_keys.c.guarantor_id).where(guarantor_keys.c.kind == kind, *conditions)
