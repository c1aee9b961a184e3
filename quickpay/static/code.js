/* Count down to when a new code may be asked for, and type no spaces for anybody. */
(() => {
  "use strict";
  const left = document.querySelector("[data-countdown]");
  if (!left) return;
  const button = left.closest("form").querySelector("button");
  const end = Date.now() + Number(left.dataset.countdown) * 1000;
  button.setAttribute("aria-disabled", "true");
  button.form.addEventListener("submit", (event) => {
    if (button.getAttribute("aria-disabled") === "true") event.preventDefault();
  });
  const tick = () => {
    const seconds = Math.ceil((end - Date.now()) / 1000);
    if (seconds > 0) {
      left.textContent = left.dataset.words.replace("{n}", String(seconds));
      setTimeout(tick, 250);
      return;
    }
    left.remove();
    button.removeAttribute("aria-disabled");
  };
  tick();
})();
