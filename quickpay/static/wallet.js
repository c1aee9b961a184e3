/* Put the wallet's own button into the page; its token sends the form once.
   window.CardFields.wallet(box, look) gives { available(): Promise<boolean> }, or null when the gateway's script did
   not come; look.onToken({token}), look.onError(message) and look.onCancel() say how its sheet was left. */
(() => {
  "use strict";
  const form = document.getElementById("pay-form");
  const box = document.getElementById("wallet");
  const line = document.getElementById("wallet-said");
  const look = box.dataset;
  let paying = false;

  function say(message, wrong) {
    line.textContent = message;
    line.classList.toggle("error", Boolean(wrong));
  }

  function gone() {
    document.getElementById("unavailable").hidden = false;
    form.hidden = true;
  }

  const wallet = window.CardFields && window.CardFields.wallet && window.CardFields.wallet(box, {
    method: look.method,
    amount: Number(look.amount),
    currency: look.currency,
    label: look.label,
    language: document.documentElement.lang,
    colors: {
      text: look.text, background: look.background, surface: look.surface, primary: look.primary, error: look.error,
    },
    dark: look.dark === "yes",
    settings: JSON.parse(look.settings),
    onToken({ token }) {
      if (paying) return;
      paying = true;
      box.inert = true;
      say(look.paying);
      form.elements.card_token.value = token;
      form.submit();
    },
    onError: (message) => { if (!paying) say(message, true); },
    onCancel: () => { if (!paying) say(look.left); },
  });
  if (!wallet) gone();
  else wallet.available().then((can) => { if (!can) gone(); }, gone);
  window.addEventListener("pageshow", (event) => { if (event.persisted) window.location.reload(); });
})();
