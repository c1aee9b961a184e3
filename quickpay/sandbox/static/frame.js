/* The card fields: format as typed, say what is wrong where it is wrong, hand out a token and nothing else. */
(() => {
  "use strict";
  const { say, hear, begin, token } = window.Channel;
  const requireCvc = document.documentElement.dataset.requireCvc === "yes";
  const form = document.getElementById("card");
  const alone = document.documentElement.dataset.alone === "yes"; // the code of a stored card, nothing else
  const NAMES = alone ? ["cvc"] : ["number", "expiry", "cvc"];
  const inputs = Object.fromEntries(NAMES.map((name) => [name, document.getElementById(name)]));
  const digits = (text) => text.replace(/\D/g, "");
  const BRANDS = [
    { name: "Visa", starts: /^4/, groups: [4, 4, 4, 4] },
    { name: "Mastercard", starts: /^(5[1-5]|2[2-7])/, groups: [4, 4, 4, 4] },
    { name: "American Express", short: "Amex", starts: /^3[47]/, groups: [4, 6, 5] },
  ];
  const brandOf = (number) => BRANDS.find((brand) => brand.starts.test(number));

  function grouped(number) {
    const groups = (brandOf(number) || BRANDS[0]).groups;
    const parts = [];
    let rest = number.slice(0, 19);
    for (const size of groups) { parts.push(rest.slice(0, size)); rest = rest.slice(size); }
    return [...parts, rest].filter(Boolean).join(" ");
  }

  function dated(text, deleting) {
    let figures = digits(text);
    if (/^\s*\d\s*[/.-]/.test(text)) figures = "0" + figures; // 3/30
    if (/^[2-9]/.test(figures)) figures = "0" + figures;
    if (/^\d{2}20\d{2}$/.test(figures)) figures = figures.slice(0, 2) + figures.slice(4); // 03/2030, as browsers fill it
    figures = figures.slice(0, /^\d{2}20\d?$/.test(figures) ? 5 : 4);
    if (figures.length > 2) return figures.slice(0, 2) + " / " + figures.slice(2);
    return figures.length === 2 && !deleting ? figures + " / " : figures;
  }

  function rewrite(input, text) {
    if (input.value === text) return;
    const before = digits(input.value.slice(0, input.selectionStart)).length;
    const atEnd = input.selectionStart === input.value.length;
    input.value = text;
    let place = text.length;
    if (!atEnd) for (let seen = place = 0; place < text.length && seen < before; place += 1) seen += /\d/.test(text[place]);
    if (document.activeElement === input) input.setSelectionRange(place, place);
  }

  function complain(name, message) {
    const line = document.getElementById(name + "-error");
    line.textContent = message || "";
    line.hidden = !message;
    if (!inputs[name]) return;
    if (message) inputs[name].setAttribute("aria-invalid", "true");
    else inputs[name].removeAttribute("aria-invalid");
  }

  function wrong(field, message) {
    complain(field, message);
    return { error: { field, message } };
  }

  async function tokenize() {
    complain("form", "");
    const asked = NAMES.filter((name) => name !== "cvc" || requireCvc);
    const missing = asked.filter((name) => !inputs[name].value.trim());
    for (const name of missing) complain(name, form.querySelector(`[data-field="${name}"]`).dataset.missing);
    if (missing.length) return wrong(missing[0], document.getElementById(missing[0] + "-error").textContent);
    try {
      const said = await token(typed());
      if (!said.error) return { token: said.token, brand: said.brand, last4: said.last4 };
      return wrong(said.error.field.startsWith("exp") ? "expiry" : said.error.field, said.error.message);
    } catch {
      return wrong("form", form.dataset.away);
    }
  }

  function typed() {
    const cvc = digits(inputs.cvc.value);
    if (alone) return { code_only: true, cvc };
    const expiry = digits(inputs.expiry.value);
    return { number: digits(inputs.number.value), exp_month: expiry.slice(0, 2), exp_year: expiry.slice(2), cvc };
  }

  if (!alone) inputs.number.addEventListener("input", () => {
    const number = digits(inputs.number.value), brand = brandOf(number);
    rewrite(inputs.number, grouped(number));
    document.getElementById("brand").textContent = brand ? brand.short || brand.name : "";
    const hint = document.getElementById("cvc-hint");
    hint.textContent = brand && brand.short === "Amex" ? hint.dataset.amex : hint.dataset.usual;
  });
  if (!alone) inputs.expiry.addEventListener("input", (event) => {
    rewrite(inputs.expiry, dated(inputs.expiry.value, (event.inputType || "").startsWith("delete")));
  });
  inputs.cvc.addEventListener("input", () => rewrite(inputs.cvc, digits(inputs.cvc.value).slice(0, 4)));
  for (const name of Object.keys(inputs)) inputs[name].addEventListener("input", () => complain(name, ""));
  form.addEventListener("submit", (event) => { event.preventDefault(); say({ type: "submit" }); });

  let going = null;
  hear(async (asked) => {
    if (asked.type === "focus" && Object.hasOwn(inputs, asked.field)) inputs[asked.field].focus();
    if (asked.type !== "tokenize") return;
    going = going || tokenize().finally(() => { going = null; });
    say({ type: "result", id: asked.id, result: await going });
  });
  begin();
})();
