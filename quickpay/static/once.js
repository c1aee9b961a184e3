/* A form that is on its way is not sent again by a second press: the answer to the first would be lost with it. */
(() => {
  "use strict";
  const PATIENCE = 10000;
  const on = new Map();

  function rest(form) {
    const [button, timer] = on.get(form) || [];
    clearTimeout(timer);
    if (button) button.removeAttribute("aria-busy");
    on.delete(form);
  }

  document.addEventListener("submit", (event) => {
    const form = event.target;
    /* Read as attributes: a form with a field called "method" has that as its property. */
    if (event.defaultPrevented || form.getAttribute("method") !== "post") return;
    if (form.getAttribute("target")) return; // another tab's leaves this page as it is
    if (on.has(form)) {
      event.preventDefault();
      return;
    }
    if (event.submitter) event.submitter.setAttribute("aria-busy", "true");
    on.set(form, [event.submitter, setTimeout(rest, PATIENCE, form)]);
  });
  /* A page taken out of the browser's memory can be sent again. */
  window.addEventListener("pageshow", (event) => { if (event.persisted) [...on.keys()].forEach(rest); });
})();
