"""The form of sums: which was chosen, or what is to be mended."""

from dataclasses import dataclass

from quickpay.domain.balances import AmountChoice
from quickpay.domain.money import AmountFault, Cents, parse_amount
from quickpay.handlers.forms import Form
from quickpay.handlers.pages import Mistake
from quickpay.handlers.patient.answers import mistakes_of
from quickpay.handlers.words import AMOUNT_FAULTS, CHOOSE_AMOUNT

_CHOICES = set(AmountChoice)


@dataclass(frozen=True, slots=True, kw_only=True)
class AmountForm:
    """A form of sums as it was filled in; `other` is what was typed for *Other Amount*."""

    choice: AmountChoice
    other: Cents | None


def read_amount(form: Form) -> AmountForm | tuple[Mistake, ...]:
    """Read which sum was chosen, or say what is to be mended."""
    word = form.text("amount_choice")
    typed = parse_amount(form.text("amount")) if word == AmountChoice.OTHER else None
    mistakes = _mistakes(form, word, typed)
    if mistakes:
        return mistakes
    other = None if typed is None or isinstance(typed, AmountFault) else typed
    return AmountForm(choice=AmountChoice(word), other=other)


def _mistakes(form: Form, word: str, typed: Cents | AmountFault | None) -> tuple[Mistake, ...]:
    if form.faults:
        return mistakes_of(form, "amount_choice", "amount")
    if word not in _CHOICES:
        return (Mistake(field="amount_choice", message=CHOOSE_AMOUNT),)
    if isinstance(typed, AmountFault):
        return (Mistake(field="amount", message=AMOUNT_FAULTS[typed]),)
    return ()
