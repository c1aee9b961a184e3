/* The group editor's comforts: F2 saves from anywhere, colours can be picked, theirs can be taken, and leaving
   with something unsaved is asked about first. */
(() => {
  "use strict";
  const form = document.getElementById("editor");
  if (!form) return;
  let sent = false;
  form.addEventListener("submit", (event) => {
    if (sent) event.preventDefault();
    sent = true;
  });
  window.addEventListener("pageshow", () => {
    sent = false;
  });
  const typed = () => new URLSearchParams([...new FormData(form)].filter(([name]) => name !== "page")).toString();
  const saved = "unsaved" in form.dataset ? null : typed();
  window.addEventListener("beforeunload", (event) => {
    if (!sent && typed() !== saved) event.preventDefault();
  });
  document.addEventListener("keydown", (event) => {
    if (event.key !== "F2" || event.ctrlKey || event.altKey || event.metaKey || event.shiftKey) return;
    event.preventDefault();
    if (!event.repeat) form.requestSubmit(document.getElementById("save"));
  });
  const isColour = (text) => /^#[0-9a-f]{6}$/i.test(text.trim());
  for (const field of form.querySelectorAll("[data-colour]")) {
    const picker = document.createElement("input");
    picker.type = "color";
    picker.setAttribute("aria-label", `${document.querySelector(`label[for="${field.id}"]`).firstChild.textContent.trim()}: pick a colour`);
    const show = () => {
      if (isColour(field.value)) picker.value = field.value.trim().toLowerCase();
    };
    picker.addEventListener("input", () => {
      field.value = picker.value;
      field.dispatchEvent(new Event("input", { bubbles: true }));
    });
    field.addEventListener("input", (event) => {
      if (event.target === field) show();
    });
    show();
    const swatch = field.parentElement.querySelector(".swatch");
    swatch.removeAttribute("aria-hidden");
    swatch.replaceChildren(picker);
  }
  for (const button of form.querySelectorAll("[data-take]")) {
    button.hidden = false;
    button.addEventListener("click", () => {
      const field = document.getElementById(button.dataset.take);
      if (field.type === "checkbox") field.checked = button.dataset.theirs === "on";
      else field.value = button.dataset.theirs;
      field.dispatchEvent(new Event("input", { bubbles: true }));
      button.previousElementSibling.textContent = "Theirs";
      button.remove();
      field.focus();
    });
  }
})();
