/* Put the gateway's fields into the page; on Pay, get its token first, then send the form once.
   window.CardFields is the gateway's script in one shape (fields_<gateway>.js):
     mount(box, look) shows the card's fields, or with look.cvcOnly the security code's alone, and gives
     { tokenize(): Promise<{token} | {error: {field, message}}>, focus() }, or null when the gateway's script did
     not come. */
(() => {
  "use strict";
  const form = document.getElementById("pay-form");
  const box = document.getElementById("card-fields");
  const line = document.getElementById("card-error");
  const button = form.querySelector("button.main");
  const resting = button.textContent;
  const look = box.dataset;
  let paying = false;
  let card = null;

  /* `near` stands by the fields; what the gateway's own fields show where it belongs is not said there twice. */
  function say(message, near = message) {
    line.textContent = near;
    line.hidden = !near;
    document.getElementById("card").classList.toggle("wrong", Boolean(message));
    const summaries = document.getElementById("mistakes");
    summaries.textContent = "";
    if (!message) return;
    const summary = document.createElement("div");
    summary.className = "summary";
    summary.setAttribute("role", "alert");
    const title = document.createElement("h2");
    title.textContent = look.check;
    const list = document.createElement("ul");
    const item = document.createElement("li");
    const link = document.createElement("a");
    link.href = "#card";
    link.textContent = message;
    link.addEventListener("click", (event) => {
      if (!card) return;
      event.preventDefault();
      card.focus();
    });
    item.append(link);
    list.append(item);
    summary.append(title, list);
    summaries.append(summary);
  }

  function rest() {
    paying = false;
    button.disabled = false;
    button.removeAttribute("aria-busy");
    button.textContent = resting;
  }

  card = window.CardFields && window.CardFields.mount(box, {
    label: look.label,
    colors: {
      text: look.text, background: look.background, surface: look.surface, primary: look.primary, error: look.error,
    },
    dark: look.dark === "yes",
    requireCvc: look.requireCvc === "yes",
    cvcOnly: look.cvcOnly === "yes",
    language: document.documentElement.lang,
    settings: JSON.parse(look.settings),
    onSubmit: () => form.requestSubmit(),
  });
  if (!card) {
    say(look.missing);
    return;
  }

  form.addEventListener("submit", async (event) => {
    event.preventDefault();
    if (paying) return;
    paying = true;
    button.disabled = true;
    button.setAttribute("aria-busy", "true");
    button.textContent = button.dataset.paying;
    say("");
    const answer = await card.tokenize();
    if (answer.error) {
      say(answer.error.message, answer.error.field === "form" ? answer.error.message : "");
      rest();
      card.focus();
      return;
    }
    form.elements.card_token.value = answer.token;
    form.submit();
  });
  window.addEventListener("pageshow", (event) => {
    if (!event.persisted) return;
    form.elements.card_token.value = "";
    rest();
  });
})();
