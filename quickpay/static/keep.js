/* What was typed stays over a change of language: the tab keeps it until that page is here again. Never a code. */
(() => {
  "use strict";
  const NAME = "quickpay-typed";
  const fields = [...document.querySelectorAll("main input:not([type=hidden], .code)")];
  const choices = ["radio", "checkbox"];

  function taken() {
    try {
      const kept = JSON.parse(sessionStorage.getItem(NAME));
      sessionStorage.removeItem(NAME);
      return kept && kept.path === location.pathname ? kept.typed : [];
    } catch {
      return [];
    }
  }

  taken().forEach(([id, value, checked]) => {
    const field = fields.find((one) => one.id === id);
    if (!field) return;
    if (choices.includes(field.type)) field.checked = checked;
    else field.value = value;
  });

  document.querySelector("form.tongues").addEventListener("submit", () => {
    const typed = fields.map((one) => [one.id, choices.includes(one.type) ? "" : one.value, one.checked]);
    const path = document.querySelector("form.tongues input[name=back]").value;
    try {
      sessionStorage.setItem(NAME, JSON.stringify({ path, typed }));
    } catch {
      /* A browser that keeps nothing: the page comes again without it. */
    }
  });
})();
