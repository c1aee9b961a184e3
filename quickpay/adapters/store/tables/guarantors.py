"""Guarantors in the database, each with one document of what the PM system said of the account."""

from dataclasses import replace
from datetime import datetime

from sqlalchemy import bindparam, func, select, update

from quickpay.adapters.store.columns import micros, moment, text_
from quickpay.adapters.store.run import Row, Run
from quickpay.adapters.store.schema import guarantors
from quickpay.adapters.store.statements import Statement, insert
from quickpay.adapters.store.tables.accounts import (
    account_from_json,
    account_to_json,
    patients_from_json,
    patients_to_json,
)
from quickpay.adapters.store.tables.search_keys import keep_keys
from quickpay.domain.guarantors import Account, Guarantor
from quickpay.mfa.methods import Method
from quickpay.ports.tables import ContactsOnFile

GUARANTOR = [column for column in guarantors.c if column.name != "account"]
"""The columns `guarantor_of` reads."""

_BY_ID = select(*GUARANTOR).where(guarantors.c.id == bindparam("id"))
_GET = Statement(_BY_ID)
_LOCK = Statement(_BY_ID.with_for_update())
_BY_NUMBER = Statement(
    select(*GUARANTOR).where(
        guarantors.c.group_id == bindparam("group_id"), guarantors.c.number == bindparam("number")
    )
)
_ACCOUNT = Statement(select(guarantors.c.account).where(guarantors.c.id == bindparam("id")))
_NEW = insert(guarantors).values(
    {column.name: bindparam(column.name) for column in guarantors.c if column.name != "id"}
)
_PUT = Statement(
    _NEW.on_conflict_do_update(
        index_elements=[guarantors.c.group_id, guarantors.c.number],
        set_={
            column.name: _NEW.excluded[column.name]
            for column in guarantors.c
            if column.name not in {"id", "group_id", "number"}
        },
    ).returning(guarantors.c.id)
)
_SET_CONTACT = {
    method: Statement(
        update(guarantors)
        .where(guarantors.c.id == bindparam("guarantor"), func.coalesce(column, "") == text_("there"))
        .values({column.name: bindparam("contact"), "changed_at": bindparam("now")})
        .returning(*GUARANTOR)
    )
    for method, column in ((Method.EMAIL, guarantors.c.email), (Method.SMS, guarantors.c.mobile))
}
# No more rows than this are looked at, so that a group of any size is counted in the same time at most.
_SOME = (
    select(guarantors.c.email, guarantors.c.mobile)
    .where(guarantors.c.group_id == bindparam("group_id"))
    .limit(bindparam("most"))
    .subquery()
)
_CONTACTS = Statement(
    select(
        func.count(),
        func.count(_SOME.c.email),
        func.count(_SOME.c.mobile),
        func.count(func.coalesce(_SOME.c.email, _SOME.c.mobile)),
    ).select_from(_SOME)
)


class Guarantors:
    """`ports.tables.Guarantors` over one open transaction."""

    __slots__ = ("_run",)

    def __init__(self, run: Run) -> None:
        self._run = run

    async def get(self, guarantor_id: int) -> Guarantor | None:
        """Return one, without the account."""
        row = await self._run.one(_GET, id=guarantor_id)
        return None if row is None else guarantor_of(row)

    async def by_number(self, group_id: int, number: str) -> Guarantor | None:
        """Return one by the PM system's number, without the account."""
        row = await self._run.one(_BY_NUMBER, group_id=group_id, number=number)
        return None if row is None else guarantor_of(row)

    async def lock(self, guarantor_id: int) -> Guarantor | None:
        """Keep other payments of this guarantor waiting until the unit ends."""
        row = await self._run.one(_LOCK, id=guarantor_id)
        return None if row is None else guarantor_of(row)

    async def account(self, guarantor_id: int) -> Account:
        """Return what the PM system last said; of an unknown guarantor, an empty account."""
        row = await self._run.one(_ACCOUNT, id=guarantor_id)
        return Account() if row is None else account_from_json(row[0])

    async def put(self, guarantor: Guarantor, account: Account) -> Guarantor:
        """Make or replace by (group_id, number); the given id is ignored, the stored one returned."""
        row = await self._run.one(
            _PUT,
            group_id=guarantor.group_id,
            number=guarantor.number,
            first_name=guarantor.first_name,
            preferred_name=guarantor.preferred_name,
            last_name=guarantor.last_name,
            language=guarantor.language,
            email=guarantor.email,
            mobile=guarantor.mobile,
            text_opt_out=int(guarantor.text_opt_out),
            patients=patients_to_json(guarantor.patients),
            account=account_to_json(account),
            changed_at=micros(guarantor.changed_at),
        )
        assert row is not None
        stored = replace(guarantor, id=row[0])
        await keep_keys(self._run, stored)
        return stored

    async def set_contact(
        self, guarantor_id: int, method: Method, contact: str, *, before: str | None, now: datetime
    ) -> bool:
        """Put one contact on file in place of what is there, if that is still `before`."""
        row = await self._run.one(
            _SET_CONTACT[method],
            guarantor=guarantor_id,
            contact=contact,
            there=before or "",
            now=micros(now),
        )
        if row is None:
            return False
        await keep_keys(self._run, guarantor_of(row))
        return True

    async def contacts_on_file(self, group_id: int, *, most: int) -> ContactsOnFile:
        """Count who lacks which contact, among at most so many of a group's."""
        row = await self._run.one(_CONTACTS, group_id=group_id, most=most)
        assert row is not None
        of, email, mobile, either = row
        return ContactsOnFile(
            of=of, without_email=of - email, without_mobile=of - mobile, without_any=of - either
        )


def guarantor_of(row: Row) -> Guarantor:
    """Read one, without the account."""
    (
        id_,
        group_id,
        number,
        first_name,
        preferred_name,
        last_name,
        language,
        email,
        mobile,
        text_opt_out,
        patients,
        changed_at,
    ) = row
    return Guarantor(
        id=id_,
        group_id=group_id,
        number=number,
        first_name=first_name,
        preferred_name=preferred_name,
        last_name=last_name,
        language=language,
        email=email,
        mobile=mobile,
        text_opt_out=text_opt_out == 1,
        patients=patients_from_json(patients),
        changed_at=moment(changed_at),
    )
