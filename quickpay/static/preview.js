/* Beside the group editor, while it is typed: the patient's page as it would be, and how each colour stands. */
(() => {
  "use strict";
  const aside = document.querySelector("[data-preview]");
  const form = document.getElementById("editor");
  if (!aside || !form) return;
  const QUIET = 350; // ms without a key before anything is asked
  const page = document.getElementById("preview-page");
  const press = document.getElementById("preview-press");
  const said = document.getElementById("preview-said");
  const cautions = document.getElementById("preview-cautions");
  const theme = [...form.querySelectorAll("[data-colour]")];
  const touched = new Set();
  let shown = aside.querySelector("iframe");
  let number = 0;
  let asking = null;
  let waiting = 0;

  /* Into a fresh frame each time, so that Back leads out of the editor and not through what was typed;
     the page before stays until the next one is there. `submit()` asks nobody else's handlers. */
  function show() {
    for (const left of aside.querySelectorAll(".coming")) left.remove();
    const coming = shown.cloneNode(false);
    number += 1;
    coming.name = `preview-${number}`;
    coming.classList.add("coming");
    coming.tabIndex = -1;
    shown.after(coming);
    const { action, target } = form;
    form.action = `${aside.dataset.preview}?page=${encodeURIComponent(page.value)}`;
    form.target = coming.name;
    form.submit();
    form.setAttribute("action", new URL(action).pathname);
    form.target = target;
    coming.addEventListener("load", () => {
      const before = shown;
      if (!coming.isConnected) return;
      try {
        coming.contentWindow.scrollTo(0, before.contentWindow.scrollY);
      } catch {
        // a page of the browser's own stands there: it has no place to keep
      }
      before.remove();
      coming.classList.remove("coming");
      coming.removeAttribute("tabindex");
      shown = coming;
    }, { once: true });
  }

  async function check() {
    if (asking) asking.abort();
    const mine = new AbortController();
    asking = mine;
    try {
      const answer = await fetch(aside.dataset.check, {
        method: "POST", body: new URLSearchParams(new FormData(form)), signal: mine.signal, cache: "no-store", redirect: "error",
      });
      if (!answer.ok) throw new Error(String(answer.status));
      tell(await answer.json());
    } catch (error) {
      if (error.name !== "AbortError") say("The preview is out of reach. You may have been signed out.");
    }
  }

  function refresh() {
    clearTimeout(waiting);
    waiting = setTimeout(() => { check(); show(); }, QUIET);
  }

  function say(text) {
    if (said.textContent !== text) said.textContent = text;
  }

  /* A line of its own below a field, tied to it, that says nothing aloud by itself. */
  function line(field, kind) {
    const id = `${field.id}-${kind}`;
    let found = document.getElementById(id);
    if (!found) {
      found = document.createElement("p");
      found.id = id;
      found.className = "live";
      field.closest(".field").append(found);
      const tied = field.getAttribute("aria-describedby");
      field.setAttribute("aria-describedby", tied ? `${tied} ${id}` : id);
    }
    return found;
  }

  const nameOf = (field) => document.querySelector(`label[for="${CSS.escape(field.id)}"]`).firstChild.textContent.trim();
  const capital = (word) => word.charAt(0).toUpperCase() + word.slice(1);

  function verdict(field, colour) {
    const place = line(field, "verdict");
    place.className = `live ${colour.passes ? "passes" : "fails"}`;
    const ratios = colour.pairs.map((pair) => `${pair.ratio} to 1 ${pair.ink === "text" ? "under text" : `on ${capital(pair.ground)}`}`);
    const words = `${colour.passes ? "✓ Passes" : "✗ Too low"}: ${ratios.join(", ")}`;
    place.textContent = colour.pairs.length ? words : "✗ Not a colour yet: # and six digits 0-9 or A-F.";
    offer(field, colour.passes ? null : colour.nearest);
    return `${nameOf(field)}: ${place.textContent.slice(2)}${colour.passes ? "" : `. Nearest that passes: ${colour.nearest}`}`;
  }

  function offer(field, nearest) {
    const id = `${field.id}-use`;
    let button = document.getElementById(id);
    if (!nearest) {
      if (button === document.activeElement) field.focus();
      if (button) button.remove();
      return;
    }
    if (!button) {
      button = document.createElement("button");
      button.type = "button";
      button.id = id;
      button.className = "use";
      button.addEventListener("click", () => {
        touched.add(field.name);
        field.value = button.dataset.nearest;
        field.dispatchEvent(new Event("input", { bubbles: true }));
        field.focus();
      });
      field.closest(".field").append(button);
    }
    button.dataset.nearest = nearest;
    button.textContent = `Use ${nearest}`;
    button.setAttribute("aria-label", `Use ${nearest} for ${nameOf(field)}`);
  }

  function tell(found) {
    const spoken = [];
    const table = document.getElementById("contrasts"); // the page's own, as of the last press
    if (table) table.remove();
    for (const colour of found.colours) {
      const field = form.elements[`theme.${colour.name}`];
      if (!field) continue;
      const words = verdict(field, colour);
      if (field.dataset.passes !== String(colour.passes) && field.dataset.passes !== undefined) spoken.push(words);
      field.dataset.passes = String(colour.passes);
    }
    for (const name of touched) {
      const field = form.elements[name];
      if (!field || theme.includes(field) || !field.closest || !field.closest(".field")) continue;
      const fault = found.faults.filter((one) => one.field === name).map((one) => one.message).join(" ");
      if (!fault && !document.getElementById(`${field.id}-now`)) continue;
      const place = line(field, "now");
      if (fault && place.textContent !== fault) spoken.push(`${nameOf(field)}: ${fault}`);
      place.className = fault ? "live fails" : "live";
      place.textContent = fault;
      place.hidden = !fault;
    }
    warn(found.cautions);
    if (spoken.length) say(spoken.join(" "));
  }

  function warn(found) {
    cautions.hidden = found.length === 0;
    const title = document.createElement("h3");
    title.textContent = "Good to know before you save";
    const list = document.createElement("ul");
    for (const one of found) {
      const item = document.createElement("li");
      item.textContent = one.message;
      list.append(item);
    }
    cautions.replaceChildren(title, list);
  }

  form.addEventListener("input", (event) => {
    if (!event.target.name || event.target === page) return;
    touched.add(event.target.name);
    refresh();
  });
  form.addEventListener("change", refresh);
  page.addEventListener("change", show);
  press.addEventListener("click", (event) => {
    event.preventDefault();
    check();
    show();
  });
  check();
  show();
})();
