"""Name, pictures and theme: each is obeyed on the next page, of a link and of a session that was open."""

import re

import pytest

from quickpay.domain.groups import Group
from tests.handlers.options.office import DARK, Office
from tests.handlers.site import Browser, Site

_NINE = ("background", "surface", "primary", "secondary", "accent", "info", "success", "error", "warning")
# Another colour for each that can be read on the others' defaults.
_OTHER = {
    "background": "#eef4f0",
    "surface": "#fffdf5",
    "primary": "#7a1f5c",
    "secondary": "#3d3d3d",
    "accent": "#8a2b06",
    "info": "#0b5a3c",
    "success": "#125212",
    "error": "#8c0d0d",
    "warning": "#5c4700",
}
_PICTURE = "https://www.example.com/picture.png"


async def _css(site: Site, browser: Browser, path: str) -> str:
    """The colours the page at `path` asks for."""
    page = await browser.get(path)
    [address] = re.findall(r'<link rel="stylesheet" href="(/g/lakeside/theme-[0-9]+\.css)">', page.text)
    answer = await browser.get(address)
    assert (answer.status, answer.headers["Content-Type"]) == (200, "text/css; charset=utf-8")
    return answer.text


async def _letters(site: Site, browser: Browser) -> tuple[str, str, str]:
    """Pay with a receipt: the name it comes from, its subject, its words."""
    sent = len(site.house.mailer.sent)
    await browser.come_to_pay(await site.link(single_payment=False), amount="1")
    await browser.pay(email="me@example.com")
    await site.house.outbox().run_once()
    [receipt] = site.house.mailer.sent[sent:]
    return receipt.sender_name or "", receipt.subject, receipt.html


async def test_the_name_stands_on_every_page_in_titles_and_in_messages(
    site: Site, browser: Browser, office: Office
) -> None:
    path = f"/q/{site.house.token(await site.link())}"
    inside = site.browser()
    await inside.open(await site.link())
    for name in ("Lakeside Family Care", "Bayside & Sons"):
        await office.save(branding={"name": name})
        shown = name.replace("&", "&amp;")
        for page in (
            await browser.get(path),
            await inside.get("/pay"),
            await browser.get("/g/lakeside/about"),
        ):
            assert re.search(rf'class="name"[^>]*>{re.escape(shown)}</[ap]>', page.text)
            assert f" \u2013 {shown}</title>" in page.text
        sender, subject, html = await _letters(site, site.browser())
        assert (sender, name in subject, shown in html) == (name, True, True)


async def test_a_name_is_required_and_no_other_groups(site: Site, office: Office) -> None:
    await site.house.group("bayside")
    assert set(await office.refused(branding={"name": " "})) == {"branding.name"}
    assert set(await office.refused(branding={"name": "BAYSIDE"})) == {"branding.name"}
    assert (await office.put(branding={"name": None}))[0] == 422


async def test_the_logo_stands_for_the_name_and_in_emails_while_there_is_one(
    site: Site, browser: Browser, office: Office
) -> None:
    await browser.open(await site.link())
    for url in (_PICTURE, None, _PICTURE):
        await office.save(branding={"logo_url": url})
        page = await browser.get("/pay")
        logo = re.findall(
            r'<img src="/g/lakeside/logo-[0-9a-f]+\.png" width="250" height="64" alt="Lakeside">', page.text
        )
        assert len(logo) == (0 if url is None else 1)
        *_, html = await _letters(site, site.browser())
        assert ('src="cid:logo" width="250" height="64"' in html) is (url is not None)
        pictures = site.house.mailer.sent[-1].inline_images
        assert [one.content_id for one in pictures] == ([] if url is None else ["logo"])


async def test_the_favicon_is_the_groups_while_there_is_one(
    site: Site, browser: Browser, office: Office
) -> None:
    await browser.open(await site.link())
    for url in (_PICTURE, None):
        await office.save(branding={"favicon_url": url})
        page = await browser.get("/pay")
        own = re.findall(r'<link rel="icon" href="(/g/lakeside/favicon-[0-9a-f]+\.png)"', page.text)
        assert len(own) == (0 if url is None else 1)
        for address in own:
            async with site.session.get(site.address + address, headers={"Host": "pay.example.com"}) as found:
                assert (found.status, found.content_type) == (200, "image/png")


@pytest.mark.parametrize("option", ["favicon_url", "logo_url", "home_asset_url"])
@pytest.mark.parametrize(
    "url", ["http://www.example.com/a.png", "javascript:alert(1)", "data:image/png;base64,AAAA", "//x/a.png"]
)
async def test_a_picture_is_https_or_refused(office: Office, option: str, url: str) -> None:
    assert set(await office.refused(branding={option: url})) == {f"branding.{option}"}


@pytest.mark.parametrize("name", _NINE)
async def test_a_colour_is_in_the_stylesheet_of_the_next_page(
    site: Site, browser: Browser, office: Office, name: str
) -> None:
    group = await site.desk.groups.by_slug("lakeside")
    assert isinstance(group, Group)
    before = str(getattr(group.options.theme, name))
    path = f"/q/{site.house.token(await site.link())}"
    inside = site.browser()
    await inside.open(await site.link())
    for colour in (before, _OTHER[name], before):
        await office.save(theme={name: colour.upper()})
        for css in (await _css(site, browser, path), await _css(site, inside, "/pay")):
            assert f"  --{name}: {colour};" in css.splitlines()


async def test_dark_is_light_text_on_the_next_page_and_in_the_card_fields(
    site: Site, browser: Browser, office: Office
) -> None:
    _, body = await office.call("GET", "/groups/lakeside")
    light = body["theme"]
    await browser.come_to_pay(await site.link())
    for theme, scheme, text in ((DARK, "dark", "#f5f5f5"), (light, "light", "#1a1a1a")):
        await office.save(theme=theme)
        css = await _css(site, browser, "/pay/details")
        assert (f"color-scheme: {scheme};" in css, f"--text: {text};" in css) == (True, True)
        page = await browser.get("/pay/details")
        assert f'data-text="{text}"' in page.text
        assert f'data-dark="{"yes" if theme["dark"] else "no"}"' in page.text
        assert f'data-primary="{theme["primary"]}"' in page.text


async def test_a_theme_that_cannot_be_read_is_refused_with_a_colour_that_can(office: Office) -> None:
    said = await office.refused(theme={"primary": "#ffff00"})
    [nearest] = re.findall(r"nearest colour that passes is (#[0-9a-f]{6})", said["theme.primary"])
    await office.save(theme={"primary": nearest})
    assert "#ffffff" in (await office.refused(theme={"dark": True}))["theme.surface"]
