/* Take Apple Pay off the page where this browser has none; where it was the only way, say so. */
(() => {
  "use strict";
  const form = document.getElementById("method-form");
  const apple = form.querySelector('input[value="apple_pay"]');
  if (!apple) return;

  function can() {
    if (!window.ApplePaySession) return form.dataset.plays === "yes";
    try {
      return window.ApplePaySession.canMakePayments();
    } catch {
      return false; // it is not allowed on this page
    }
  }
  if (can()) return;
  apple.checked = false;
  apple.disabled = true;
  apple.closest(".choice").hidden = true;
  const left = form.querySelectorAll('input[name="method"]:enabled');
  if (left.length === 1) left[0].checked = true;
  if (left.length > 0) return;
  form.hidden = true;
  document.getElementById("no-way").hidden = false;
})();
