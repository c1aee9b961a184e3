"""The words a link goes out with: which template is meant, whether it may go, and what it says (A40-A46)."""

from collections.abc import Mapping
from datetime import date
from math import ceil

from quickpay.domain.faults import Fault
from quickpay.domain.groups import Group
from quickpay.domain.guarantors import Guarantor
from quickpay.domain.link_templates import (
    DEFAULT_NAME,
    Field,
    LinkTemplate,
    OwnWords,
    TemplateText,
    fields_forbidden,
    fields_in,
    fill,
    inert,
)
from quickpay.domain.messages import Channel
from quickpay.domain.money import Cents, format_usd
from quickpay.domain.texts import NAME_LONGEST, name_in_text
from quickpay.mfa.gsm7 import TEXT_SEPTETS, gsm7_length, letters_outside_gsm7
from quickpay.ports.tables import Tx
from quickpay.services.account import account_now

MOST_TEXTS = 3
_SEPTETS_OF_A_PART = 153
"""What one of several texts holds beside the mark that joins them."""

_MOST_CENTS = Cents(99_999_999)
_A_DAY = date(2026, 9, 30)  # as long as a date gets
_OF_CHANNEL = {Channel.EMAIL: "emails", Channel.SMS: "texts"}


async def template_for(
    tx: Tx, group: Group, guarantor: Guarantor, *, name: str | None, channel: Channel | None
) -> LinkTemplate | tuple[Fault, ...] | None:
    """Find the version meant if it may go out; None is QuickPay's own words, or a link that is not sent."""
    if name is None or name == DEFAULT_NAME:
        if channel is None:
            return None
        found = await tx.link_templates.find(group.id, DEFAULT_NAME, channel)
    else:
        every = await tx.link_templates.list_(group.id)
        named = [one for one in every if one.text.name.lower() == name.lower()]
        found = next((one for one in named if channel in {None, one.text.channel}), None)
        if found is None:
            return (_not_there(name, named, every, channel),)
        if channel is None:
            return None
    if found is None:
        return None
    return _why_not(found.text, group, guarantor) or found


async def default_template(
    tx: Tx, group: Group, guarantor: Guarantor, channel: Channel
) -> LinkTemplate | None:
    """Find the group's own words for a link nobody chose words for, if they may go out."""
    found = await template_for(tx, group, guarantor, name=None, channel=channel)
    return found if isinstance(found, LinkTemplate) else None


def all_faults(*answers: object) -> tuple[Fault, ...]:
    """Gather the faults of several answers, one for each field."""
    every = [fault for one in answers if isinstance(one, tuple) for fault in one if isinstance(fault, Fault)]
    return tuple({fault.path: fault for fault in reversed(every)}.values())[::-1]


async def words_of(
    tx: Tx, link_id: str, group: Group, guarantor: Guarantor, *, url: str, day: date
) -> OwnWords | tuple[Fault, ...] | None:
    """Fill in the version a link was made with, whatever took its place since; None: QuickPay's own."""
    template = await tx.link_templates.of_link(link_id)
    if template is None:
        return None
    return await own_words(tx, template.text, group=group, guarantor=guarantor, url=url, day=day)


async def own_words(
    tx: Tx, text: TemplateText, *, group: Group, guarantor: Guarantor, url: str, day: date
) -> OwnWords | tuple[Fault, ...]:
    """Fill a template in with what is so now, or say why it may not go out."""
    wrong = _why_not(text, group, guarantor)
    if wrong:
        return wrong
    due, current = Cents(0), Cents(0)
    if fields_in(text.body) & {Field.AMOUNT_DUE, Field.CURRENT_BALANCE}:
        owed = (await account_now(tx, guarantor.id)).balances
        # What would be asked for when the link opens: money on its way is not asked for twice.
        due, current = Cents(min(owed.amount_due, owed.payable)), owed.payable
    values = values_for(
        text.channel,
        group=group,
        first_name=_first_name(guarantor),
        due=due,
        current=current,
        url=url,
        day=day,
    )
    filled = fill(text, values)
    return _too_much(text, filled, url) or filled


