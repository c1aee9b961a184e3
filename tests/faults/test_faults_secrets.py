"""After a whole walk nothing of the patient is in a log, and no card number anywhere on our disk."""

import re
from collections.abc import AsyncIterator
from pathlib import Path

import pytest

from quickpay.sandbox.cards import luhn
from tests.faults.patient import APPROVED, DECLINED
from tests.faults.place import Place, place
from tests.household import eventually

MFA = {"enable_mfa": True, "require_mfa": True}
EMAIL, MOBILE, NAME = "canary.of.alice@example.com", "+16085550177", "Canaria"
RECEIPTS_TO = "canary.receipts@example.com"
_DIGITS = re.compile(rb"(?<![0-9])[0-9](?:[ -]?[0-9]){12,18}(?![0-9])")


@pytest.fixture(params=["json", "text"])
async def talkative(request: pytest.FixtureRequest, tmp_path: Path, sqlite_url: str) -> AsyncIterator[Place]:
    """A place whose service logs all it can, told by webhook."""
    form = {"LOG_FORMAT": request.param}
    async with place(tmp_path, database_url=sqlite_url, webhooks=True, start=False, **form) as made:
        await made.service.start(debug=True)
        await made.arrange(authentication=MFA)
        yield made


async def _walk(here: Place) -> list[str]:
    """Open, mistype, prove, type a card number where none belongs, be declined, pay; return every secret."""
    number = await here.owes(email=EMAIL, mobile=MOBILE, first_name=NAME)
    link = await here.link_for(number)
    patient = here.patient()
    await patient.get("/q/" + "A" * 21 + "A." + "A" * 43)
    assert (await patient.open(link)).to == "/verify"
    await patient.get("/verify")
    assert (await patient.post("/verify", method="email")).to == "/verify/code"

    async def arrived() -> str | None:
        return here.newest_code()

    code = str(await eventually(arrived))
    await patient.get("/verify/code")
    await patient.post("/verify/code", code="000000" if code != "000000" else "000001")
    before = [morsel.value for morsel in patient._cookies]
    assert (await patient.post("/verify/code", code=code)).to == "/pay"
    after = [morsel.value for morsel in patient._cookies]
    await patient.choose("50")
    spaced = " ".join(APPROVED[start : start + 4] for start in range(0, 16, 4))
    for typed in (APPROVED, spaced):
        assert (await patient.post("/pay/details", card_token="", email=typed)).status == 422
        assert (await patient.get(f"/payments/{typed}?card={typed}")).status == 404
    declined = await patient.card(DECLINED)
    assert (await patient.get((await patient.press_pay(declined, email=RECEIPTS_TO)).to)).payment_status == (
        "declined"
    )
    await patient.choose("50")
    token = await patient.card()
    await here.gate.shut()
    out_of_reach = await patient.get((await patient.press_pay(token, email=RECEIPTS_TO)).to)
    assert out_of_reach.payment_status == "declined"
    await here.gate.open()
    await here.mail_gate.shut()
    await patient.choose("50")
    result = (await patient.press_pay(token, email=RECEIPTS_TO)).to
    assert (await patient.get(result)).payment_status == "paid"
    await eventually(lambda: _in_the_log(here, "mail_not_connected"))
    await here.mail_gate.open()
    await here.settles(step=60)
    link_token = str(link["url"]).rpartition("/")[2]
    assert before
    assert set(before).isdisjoint(after)
    return [link_token, code, *before, *after, EMAIL, MOBILE, NAME, RECEIPTS_TO, token, declined]


async def _in_the_log(here: Place, words: str) -> bool:
    return any(words in line for line in here.service.log)


async def test_r129_r84_a10_a_whole_walk_leaves_no_secret_in_a_log_and_no_card_on_the_disk(
    talkative: Place,
) -> None:
    here = talkative
    secrets = await _walk(here)
    file = Path(here.database_url.removeprefix("sqlite:///"))
    on_disk = b"".join(path.read_bytes() for path in sorted(file.parent.glob(f"{file.name}*")))
    assert EMAIL.encode() in on_disk, "the log of writes is looked at too"
    assert await here.service.stop() == 0
    said = "".join(here.service.log)
    assert "gateway_not_connected" in said

    for secret in secrets:
        # Six digits are found in many a time and id; as a word of its own a code is none of them.
        assert re.search(rf"(?<![0-9a-zA-Z.]){re.escape(secret)}(?![0-9a-zA-Z])", said) is None, secret
    numbers = [re.sub(rb"[ -]", b"", found).decode() for found in _DIGITS.findall(on_disk + said.encode())]
    assert [found for found in numbers if luhn(found) and found[0] in "3456"] == []
    for card in (APPROVED, DECLINED):
        assert card.encode() not in on_disk + said.encode()
