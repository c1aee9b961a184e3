"""The keys a guarantor is found by, written with the guarantor's row and read by their beginning."""

from sqlalchemy import bindparam, delete, select

from quickpay.adapters.store.columns import text_
from quickpay.adapters.store.run import Run
from quickpay.adapters.store.schema import guarantor_keys
from quickpay.adapters.store.statements import Statement, insert
from quickpay.domain.guarantors import Guarantor
from quickpay.domain.search_keys import keys_of

_OF_GUARANTOR = guarantor_keys.c.guarantor_id == bindparam("guarantor")
_KEYS = Statement(select(guarantor_keys.c.kind, guarantor_keys.c.key).where(_OF_GUARANTOR))
_ADD = Statement(
    insert(guarantor_keys).values(
        {column.name: bindparam(column.name) for column in guarantor_keys.c} | {"key": text_("key")}
    )
)
_DROP = Statement(
    delete(guarantor_keys).where(
        _OF_GUARANTOR,
        guarantor_keys.c.kind == bindparam("of_kind"),
        guarantor_keys.c.key == text_("of_key"),
    )
)


async def keep_keys(run: Run, guarantor: Guarantor) -> None:
    """Write what is new and drop what is gone; the row was written first, so nobody else does it now."""
    wanted = {
        (kind.value, key)
        for kind, key in keys_of(
            names=(guarantor.first_name, guarantor.preferred_name, guarantor.last_name),
            number=guarantor.number,
            email=guarantor.email,
            mobile=guarantor.mobile,
        )
    }
    there = {(kind, key) for kind, key in await run.all(_KEYS, guarantor=guarantor.id)}
    if gone := there - wanted:
        await run.many(
            _DROP, [{"guarantor": guarantor.id, "of_kind": one, "of_key": key} for one, key in gone]
        )
    if new := wanted - there:
        await run.many(
            _ADD,
            [
                {"guarantor_id": guarantor.id, "kind": kind, "key": key, "group_id": guarantor.group_id}
                for kind, key in sorted(new)
            ],
        )
