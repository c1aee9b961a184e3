/* One field of the stand-in: what is typed here goes to the gateway's host and never to the merchant's page. */
(() => {
  "use strict";
  const asked = new URLSearchParams(location.search);
  const name = asked.get("name");
  const input = document.querySelector("input");
  const shapes = { ccnumber: /^[0-9 ]{15,23}$/, ccexp: /^[0-9]{2} ?\/? ?[0-9]{2}$/, cvv: /^[0-9]{3,4}$/ };
  input.setAttribute("aria-label", asked.get("title"));
  window.addEventListener("focus", () => input.focus());
  window.addEventListener("message", async (event) => {
    if (event.data !== "collect") return;
    const valid = shapes[name].test(input.value);
    if (valid) await fetch(`/token/part/${asked.get("session")}/${name}`, { method: "POST", body: input.value });
    event.ports[0].postMessage(valid);
  });
})();
