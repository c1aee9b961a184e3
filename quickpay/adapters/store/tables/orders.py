"""Orders in the database: chosen amounts."""

from sqlalchemy import bindparam, select, update

from quickpay.adapters.store.columns import micros, moment, words
from quickpay.adapters.store.run import Run
from quickpay.adapters.store.schema import orders
from quickpay.adapters.store.statements import Statement, insert
from quickpay.domain.money import Cents
from quickpay.domain.payments import Method, Order

_METHODS = words(Method)

_ADD = Statement(insert(orders).values({column.name: bindparam(column.name) for column in orders.c}))
_GET = Statement(select(orders).where(orders.c.id == bindparam("id")))
_SET_METHOD = Statement(
    update(orders)
    .where(orders.c.id == bindparam("order"))
    .values(method=bindparam("chosen"), stored_card=bindparam("card"))
)
_ASK_TO_STORE = Statement(
    update(orders).where(orders.c.id == bindparam("order")).values(store_at=bindparam("gateway"))
)


class Orders:
    """`ports.tables.Orders` over one open transaction."""

    __slots__ = ("_run",)

    def __init__(self, run: Run) -> None:
        self._run = run

    async def add(self, order: Order) -> None:
        """Store it."""
        await self._run.count(
            _ADD,
            id=order.id,
            session_id=order.session_id,
            amount=order.amount,
            choice=order.choice,
            method=None if order.method is None else order.method.value,
            created_at=micros(order.created_at),
            stored_card=order.stored_card,
            store_at=order.store_at,
        )

    async def get(self, order_id: str) -> Order | None:
        """Return it."""
        row = await self._run.one(_GET, id=order_id)
        if row is None:
            return None
        id_, session_id, amount, choice, method, created_at, stored_card, store_at = row
        return Order(
            id=id_,
            session_id=session_id,
            amount=Cents(amount),
            choice=choice,
            method=None if method is None else _METHODS[method],
            created_at=moment(created_at),
            stored_card=stored_card,
            store_at=store_at,
        )

    async def set_method(self, order_id: str, method: Method, *, stored_card: str | None = None) -> None:
        """Say what it is to be paid with."""
        await self._run.count(_SET_METHOD, order=order_id, chosen=method.value, card=stored_card)

    async def ask_to_store(self, order_id: str, *, at: str | None) -> None:
        """Say which gateway the try that begins asks to store its card, if any."""
        await self._run.count(_ASK_TO_STORE, order=order_id, gateway=at)
