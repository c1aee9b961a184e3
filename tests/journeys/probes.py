"""What axe does not ask of a page: text set wider, print, the focus at every stop, nothing that moves."""

from playwright.async_api import Page

from tests.journeys.watched import violations

TOO_WIDE = """() => {
  if (document.documentElement.scrollWidth <= document.documentElement.clientWidth) return [];
  const beyond = [...document.querySelectorAll("body *")]
    .filter((one) => one.getBoundingClientRect().right > innerWidth && !one.closest(".wide-table"));
  // Bare text beside a label has no box of its own.
  return beyond.length ? beyond.map((one) => one.outerHTML.slice(0, 120)) : ["text of the page"];
}"""
# WCAG 1.4.12, word for word: what a reader may set, and nothing may be lost by it.
SPACED = """() => {
  const sheet = new CSSStyleSheet();
  sheet.replaceSync(`* { line-height: 1.5 !important; letter-spacing: 0.12em !important;
    word-spacing: 0.16em !important; } p { margin-bottom: 2em !important; }`);
  document.adoptedStyleSheets = [sheet];
}"""
UNSPACED = "() => { document.adoptedStyleSheets = []; }"
CUT_OFF = """() => [...document.querySelectorAll("body *")]
  .filter((one) => one.checkVisibility() && !one.closest("svg, iframe") && one.clientWidth > 2
    && !["INPUT", "TEXTAREA", "SELECT"].includes(one.tagName))
  .filter((one) => ["hidden", "clip"].includes(getComputedStyle(one).overflowX)
    && (one.scrollWidth > one.clientWidth + 1 || one.scrollHeight > one.clientHeight + 1))
  .map((one) => one.outerHTML.slice(0, 120))"""
MOVES = """() => [
  ...document.getAnimations().map((one) => one.effect?.target?.outerHTML.slice(0, 80)),
  ...[...document.querySelectorAll("body *, marquee, blink")].filter((one) => {
    const style = getComputedStyle(one);
    return [style.transitionDuration, style.animationDuration].some((all) =>
      all.split(",").some((each) => parseFloat(each) > 0));
  }).map((one) => one.outerHTML.slice(0, 80)),
]"""
# Where the focus is, whether it is marked by more than a hair, and whether it is seen (2.4.7, 2.4.11).
FOCUSED = """() => {
  const one = document.activeElement;
  if (!one || one === document.body || one.tagName === "IFRAME") return one?.tagName ?? "BODY";
  const marked = [one, one.closest(".choice"), one.closest("label")].filter(Boolean).some((each) => {
    const style = getComputedStyle(each);
    return style.outlineStyle !== "none" && parseFloat(style.outlineWidth) >= 2;
  });
  const box = one.getBoundingClientRect();
  const [left, top] = [Math.max(box.left, 0), Math.max(box.top, 0)];
  const [right, bottom] = [Math.min(box.right, innerWidth), Math.min(box.bottom, innerHeight)];
  const points = [0.1, 0.5, 0.9].flatMap((x) => [0.1, 0.5, 0.9].map((y) =>
    [left + (right - left) * x, top + (bottom - top) * y]));
  const seen = right > left && bottom > top && points.some(([x, y]) => {
    const there = document.elementFromPoint(x, y);
    return there && (one.contains(there) || there.contains(one)
      || [...(one.labels ?? [])].some((label) => label.contains(there)));
  });
  const said = `${one.tagName} ${one.id} ${one.textContent.trim().slice(0, 40)}`;
  return marked && seen ? one.tagName : `!${said}${marked ? "" : ", not marked"}${seen ? "" : ", not seen"}`;
}"""
FROM_THE_TOP = """() => {
  document.activeElement?.blur();
  getSelection()?.removeAllRanges();
  scrollTo(0, 0);
}"""
STOPS = """() => [...document.querySelectorAll(
    "a[href], button, input, select, textarea, summary, [tabindex='0']")]
  .filter((one) => one.checkVisibility() && !one.disabled && one.type !== "hidden").length"""


async def spaced(page: Page) -> list[str]:
    """Set the text as wide as WCAG 1.4.12 lets a reader set it; the page still fits, and cuts nothing off."""
    before = set(await page.evaluate(CUT_OFF))
    await page.evaluate(SPACED)
    wrong = [f"too wide when spaced: {one}" for one in await page.evaluate(TOO_WIDE)]
    wrong += [f"cut off when spaced: {one}" for one in await page.evaluate(CUT_OFF) if one not in before]
    await page.evaluate(UNSPACED)
    return wrong


async def printed(page: Page) -> list[str]:
    """Print it: it fits the paper, and axe finds nothing there."""
    await page.emulate_media(media="print")
    wrong = [f"too wide in print: {one}" for one in await page.evaluate(TOO_WIDE)]
    wrong += [f"in print: {one}" for one in await violations(page)]
    await page.emulate_media(media="screen")
    return wrong


async def still(page: Page) -> list[str]:
    """Ask for less motion: nothing moves."""
    await page.emulate_media(reduced_motion="reduce")
    wrong = [f"moves: {one}" for one in await page.evaluate(MOVES)]
    await page.emulate_media(reduced_motion="no-preference")
    return wrong


async def tabbed(page: Page) -> list[str]:
    """Go through the page by Tab alone: each stop is marked and seen, and the way leads out again (2.1.2)."""
    await page.evaluate(FROM_THE_TOP)
    most = 2 * int(await page.evaluate(STOPS)) + 20
    wrong, left = [], False
    for _ in range(most):
        await page.keyboard.press("Tab")
        at = str(await page.evaluate(FOCUSED))
        if at == "BODY":
            left = True
            break
        if at.startswith("!"):
            wrong.append(f"by keys: {at[1:]}")
    return wrong if left else [*wrong, f"by keys: no way out after {most} stops"]
