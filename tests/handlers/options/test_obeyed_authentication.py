"""Proofs, sessions and uses: each option both ways, for links and sessions there before the save."""

import re

import pytest

from quickpay.domain.links import Link
from quickpay.domain.origins import Origin
from quickpay.mfa.methods import Method as Way
from tests.handlers.options.office import Office
from tests.handlers.site import Answer, Browser, Site

_OF_ALICE = ("Alice", "Alicia", "Example", "10067", "125.50", "12550", "alice@example.com", "5550101")


async def _ask(site: Site, browser: Browser, way: Way = Way.EMAIL) -> None:
    await browser.get("/verify")
    assert (await browser.post("/verify", {"method": way.value})).to == "/verify/code"
    await site.house.at_rest()
    await browser.get("/verify/code")


async def _a_code(site: Site, office: Office, way: Way = Way.EMAIL) -> str:
    """Open a session of somebody new and let a code be sent."""
    site.house.later(minutes=30)
    browser = site.browser()
    await browser.open(await site.link(origin=Origin.STATEMENT))
    await _ask(site, browser, way)
    return site.house.last_code(way)


async def test_sessions_end_after_ten_minutes_while_they_cannot_be_extended(
    site: Site, browser: Browser, office: Office
) -> None:
    link = await site.link(max_uses=20)
    for on, alive in ((False, 10), (True, 20)):
        await office.save(authentication={"session_extension": on})
        await browser.open(link)
        site.house.later(minutes=alive, seconds=-1)
        assert (await browser.get("/pay")).status == 200
        site.house.later(seconds=1)
        assert (await browser.get("/pay")).status == 401


async def test_r124_a_session_opened_before_extension_was_turned_off_has_its_ten_minutes(
    site: Site, browser: Browser, office: Office
) -> None:
    await office.save(authentication={"session_extension": True})
    link = await site.link(max_uses=20)
    await browser.open(link)
    other = site.browser()
    await other.open(link)
    site.house.later(minutes=9)
    await office.save(authentication={"session_extension": False})
    assert ((await browser.get("/pay")).status, (await other.get("/pay")).status) == (200, 200)
    site.house.later(minutes=1)
    gone = await browser.get("/pay")
    assert (gone.status, "Nothing is charged" in gone.words) == (401, True)
    assert (await other.post("/pay", {"amount_choice": "current"})).status == 401
    await office.save(authentication={"session_extension": True})
    assert (await browser.get("/pay")).status == 200


async def test_the_codes_email_has_the_groups_subject_while_it_has_one(site: Site, office: Office) -> None:
    for subject, shown in (
        ("Lakeside: see your bill", "Lakeside: see your bill"),
        (None, "Your code to view your bill"),
    ):
        await office.save(authentication={"mfa_email_subject": subject})
        code = await _a_code(site, office)
        assert site.house.mailer.sent[-1].subject == shown
        assert code not in shown
    for wrong in ("Code ${mfa.code}", "Code $<mfa.code>", ""):
        assert set(await office.refused(authentication={"mfa_email_subject": wrong})) == {
            "authentication.mfa_email_subject"
        }


async def test_the_codes_email_has_the_groups_body_while_it_has_one(site: Site, office: Office) -> None:
    own = "Votre code : ${mfa.code}\n\n<b>$10 & {mfa.code} 100%</b> again $<mfa.code>"
    await office.save(authentication={"mfa_email_body": own})
    code = await _a_code(site, office)
    email = site.house.mailer.sent[-1]
    filled = f"Votre code : {code}\n\n<b>$10 & {{mfa.code}} 100%</b> again {code}"
    assert filled in email.text
    assert f"&lt;b&gt;$10 &amp; {{mfa.code}} 100%&lt;/b&gt; again {code}" in email.html
    await office.save(authentication={"mfa_email_body": None})
    code = await _a_code(site, office)
    assert f"Your code is {code}" in site.house.mailer.sent[-1].text
    for wrong in ("no code", "${mfa.code} ${name}", "${mfa.code} $<practice>", "${MFA.CODE}", ""):
        assert set(await office.refused(authentication={"mfa_email_body": wrong})) == {
            "authentication.mfa_email_body"
        }


