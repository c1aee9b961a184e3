/* The frame's end of the line to the merchant's page: one origin in, the same one out. */
(() => {
  "use strict";
  const merchant = document.documentElement.dataset.merchant;
  const say = (message) => window.parent.postMessage(message, merchant);
  const hear = (listener) => window.addEventListener("message", (event) => {
    if (event.origin !== merchant || event.source !== window.parent) return;
    if (typeof event.data === "object" && event.data !== null) listener(event.data);
  });
  const begin = () => {
    const main = document.querySelector("main");
    const measure = () => say({ type: "height", height: main.getBoundingClientRect().height });
    new ResizeObserver(measure).observe(main);
    measure();
    say({ type: "ready" });
  };
  async function token(card) {
    const answer = await fetch("/v1/tokens", {
      method: "POST",
      headers: { "Content-Type": "application/json", "Accept-Language": document.documentElement.lang },
      body: JSON.stringify(card),
    });
    const said = await answer.json();
    if (said.error || said.token) return said;
    throw new Error("neither a token nor an error");
  }
  window.Channel = Object.freeze({ say, hear, begin, token });
})();
