/* One wallet: its button opens a sheet; a token comes out once its owner has agreed, as a real one's would. */
(() => {
  "use strict";
  const { say, begin, token } = window.Channel;
  const at = (id) => document.getElementById(id);
  const button = at("pay"), sheet = at("sheet");
  let asking = false;

  function open(opened) {
    sheet.hidden = !opened;
    button.hidden = opened;
    button.setAttribute("aria-expanded", String(opened));
    (opened ? at("sheet-title") : button).focus();
  }

  function leave() {
    if (asking) return;
    open(false);
    say({ type: "cancel" });
  }

  button.addEventListener("click", () => open(true));
  at("cancel").addEventListener("click", leave);
  sheet.addEventListener("keydown", (event) => { if (event.key === "Escape") leave(); });
  at("confirm").addEventListener("click", async () => {
    if (asking) return;
    asking = true;
    at("confirm").setAttribute("aria-disabled", "true");
    try {
      const said = await token({ wallet: document.documentElement.dataset.wallet });
      if (said.error) throw new Error(said.error.message);
      say({ type: "token", result: { token: said.token, brand: said.brand, last4: said.last4 } });
    } catch {
      say({ type: "error", message: document.documentElement.dataset.away });
      asking = false;
      at("confirm").removeAttribute("aria-disabled");
      open(false);
    }
  });
  begin();
})();
