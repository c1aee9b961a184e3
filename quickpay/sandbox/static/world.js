/* Keeps the sandbox page fresh: asks every second, changes only what has changed. */
(() => {
  "use strict";
  const PAUSE = 1000, MANY = 50;
  const at = (id) => document.getElementById(id);
  const messages = [];
  const shown = { text: "", mail: "", ledger: "", open: 0, plain: false };
  let optedOut = [], faults = [];

  function make(tag, properties = {}, ...children) {
    const element = Object.assign(document.createElement(tag), properties);
    element.append(...children);
    return element;
  }
  async function ask(path, method = "GET", body = undefined) {
    const answer = await fetch(path, {
      method, body: body && JSON.stringify(body), headers: body ? { "Content-Type": "application/json" } : {},
    });
    if (!answer.ok) throw new Error(answer.status);
    return answer.json();
  }
  const clock = (moment) => new Date(moment).toLocaleTimeString([], { hour: "numeric", minute: "2-digit" });
  const exactly = (moment) => new Date(moment).toLocaleTimeString();
  const money = (cents) => "$" + (cents / 100).toLocaleString("en-US", { minimumFractionDigits: 2 });

  let quiet;
  function say(words) {
    at("said").textContent = words;
    clearTimeout(quiet);
    quiet = setTimeout(() => { at("said").textContent = ""; }, 2500);
  }
  async function copy(words) {
    try {
      await navigator.clipboard.writeText(words);
      say(`Copied ${words}`);
    } catch {
      say(`Could not copy: ${words}`);
    }
  }
  const codeButton = (code) => make("button", {
    type: "button", className: "code", textContent: code, onclick: () => copy(code), ariaLabel: `Copy ${code}`,
  });

  const LINK = /https?:\/\/[^\s<>"]+[^\s<>".,;:!?)]/;
  const CODE = /(?<![\w$.,\/-])\d{6,8}(?![\w.,\/-]\d|\w)/;
  /* Text with its links made links and its codes made buttons. */
  function rich(text) {
    return text.split(new RegExp(`(${LINK.source}|${CODE.source})`)).map((piece) => {
      if (new RegExp(`^${LINK.source}$`).test(piece)) return make("a", { href: piece, target: "_blank", rel: "noopener", textContent: piece });
      return /^\d{6,8}$/.test(piece) ? codeButton(piece) : piece;
    });
  }

  const named = (person) => person.replace(/^\+1(\d{3})(\d{3})(\d{4})$/, "($1) $2-$3");

  /* Whom a chooser shows: somebody chosen, or (first entry) whoever got the newest message. */
  function choose(select, channel) {
    const people = [...new Set(messages.filter((one) => one.channel === channel).map((one) => one.to))].reverse();
    const known = [...select.options].slice(1).map((option) => option.value);
    if (!select.options.length || people.join() !== known.join()) {
      const chosen = select.value;
      select.replaceChildren(
        make("option", { value: "", textContent: people.length ? `${named(people[0])} (newest)` : "Nobody yet" }),
        ...people.map((person) => make("option", { value: person, textContent: named(person) })),
      );
      select.value = people.includes(chosen) ? chosen : "";
    }
    return select.value || people[0] || "";
  }

  function showTexts() {
    const number = choose(at("number"), "sms");
    const texts = messages.filter((one) => one.channel === "sms" && one.to === number);
    const out = optedOut.includes(number);
    at("stop").hidden = !number;
    at("stop").textContent = out ? "Reply START" : "Reply STOP";
    at("stopped").hidden = !out;
    const now = number + texts.length;
    if (now === shown.text) return;
    shown.text = now;
    const log = at("texts");
    if (!texts.length) {
      log.replaceChildren(make("p", { className: "empty", textContent: "No texts yet. When QuickPay texts a number, it shows up here." }));
      return;
    }
    let sender = null;
    log.replaceChildren(...texts.flatMap((text) => {
      const head = text.from === sender ? [] : [make("p", { className: "from quiet", textContent: `${named(text.from)} to ${named(number)}` })];
      sender = text.from;
      return [...head, make("p", { className: "bubble" }, ...rich(text.text)), make("p", { className: "when", textContent: clock(text.at) })];
    }));
    log.scrollTop = log.scrollHeight;
  }

  function read(mail) {
    shown.open = mail.id;
    for (const button of at("mails").querySelectorAll("button")) button.setAttribute("aria-current", String(Number(button.dataset.id) === mail.id));
    const plain = shown.plain || !mail.html;
    const views = [["Mail", false], ["Plain text", true]].map(([words, which]) => make("button", {
      type: "button", textContent: words, ariaPressed: String(which === plain),
      onclick: () => { shown.plain = which; read(mail); at("reader").querySelector("[aria-pressed=true]").focus(); },
    }));
    const codes = [...new Set(mail.text.match(new RegExp(CODE.source, "g")) || [])];
    const files = mail.attachments.map((name, place) => make("a", {
      href: `/mail/${mail.id}/${place}`, target: "_blank", rel: "noopener", textContent: name,
    }));
    const body = plain ? make("pre", {}, ...rich(mail.text)) : make("iframe", { title: `Mail: ${mail.subject}`, src: `/mail/${mail.id}` });
    if (!plain) body.setAttribute("sandbox", "allow-same-origin allow-popups allow-popups-to-escape-sandbox");
    at("reader").replaceChildren(
      make("h3", { textContent: mail.subject || "(no subject)" }),
      make("p", { className: "quiet", textContent: `${mail.from} to ${mail.to}, ${exactly(mail.at)}` }),
      make("div", { className: "tools" }, ...(mail.html ? views : []), ...codes.map(codeButton), ...files),
      body,
    );
  }

  function showMails() {
    const address = choose(at("address"), "email");
    const mails = messages.filter((one) => one.channel === "email" && one.to === address).reverse();
    const now = address + mails.length;
    if (now === shown.mail) return;
    const arrived = shown.mail !== "";
    shown.mail = now;
    document.querySelector(".panes").classList.toggle("none", !mails.length);
    at("mails").replaceChildren(...mails.map((mail) => {
      const button = make("button", { type: "button", onclick: () => read(mail) },
        make("b", { textContent: mail.subject || "(no subject)" }),
        make("span", { className: "quiet", textContent: `${clock(mail.at)} · ${mail.from}` }));
      button.dataset.id = mail.id;
      return make("li", {}, button);
    }));
    if (mails.length) read(mails[0]);
    else at("reader").replaceChildren(make("p", { className: "empty", textContent: "No mail yet. When QuickPay writes to somebody, it shows up here." }));
    if (arrived && mails.length) say(`New mail: ${mails[0].subject}`);
  }

  const declined = (reason) => reason === "card_declined" ? "Declined" : `Declined: ${reason.replaceAll("_", " ")}`;

  function showLedger(charges) {
    const now = JSON.stringify(charges);
    if (now === shown.ledger) return;
    shown.ledger = now;
    at("ledger-note").textContent = charges.length === MANY ? `The newest ${MANY}` : "";
    const short = (text) => make("td", { className: "mono", title: text, textContent: text.length > 20 ? text.slice(0, 18) + "…" : text });
    at("ledger").replaceChildren(...charges.map((charge) => make("tr", {},
      make("td", { textContent: exactly(charge.at) }),
      make("td", { className: "sum", textContent: money(charge.amount) }),
      make("td", {}, make("span", { className: `pill ${charge.status}`, textContent: charge.status === "succeeded" ? "Charged" : declined(charge.reason) })),
      make("td", { textContent: charge.card.last4 ? `${charge.card.brand} ···· ${charge.card.last4}` : "none" }),
      make("td", { className: "sum", textContent: charge.refunded ? money(charge.refunded) : "" }),
      short(charge.reference), short(charge.id))));
    if (!charges.length) at("ledger").replaceChildren(make("tr", {}, make("td", { className: "none", colSpan: 7, textContent: "Nothing has been charged yet." })));
  }

  function showFaults() {
    for (const button of document.querySelectorAll("[role=switch]")) {
      const on = faults.some((one) => one.part === button.dataset.part && one.fault === button.dataset.fault);
      button.setAttribute("aria-checked", String(on));
    }
    at("calm").hidden = !faults.length;
  }

  let asking = null;
  function refresh() {
    asking = asking || look().finally(() => { asking = null; });
    return asking;
  }
  async function look() {
    const after = messages.length ? messages[messages.length - 1].id : 0;
    const [fresh, out, charges, on] = await Promise.all([
      ask(`/api/messages?after=${after}`), ask("/api/opt-outs"), ask(`/v1/charges?newest=${MANY}`), ask("/api/faults"),
    ]);
    messages.push(...fresh.data);
    optedOut = out.data;
    faults = on.data;
    showTexts();
    showMails();
    showLedger(charges.data);
    showFaults();
  }
  async function keepFresh() {
    try {
      if (!document.hidden) await refresh();
      document.body.classList.remove("away");
    } catch {
      at("said").textContent = "The sandbox is not running. This page goes on when it is back.";
    }
    setTimeout(keepFresh, PAUSE);
  }

  at("number").addEventListener("change", showTexts);
  at("address").addEventListener("change", showMails);
  at("stop").addEventListener("click", async () => {
    const number = choose(at("number"), "sms");
    await ask("/api/opt-outs", optedOut.includes(number) ? "DELETE" : "POST", { number });
    await refresh();
  });
  at("calm").addEventListener("click", async () => { await ask("/api/faults", "DELETE"); await refresh(); at("faults-title").focus(); });
  for (const button of document.querySelectorAll(".copy")) button.addEventListener("click", () => copy(button.dataset.copy));
  for (const button of document.querySelectorAll("[role=switch]")) {
    button.addEventListener("click", async () => {
      const { part, fault } = button.dataset;
      const mine = faults.filter((one) => one.part === part && one.fault === fault);
      const once = document.querySelector("[name=how]:checked").value === "once";
      if (mine.length) await Promise.all(mine.map((one) => ask(`/api/faults/${one.id}`, "DELETE")));
      else await ask("/api/faults", "POST", { part, fault, ...(once ? { count: 1 } : { seconds: 86400 }) });
      await refresh();
    });
  }
  document.addEventListener("visibilitychange", () => { if (!document.hidden) refresh().catch(() => {}); });
  keepFresh();
})();