def values_for(
    channel: Channel, *, group: Group, first_name: str, due: Cents, current: Cents, url: str, day: date
) -> Mapping[Field, str]:
    """Give each field its value, in letters the channel can carry."""
    as_text = name_in_text if channel is Channel.SMS else inert
    look = group.options.look_and_feel
    return {
        Field.LINK: url,
        Field.GROUP: as_text(group.name),
        Field.FIRST_NAME: as_text(first_name),
        Field.AMOUNT_DUE: format_usd(due),
        Field.CURRENT_BALANCE: format_usd(current),
        Field.EXPIRES: f"{day:%b} {day.day}, {day.year}",
        Field.OFFICE_PHONE: inert(look.footer_phone or ""),
        Field.OFFICE_EMAIL: inert(look.footer_email or ""),
    }


def texts_needed(text: str) -> int:
    """Count the texts a message is carried in; 0 where some letter cannot be carried at all."""
    septets = gsm7_length(text)
    if septets is None:
        return 0
    return 1 if septets <= TEXT_SEPTETS else ceil(septets / _SEPTETS_OF_A_PART)


def longest_faults(text: TemplateText, *, group: Group, url: str) -> tuple[Fault, ...]:
    """Say what keeps a text message from being carried, with every name and sum as long as it gets.

    For a template whose fields were checked.
    """
    if text.channel is Channel.EMAIL:
        return ()
    outside = letters_outside_gsm7(text.body)
    if outside:
        message = f"Take out {' '.join(outside)}: a text message cannot carry {_it(outside)}."
        return (Fault(path="body", message=message),)
    values = values_for(
        Channel.SMS,
        group=group,
        first_name="W" * NAME_LONGEST,
        due=_MOST_CENTS,
        current=_MOST_CENTS,
        url=url,
        day=_A_DAY,
    )
    return _too_much(text, fill(text, values), url, path="body")


def _it(letters: tuple[str, ...]) -> str:
    return "it" if len(letters) == 1 else "them"


def _too_much(text: TemplateText, filled: OwnWords, url: str, *, path: str = "template") -> tuple[Fault, ...]:
    whole = f"{filled.before}{url}{filled.after}"
    if text.channel is Channel.EMAIL or 1 <= texts_needed(whole) <= MOST_TEXTS:
        return ()
    septets = gsm7_length(whole)
    if septets is None:
        message = f"A text message cannot carry {' '.join(letters_outside_gsm7(whole))}."
    else:
        most = MOST_TEXTS * _SEPTETS_OF_A_PART
        message = f"Make this shorter: with its link it counts up to {septets} letters, {most} is the most."
    return (Fault(path=path, message=message),)


def _why_not(text: TemplateText, group: Group, guarantor: Guarantor) -> tuple[Fault, ...]:
    forbidden = fields_forbidden(text, group.options)
    if forbidden:
        message = f"“{text.name}” cannot go out as it stands. {forbidden[0].message}"
        return (Fault(path="template", message=message),)
    unwritable = text.channel is Channel.SMS and not name_in_text(_first_name(guarantor))
    if unwritable and Field.FIRST_NAME in fields_in(text.body):
        message = "A text cannot carry the letters of the guarantor's name. Choose a template without it."
        return (Fault(path="template", message=message),)
    return ()


def _first_name(guarantor: Guarantor) -> str:
    return guarantor.preferred_name or guarantor.first_name


def _not_there(
    name: str, named: list[LinkTemplate], every: list[LinkTemplate], channel: Channel | None
) -> Fault:
    if named and channel is not None:
        message = f"“{name}” is not written for {_OF_CHANNEL[channel]}."
    else:
        there = sorted({DEFAULT_NAME, *(one.text.name for one in every)})
        message = f"The group has no such template; there are: {', '.join(there)}."
    return Fault(path="template", message=message)
