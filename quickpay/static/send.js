/* The desk's keys: F2 presses the page's main button; a form is sent once; what was changed is said to be. */
(() => {
  "use strict";
  const main = document.querySelector("[data-f2]");
  document.addEventListener("keydown", (event) => {
    if (event.key !== "F2" || event.repeat || event.ctrlKey || event.altKey || event.metaKey || !main) return;
    event.preventDefault();
    main.click();
  });
  for (const form of document.querySelectorAll("form[data-once]")) {
    let sent = false;
    form.addEventListener("submit", (event) => {
      if (sent) {
        event.preventDefault();
        return;
      }
      sent = true;
      if (event.submitter) event.submitter.setAttribute("aria-disabled", "true");
    });
    form.addEventListener("input", () => {
      const stale = document.getElementById("stale");
      if (stale) stale.hidden = false;
    });
    // A page taken out of the browser's memory can be sent again; the form's key keeps it to once.
    window.addEventListener("pageshow", (event) => {
      if (!event.persisted) return;
      sent = false;
      for (const button of form.querySelectorAll("button")) button.removeAttribute("aria-disabled");
    });
  }
  for (const button of document.querySelectorAll("[data-print]")) {
    button.hidden = false;
    button.addEventListener("click", () => window.print());
  }
})();