async def test_the_codes_text_has_the_groups_words_while_it_has_some(site: Site, office: Office) -> None:
    await office.save(authentication={"mfa_sms_message": "Lakeside code: ${mfa.code} é"})
    code = await _a_code(site, office, Way.SMS)
    assert site.house.texter.sent[-1].body == f"Lakeside code: {code} é\n@pay.example.com #{code}"
    await office.save(authentication={"mfa_sms_message": None})
    code = await _a_code(site, office, Way.SMS)
    assert site.house.texter.sent[-1].body.startswith(f"Your code is {code}.")
    for wrong, named in (("no code", ""), ("${mfa.code} ł", "ł"), ("${mfa.code} " + "x" * 140, "160")):
        said = await office.refused(authentication={"mfa_sms_message": wrong})
        assert list(said) == ["authentication.mfa_sms_message"]
        assert named in said["authentication.mfa_sms_message"]


async def test_view_account_leads_to_a_challenge_only_while_mfa_is_on(
    site: Site, browser: Browser, office: Office
) -> None:
    await browser.open(await site.link(origin=Origin.STATEMENT))
    for on in (True, False, True):
        await office.save(authentication={"enable_mfa": on})
        assert (">View Account<" in (await browser.get("/pay")).text) is on
        assert ('name="method"' in (await browser.get("/verify")).text) is on
        sent = len(site.house.mailer.sent)
        await browser.post("/verify", {"method": "email"})
        await site.house.at_rest()
        assert (len(site.house.mailer.sent) > sent) is on
        site.house.later(minutes=3)


@pytest.mark.parametrize(("origin", "other"), [(Origin.SMS, "email"), (Origin.EMAIL, "sms")])
async def test_only_the_opposing_contact_is_offered_and_taken_while_that_is_required(
    site: Site, browser: Browser, office: Office, origin: Origin, other: str
) -> None:
    same = {"email": "sms", "sms": "email"}[other]
    contact = "+16085550101" if origin is Origin.SMS else "alice@example.com"
    await browser.open(await site.link(origin=origin, contact=contact))
    for on in (False, True):
        await office.save(authentication={"require_opposing_contact_methods": on})
        page = await browser.get("/verify")
        assert f'value="{other}"' in page.text
        assert (f'value="{same}"' in page.text) is not on
    assert (await browser.post("/verify", {"method": same})).status == 422
    await site.house.at_rest()
    assert (site.house.mailer.sent, site.house.texter.sent) == ([], [])
    await site.house.edit(site.alice, **({"email": None} if other == "email" else {"mobile": None}))
    await office.save(look_and_feel={"footer_phone": "(608) 555-0100"})
    page = await browser.get("/verify")
    assert ("method-" in page.text, 'href="tel:6085550100"' in page.text) == (False, True)
    await office.save(authentication={"require_opposing_contact_methods": False})
    assert f'value="{same}"' in (await browser.get("/verify")).text


async def test_other_origins_may_use_either_contact_though_opposing_is_required(
    site: Site, browser: Browser, office: Office
) -> None:
    await office.save(authentication={"require_opposing_contact_methods": True})
    await browser.open(await site.link(origin=Origin.STATEMENT))
    page = await browser.get("/verify")
    assert ('value="email"' in page.text, 'value="sms"' in page.text) == (True, True)


async def test_nothing_of_the_guarantor_is_shown_before_the_proof_while_mfa_is_required(
    site: Site, browser: Browser, office: Office
) -> None:
    await browser.open(await site.link(origin=Origin.STATEMENT))
    link = await site.link(origin=Origin.STATEMENT)
    await office.save(authentication={"require_mfa": True})
    fresh = site.browser()
    assert (await fresh.open(link)).to == "/verify"
    for one in (browser, fresh):
        for path in ("/pay", "/pay/method", "/pay/details", "/payments/x", "/verify", "/not-me"):
            _says_nothing_of_alice(await one.get(path))
        _says_nothing_of_alice(await one.post("/pay", {"amount_choice": "current"}))
    await office.save(authentication={"require_mfa": False})
    assert "$125.50" in (await browser.get("/pay")).text
    assert "$125.50" in (await fresh.get("/pay")).text


async def test_rule_1_a_required_opposing_proof_without_the_contact_blocks_and_says_nothing(
    site: Site, browser: Browser, office: Office
) -> None:
    await office.save(
        authentication={"require_mfa": True, "require_opposing_contact_methods": True},
        look_and_feel={"footer_email": "office@lakeside.test.example.org"},
    )
    await site.house.edit(site.alice, email=None)
    assert (await browser.open(await site.link(origin=Origin.SMS))).to == "/verify"
    page = await browser.get("/verify")
    assert "mailto:office@lakeside.test.example.org" in page.text
    for answer in (page, await browser.get("/pay"), await browser.post("/verify", {"method": "sms"})):
        _says_nothing_of_alice(answer)
    await site.house.at_rest()
    assert site.house.texter.sent == []


