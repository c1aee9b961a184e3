/* One wallet's button: a press gives a token, as a real wallet would after its owner agreed. */
(() => {
  "use strict";
  const { say, begin, token } = window.Channel;
  const button = document.getElementById("pay");
  const wrong = document.getElementById("form-error");
  button.addEventListener("click", async () => {
    if (button.getAttribute("aria-disabled") === "true") return;
    button.setAttribute("aria-disabled", "true");
    wrong.hidden = true;
    try {
      const said = await token({ wallet: document.documentElement.dataset.wallet });
      if (said.error) throw new Error(said.error.message);
      const chosen = document.getElementById("chosen");
      chosen.textContent = chosen.dataset.chosen;
      say({ type: "token", result: { token: said.token, brand: said.brand, last4: said.last4 } });
    } catch {
      wrong.textContent = wrong.dataset.away;
      wrong.hidden = false;
      button.removeAttribute("aria-disabled");
    }
  });
  begin();
})();
