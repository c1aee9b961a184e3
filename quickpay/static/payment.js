/* Ask how an unknown payment ended until it is known, then show the answer; lead to the payer's bank once by
   itself, then at a press; print at a press. */
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
        if (fresh && fresh.dataset.paymentStatus === "bank" && main().dataset.paymentStatus !== "bank") {
          window.location.reload(); // that page may load the gateway's script, this one may not
          return;
        }
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
    if (!["unknown", "bank"].includes(main().dataset.paymentStatus)) return;
    setTimeout(ask, WAITS[Math.min(asked, WAITS.length - 1)]);
    asked += 1;
  }

  async function answerBank(button) {
    const line = document.getElementById("bank-error");
    button.disabled = true;
    line.hidden = true;
    const answer = window.CardFields && window.CardFields.confirm
      ? await window.CardFields.confirm({ word: button.dataset.word, settings: JSON.parse(button.dataset.settings) })
      : { error: { message: line.dataset.missing } };
    button.disabled = false;
    if (!answer.error) return;
    line.textContent = answer.error.message;
    line.hidden = false;
  }
  const bank = document.querySelector("[data-bank]");
  if (bank) {
    if (bank.dataset.word) bank.addEventListener("click", () => answerBank(bank));
    const mark = `bank ${bank.dataset.bank}`;
    if (!sessionStorage.getItem(mark)) { // whoever comes back decides herself
      sessionStorage.setItem(mark, "shown");
      bank.click();
    }
  }
  wait();
})();