async def test_required_while_there_is_no_challenge_is_refused_at_save(office: Office) -> None:
    said = await office.refused(authentication={"require_mfa": True, "enable_mfa": False})
    assert set(said) == {"authentication.require_mfa"}


async def test_rule_12_a_proof_gives_the_role_the_group_says_to_the_same_session(
    site: Site, browser: Browser, office: Office
) -> None:
    for role in ("authorized_patient", "quickpay"):
        await office.save(authentication={"mfa_success_role": role})
        one = site.browser()
        link = await site.link(origin=Origin.STATEMENT)
        await one.open(link)
        before = one.cookie
        await one.prove()
        assert one.cookie not in {"", before}
        page = await one.get("/pay")
        assert (page.status, ">View Account<" in page.text) == (200, False)
        assert (await Browser(site=site, cookie=before).get("/pay")).status == 401
        assert await _roles(site, link) == [(role, "mfa")]
        site.house.later(minutes=30)


async def test_a_link_opens_as_often_as_the_group_says_now(
    site: Site, browser: Browser, office: Office
) -> None:
    link, own = await site.link(single_payment=False), await site.link(single_payment=False, max_uses=3)
    first = site.browser()
    await first.open(link)
    await site.browser().open(link)
    for most, opens in ((2, False), (3, True), (1, False), (2, False)):
        await office.save(authentication={"quickpay_max_access_attempts": most})
        page = await browser.get(f"/q/{site.house.token(link)}")
        assert page.status == (200 if opens else 410)
        assert (await browser.get(f"/q/{site.house.token(own)}")).status == 200
        pressed = (
            await site.browser().post(f"/q/{site.house.token(link)}", csrf=_form(page)) if opens else page
        )
        assert pressed.status == (303 if opens else 410)
        if opens:
            break
    await office.save(authentication={"quickpay_max_access_attempts": 1})
    assert (await browser.get(f"/q/{site.house.token(link)}")).status == 410
    assert (await first.get("/pay")).status == 200
    for wrong in (0, 1_001, -1):
        said = await office.refused(authentication={"quickpay_max_access_attempts": wrong})
        assert set(said) == {"authentication.quickpay_max_access_attempts"}


async def test_everything_emailed_comes_from_the_groups_address(
    site: Site, browser: Browser, office: Office
) -> None:
    for sender in ("billing@lakeside.example.com", "office@example.com"):
        await office.save(notifications={"email_from": sender})
        sent = len(site.house.mailer.sent)
        await _a_code(site, office)
        payer = site.browser()
        await payer.come_to_pay(await site.link(single_payment=False), amount="1")
        await payer.pay(email="me@example.com")
        await site.house.outbox().run_once()
        assert [one.sender for one in site.house.mailer.sent[sent:]] == [sender, sender]
    for wrong in (
        "nobody",
        "a@example.com, b@example.com",
        "Office <office@example.com>",
        "a@example.com\r\nBcc: b",
    ):
        assert set(await office.refused(notifications={"email_from": wrong})) == {"notifications.email_from"}


def _says_nothing_of_alice(answer: Answer) -> None:
    said = answer.text + str(list(answer.headers.items()))
    assert [word for word in _OF_ALICE if word in said] == []


def _form(page: Answer) -> str:
    found = re.search(r'name="csrf" value="([^"]+)"', page.text)
    assert found
    return found[1]


async def _roles(site: Site, link: Link) -> list[tuple[str, str]]:
    """The role and method of every session ever opened by this link, as the report counts them."""
    from sqlalchemy import select  # noqa: PLC0415 - only here

    from quickpay.adapters.store.schema import sessions  # noqa: PLC0415 - only here
    from quickpay.adapters.store.statements import Statement  # noqa: PLC0415 - only here

    chosen = Statement(
        select(sessions.c.role, sessions.c.authentication).where(sessions.c.link_serial == link.serial)
    )
    return [(row[0], row[1]) for row in await site.house.do(lambda tx: tx.sessions._run.all(chosen))]
