"""The book of our own small NMI: what is charged, voided, given back and kept, by its public documents.

It is ours, written from what NMI publishes; it was never held against NMI itself. It shares no code with the
adapter.
"""

import itertools
import re
import secrets
from collections.abc import Iterator
from dataclasses import dataclass, field
from datetime import UTC, datetime, timedelta
from decimal import Decimal

BRANDS = {"4": "visa", "5": "mastercard", "3": "amex", "6": "discover"}
REFUSALS = {
    "4000000000000002": ("200", "DECLINE"),
    "4000000000009995": ("202", "Insufficient funds"),
    "4000000000000069": ("223", "Expired card"),
    "4000000000000127": ("225", "Invalid card security code"),
}
SILENT, BROKEN = "4000000000000119", "4000000000000259"
AMOUNT = re.compile(r"[0-9]+\.[0-9]{2}")

Answer = dict[str, str]


@dataclass
class Card:
    """A card as the gateway knows it."""

    number: str
    expiry: str
    cvv: str | None = None

    @property
    def masked(self) -> str:
        return f"{self.number[0]}xxxxxxxxxxx{self.number[-4:]}"

    @property
    def brand(self) -> str:
        return BRANDS[self.number[0]]


@dataclass
class Act:
    """One thing done to a transaction."""

    kind: str
    amount: Decimal
    success: bool
    at: datetime
    code: str
    text: str


@dataclass
class Transaction:
    """One line of the book."""

    number: str
    order: str
    currency: str
    condition: str
    card: Card
    acts: list[Act]
    original: str = ""
    wanted: Decimal = Decimal(0)

    @property
    def changed_at(self) -> datetime:
        return self.acts[-1].at


