/* Ask how an unknown payment ended until it is known, then show the answer; print at a press. */
(() => {
  "use strict";
  const main = () => document.querySelector("main");
  const showPrint = () => document.querySelectorAll("[data-print]").forEach((button) => { button.hidden = false; });
  showPrint();
  document.addEventListener("click", (event) => {
    if (event.target.closest("[data-print]")) window.print();
  });

  const WAITS = [1500, 2000, 3000, 5000, 8000];
  let asked = 0;
  async function ask() {
    try {
      const answer = await fetch(window.location.pathname, { headers: { Accept: "text/html" }, cache: "no-store" });
      if (answer.ok) {
        const page = new DOMParser().parseFromString(await answer.text(), "text/html");
        const fresh = page.querySelector("main[data-payment-status]");
        if (fresh && fresh.dataset.paymentStatus !== main().dataset.paymentStatus) {
          document.title = page.title;
          main().replaceWith(document.adoptNode(fresh));
          showPrint();
          main().querySelector("h1").focus();
        }
      } else if (answer.status < 500) {
        return;
      }
    } catch {
      // offline for a moment: ask again
    }
    wait();
  }
  function wait() {
    if (main().dataset.paymentStatus !== "unknown") return;
    setTimeout(ask, WAITS[Math.min(asked, WAITS.length - 1)]);
    asked += 1;
  }
  wait();
})();
