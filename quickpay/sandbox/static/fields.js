/* What a merchant's page includes: puts the gateway's own fields into the page and carries only tokens out. */
(() => {
  "use strict";
  const HERE = new URL(document.currentScript.src).origin;
  const PATIENCE = 20000;
  const COLOURS = ["text", "background", "surface", "primary", "error"];
  const AWAY = {
    en: "The card form could not reach the gateway. Your card was not charged. Please try again.",
    es: "No pudimos conectar con el banco. No se hizo ningún cargo a su tarjeta. Intente de nuevo.",
  };

  function address(path, options) {
    const url = new URL(path, HERE);
    for (const name of COLOURS) {
      const colour = (options.colors || {})[name];
      if (colour) url.searchParams.set(name, colour);
    }
    if (options.label) url.searchParams.set("label", options.label);
    if (options.dark) url.searchParams.set("dark", "1");
    if (options.language) url.searchParams.set("language", options.language);
    return url;
  }

  function open(container, url, options, listen) {
    const frame = document.createElement("iframe");
    frame.title = options.label || (options.language === "es" ? "Datos de la tarjeta" : "Card details");
    frame.setAttribute("width", "100%");
    frame.setAttribute("frameborder", "0");
    frame.setAttribute("scrolling", "no");
    frame.height = "60";
    frame.style.display = "block"; // through the object model, which a strict style-src allows
    frame.style.colorScheme = options.dark ? "dark" : "light";
    let ready;
    const isReady = new Promise((resolve) => { ready = resolve; });
    window.addEventListener("message", (event) => {
      if (event.origin !== HERE || event.source !== frame.contentWindow) return;
      const said = event.data;
      if (typeof said !== "object" || said === null) return;
      if (said.type === "ready") ready();
      if (said.type === "height" && Number.isFinite(said.height)) frame.height = String(Math.ceil(said.height));
      listen(said);
    });
    frame.src = url.href;
    container.appendChild(frame);
    const post = (message) => isReady.then(() => frame.contentWindow.postMessage(message, HERE));
    return { frame, post };
  }

  function mount(container, options = {}) {
    const url = address("/fields", options);
    if (options.requireCvc) url.searchParams.set("cvc", "1");
    if (options.cvcOnly) url.searchParams.set("only", "cvc");
    const waiting = new Map();
    let count = 0;
    const away = AWAY[options.language === "es" ? "es" : "en"];
    const { frame, post } = open(container, url, options, (said) => {
      if (said.type === "submit" && options.onSubmit) options.onSubmit();
      if (said.type !== "result" || !waiting.has(said.id)) return;
      if (said.result.error) focus(said.result.error.field);
      waiting.get(said.id)(said.result);
      waiting.delete(said.id);
    });
    // The page hands the focus over first; only then can the frame put it on a field.
    function focus(field) {
      frame.focus();
      post({ type: "focus", field });
    }
    return {
      tokenize() {
        const id = ++count;
        return new Promise((resolve) => {
          waiting.set(id, resolve);
          post({ type: "tokenize", id });
          setTimeout(() => {
            if (waiting.delete(id)) resolve({ error: { field: "form", message: away } });
          }, PATIENCE);
        });
      },
      focus: () => focus(options.cvcOnly ? "cvc" : "number"),
    };
  }

  // What a browser with the real Apple Pay says of it counts; every other one is taken to have the play's.
  function has(method) {
    if (method !== "apple_pay" || !window.ApplePaySession) return !(window.NoSandboxWallets || []).includes(method);
    try {
      return window.ApplePaySession.canMakePayments();
    } catch {
      return false;
    }
  }

  function wallet(container, options = {}) {
    const url = address("/wallet", options);
    url.searchParams.set("method", options.method);
    if (options.amount) url.searchParams.set("amount", String(options.amount));
    const can = has(options.method);
    const title = options.method === "apple_pay" ? "Apple Pay" : "Google Pay";
    if (can) open(container, url, { ...options, label: title }, (said) => {
      if (said.type === "token" && options.onToken) options.onToken(said.result);
      if (said.type === "error" && options.onError) options.onError(said.message);
      if (said.type === "cancel" && options.onCancel) options.onCancel();
    });
    return { available: async () => can };
  }

  window.SandboxGateway = Object.freeze({ mount, wallet });
})();
