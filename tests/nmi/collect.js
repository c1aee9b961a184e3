/* A stand-in for Collect.js, ours: the parts of it that fields_nmi.js uses, for walks in a browser. */
(() => {
  "use strict";
  const tag = document.currentScript;
  const here = new URL(tag.src).origin;
  const key = tag.dataset.tokenizationKey;
  const session = crypto.randomUUID();
  const frames = {};
  let settings = {};

  const fields = () => Object.entries(frames).filter(([, one]) => one.tagName === "IFRAME");

  function configure(given) {
    settings = given;
    for (const [name, field] of Object.entries(given.fields)) {
      const place = field.selector && document.querySelector(field.selector);
      if (!place || frames[name]) continue;
      if (name === "googlePay" || name === "applePay") {
        frames[name] = place;
        const button = Object.assign(document.createElement("button"), { type: "button", textContent: name });
        button.addEventListener("click", async () => {
          const answer = await fetch(`${here}/token/wallet`, { method: "POST" });
          settings.callback({ ...(await answer.json()), tokenType: name, price: settings.price });
        });
        place.appendChild(button);
        continue;
      }
      const frame = document.createElement("iframe");
      frame.title = field.title;
      frame.src = `${here}/token/field?${new URLSearchParams({ name, session, title: field.title })}`;
      frame.loaded = new Promise((done) => frame.addEventListener("load", done));
      place.appendChild(frame);
      frames[name] = frame;
    }
    Promise.all(fields().map(([, frame]) => frame.loaded)).then(() => given.fieldsAvailableCallback());
  }

  async function startPaymentRequest() {
    const said = await Promise.all(fields().map(([name, frame]) => new Promise((resolve) => {
      const channel = new MessageChannel();
      channel.port1.onmessage = (event) => resolve([name, event.data]);
      frame.contentWindow.postMessage("collect", here, [channel.port2]);
    })));
    for (const [name, valid] of said) settings.validationCallback(name, valid, valid ? "" : "Field is empty");
    if (said.some(([, valid]) => !valid)) return;
    const answer = await fetch(`${here}/token/make/${session}?key=${encodeURIComponent(key)}`, { method: "POST" });
    const { token } = await answer.json();
    settings.callback({ token, tokenType: "inline" });
  }

  window.CollectJS = { configure, startPaymentRequest };
})();