@dataclass
class Book:
    """Everything one merchant's account holds; the switches are what its owner sets in the portal."""

    wants_code: bool = False
    refunds_parts_unsettled: bool = True
    transactions: list[Transaction] = field(default_factory=list)
    tokens: dict[str, Card] = field(default_factory=dict)
    used: dict[str, Card] = field(default_factory=dict)
    vault: dict[str, Card] = field(default_factory=dict)
    _numbers: Iterator[int] = field(default_factory=lambda: itertools.count(8_564_830_001))

    def token(self, number: str, *, cvv: str | None = "123", expiry: str = "1230") -> str:
        """Keep a card for one sale, as Collect.js does."""
        name = f"{secrets.token_hex(4)}-7qA2K2-VdVrSu-{secrets.token_hex(6)}"
        self.tokens[name] = Card(number=number, expiry=expiry, cvv=cvv)
        return name

    def settle(self) -> None:
        """End the day: what waited for settlement is complete."""
        for one in self.transactions:
            if one.condition == "pendingsettlement":
                one.condition = "complete"
                one.acts.append(self._act("settle", abs(one.acts[0].amount), "100", "ACCEPTED"))

    def sale(self, form: Answer) -> tuple[Answer, Transaction | None]:
        """Charge a token's or a vault's card; at the door nothing is written into the book."""
        order, amount = form.get("orderid", ""), form.get("amount", "")
        if not AMOUNT.fullmatch(amount) or Decimal(amount) == 0:
            return self._refused("Invalid amount"), None
        token = form.get("payment_token", "")
        card = (
            self.vault.get(form.get("customer_vault_id", ""))
            or self.tokens.get(token)
            or self.used.get(token)
        )
        if card is None:
            in_vault = "customer_vault_id" in form and not token
            return self._refused("Invalid Customer Vault ID" if in_vault else "Invalid Payment Token"), None
        window = timedelta(seconds=int(form.get("dup_seconds", "1200")))
        for earlier in self.transactions:
            same = (earlier.order, earlier.card.number, earlier.wanted) == (
                order,
                card.number,
                Decimal(amount),
            )
            if same and earlier.acts[0].success and datetime.now(UTC) - earlier.acts[0].at < window:
                return self._refused("Duplicate transaction"), None
        if token in self.used:
            return self._refused("Payment Token already used"), None
        if token:
            self.used[token] = self.tokens.pop(token, card)
        code, text = REFUSALS.get(card.number, ("100", "SUCCESS"))
        if self.wants_code and "customer_vault_id" not in form and card.cvv is None:
            code, text = "225", "Invalid card security code"
        if Decimal(amount) < 1:  # how a test account is made to decline
            code, text = "200", "DECLINE"
        return self._charge(form, card, code=code, text=text)

    def _charge(self, form: Answer, card: Card, *, code: str, text: str) -> tuple[Answer, Transaction]:
        amount = Decimal(form["amount"])
        one = Transaction(
            number=str(next(self._numbers)),
            order=form.get("orderid", ""),
            currency=form.get("currency", "USD"),
            condition="pendingsettlement" if code == "100" else "failed",
            card=card,
            acts=[self._act("sale", amount, code, text)],
            wanted=amount,
        )
        self.transactions.append(one)
        kept = {}
        if code == "100" and form.get("customer_vault") == "add_customer":
            name = form.get("customer_vault_id") or str(next(self._numbers))
            self.vault[name] = Card(number=card.number, expiry=card.expiry)
            kept = {"customer_vault_id": name}
        return self._answer(one, code, text, kind="sale") | kept, one

    def void(self, form: Answer) -> tuple[Answer, Transaction | None]:
        """Take back what has not settled."""
        one = self._find(form.get("transactionid", ""))
        if one is None or one.condition != "pendingsettlement":
            return self._refused("Only transactions pending settlement can be voided"), None
        one.condition = "canceled"
        one.acts.append(self._act("void", one.acts[0].amount, "100", "Transaction Void Successful"))
        return self._answer(one, "100", "Transaction Void Successful", kind="void"), one

    def refund(self, form: Answer) -> tuple[Answer, Transaction | None]:
        """Give money back, as a transaction of its own; never above what is left."""
        sale, asked = self._find(form.get("transactionid", "")), form.get("amount", "0.00")
        if sale is None or not AMOUNT.fullmatch(asked):
            return self._refused("Transaction not found"), None
        back = [
            one for one in self.transactions if one.original == sale.number and one.condition != "canceled"
        ]
        left = sale.acts[0].amount + sum((one.acts[0].amount for one in back), Decimal(0))
        amount = Decimal(asked) or left
        if sale.condition == "canceled" or amount > left:
            return self._refused("Refund amount may not exceed the transaction balance"), None
        if sale.condition != "complete" and amount < sale.acts[0].amount and not self.refunds_parts_unsettled:
            return self._refused("A partial refund needs a settled transaction"), None
        one = Transaction(
            number=str(next(self._numbers)),
            order=form.get("orderid") or sale.order,
            currency=sale.currency,
            condition="pendingsettlement",
            card=sale.card,
            acts=[self._act("refund", -amount, "100", "SUCCESS")],
            original=sale.number,
        )
        self.transactions.append(one)
        return self._answer(one, "100", "SUCCESS", kind="refund"), one

    def forget(self, form: Answer) -> Answer:
        """Delete a vault record."""
        if self.vault.pop(form.get("customer_vault_id", ""), None) is None:
            return self._refused("Invalid Customer Vault ID")
        return {"response": "1", "responsetext": "Customer Deleted", "response_code": "100"}

    def found(self, query: Answer) -> list[Transaction]:
        """Answer a query: every filter given must fit; dates are those of the last change."""
        kinds = set(filter(None, query.get("action_type", "").split(",")))
        numbers = set(filter(None, query.get("transaction_id", "").split(",")))
        since, until = query.get("start_date", ""), query.get("end_date", "9")
        every = [
            one
            for one in self.transactions
            if (not kinds or kinds & {act.kind for act in one.acts})
            and (not numbers or one.number in numbers)
            and ("order_id" not in query or one.order == query["order_id"])
            and since <= one.changed_at.strftime("%Y%m%d%H%M%S") <= until
        ]
        size = int(query.get("result_limit", "10000"))
        start = size * int(query.get("page_number", "0"))
        return every[start : start + size]

    def _find(self, number: str) -> Transaction | None:
        return next((one for one in self.transactions if one.number == number and not one.original), None)

    def _act(self, kind: str, amount: Decimal, code: str, text: str) -> Act:
        return Act(
            kind=kind, amount=amount, success=code == "100", at=datetime.now(UTC), code=code, text=text
        )

    def _answer(self, one: Transaction, code: str, text: str, *, kind: str) -> Answer:
        approved = code == "100"
        return {
            "response": "1" if approved else "2",
            "responsetext": text,
            "authcode": "123456" if approved else "",
            "transactionid": one.number,
            "avsresponse": "",
            "cvvresponse": "M" if one.card.cvv else "",
            "orderid": one.order,
            "type": kind,
            "response_code": code,
        }

    def _refused(self, text: str) -> Answer:
        return {
            "response": "3",
            "responsetext": f"{text} REFID:{next(self._numbers)}",
            "authcode": "",
            "transactionid": "",
            "avsresponse": "",
            "cvvresponse": "",
            "orderid": "",
            "type": "",
            "response_code": "300",
        }
