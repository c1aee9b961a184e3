/* NMI's card fields (Collect.js), in the shape pay.js knows.
     mount(box, look) gives { tokenize(): Promise<{token} | {error: {field, message}}>, focus() }, or null;
     wallet(box, look) gives { available(): Promise<boolean> } and calls look.onToken or look.onError.
   Collect.js is configured as a whole, so whatever stands on the page is told to it again together. It does not
   say when a wallet was closed: onCancel is never called. */
(() => {
  "use strict";
  const PATIENCE = 20000;
  const BUTTON_PATIENCE = 5000;
  const ORDER = ["ccnumber", "ccexp", "cvv"];
  const WALLETS = { apple_pay: "applePay", google_pay: "googlePay" };
  const WORDS = {
    en: {
      ccnumber: "Card number",
      ccexp: "Expiry date (MM/YY)",
      cvv: "Security code",
      wrong: {
        ccnumber: "Enter the number on your card.",
        ccexp: "Enter the date on your card, like 08/27.",
        cvv: "Enter the security code of your card.",
      },
      away: "The card form could not reach the gateway. Your card was not charged. Please try again.",
    },
    es: {
      ccnumber: "Número de tarjeta",
      ccexp: "Fecha de vencimiento (MM/AA)",
      cvv: "Código de seguridad",
      wrong: {
        ccnumber: "Escriba el número de su tarjeta.",
        ccexp: "Escriba la fecha de su tarjeta, como 08/27.",
        cvv: "Escriba el código de seguridad de su tarjeta.",
      },
      away: "No pudimos conectar con el banco. No se hizo ningún cargo a su tarjeta. Intente de nuevo.",
    },
  };

  const fields = {};
  const buttons = {};
  const wrong = new Set();
  let price = {};
  let css = {};
  let waiting = null;
  let shown = [];

  function words(look) {
    return WORDS[look.language === "es" ? "es" : "en"];
  }

  /* Both need their elements within a box of ours: Collect.js knows them by selector. */
  function place(box, name) {
    const spot = document.createElement("div");
    spot.id = `nmi-${name}`;
    spot.className = "hosted";
    box.appendChild(spot);
    return `#${spot.id}`;
  }

  function answer(result) {
    if (waiting) waiting(result);
    waiting = null;
  }

  function configure(away) {
    window.CollectJS.configure({
      variant: "inline",
      fields: { ...fields, ...Object.fromEntries(Object.entries(buttons).map(([name, one]) => [name, one.field])) },
      ...price,
      ...css,
      timeoutDuration: PATIENCE,
      timeoutCallback: () => answer({ error: { field: "form", message: away } }),
      fieldsAvailableCallback: () => shown.splice(0).forEach((tell) => tell()),
      validationCallback: (field, valid) => {
        if (valid) wrong.delete(field);
        else wrong.add(field);
        if (!valid && waiting) setTimeout(refuse, 0);
      },
      callback: (said) => {
        const button = buttons[said.tokenType];
        const token = said.token ? `nmi_${said.token}` : ""; // no run of its digits is taken for a card's
        if (button && token) button.look.onToken({ token });
        else if (button) button.look.onError(away);
        else answer(token ? { token } : { error: { field: "form", message: away } });
      },
    });
  }

  let say = WORDS.en;
  function refuse() {
    const first = ORDER.find((name) => wrong.has(name));
    if (first) answer({ error: { field: "form", message: say.wrong[first] } });
  }

  function mount(box, look = {}) {
    if (!window.CollectJS) return null;
    say = words(look);
    const colors = look.colors || {};
    for (const name of ORDER) {
      if (name === "cvv" && !look.requireCvc) {
        fields.cvv = { display: "hide" };
        continue;
      }
      const label = document.createElement("p");
      label.className = "hosted-label";
      label.textContent = say[name];
      box.appendChild(label);
      fields[name] = { selector: place(box, name), title: say[name], placeholder: "" };
    }
    if (look.requireCvc) fields.cvv.display = "required";
    css = {
      customCss: {
        color: colors.text, "background-color": colors.background, "font-size": "16px", height: "44px",
        "border-color": colors.text, "border-style": "solid", "border-width": "1px", "border-radius": "8px",
      },
      focusCss: { "border-color": colors.primary, "border-width": "3px" },
      invalidCss: { "border-color": colors.error },
    };
    configure(say.away);
    return {
      tokenize: () => new Promise((resolve) => {
        const timer = setTimeout(() => answer({ error: { field: "form", message: say.away } }), PATIENCE);
        waiting = (result) => { clearTimeout(timer); resolve(result); };
        window.CollectJS.startPaymentRequest();
      }),
      focus: () => {
        const first = ORDER.find((name) => wrong.has(name)) || "ccnumber";
        const frame = document.querySelector(`#nmi-${first} iframe`);
        if (frame) frame.focus();
      },
    };
  }

  function wallet(box, look) {
    const name = WALLETS[look.method];
    if (!window.CollectJS || !name) return { available: () => Promise.resolve(false) };
    const apple = name === "applePay" && !(window.ApplePaySession && window.ApplePaySession.canMakePayments());
    if (apple) return { available: () => Promise.resolve(false) };
    const cents = String(look.amount % 100).padStart(2, "0");
    price = { price: `${Math.floor(look.amount / 100)}.${cents}`, currency: look.currency.toUpperCase(), country: "US" };
    const selector = place(box, name);
    buttons[name] = { look, field: { selector, totalLabel: look.label } };
    const there = () => document.querySelector(selector).childElementCount > 0;
    const ready = new Promise((resolve) => {
      shown.push(() => resolve(there()));
      setTimeout(() => resolve(there()), BUTTON_PATIENCE);
    });
    configure(words(look).away);
    return { available: () => ready };
  }

  window.CardFields = Object.freeze({ mount, wallet });
})();
