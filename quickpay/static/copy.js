/* Show the buttons that copy what stands beside them, and say when it is done. */
(() => {
  "use strict";
  if (!navigator.clipboard) return;
  for (const button of document.querySelectorAll("button[data-copies]")) {
    const words = document.getElementById(button.dataset.copies);
    const said = document.createElement("span");
    said.className = "hint";
    said.setAttribute("role", "status");
    button.after(said);
    button.hidden = false;
    button.addEventListener("click", async () => {
      try {
        await navigator.clipboard.writeText(words.textContent.trim());
        said.textContent = button.dataset.done || "Copied.";
      } catch {
        getSelection().selectAllChildren(words);
        said.textContent = button.dataset.failed || "Press Ctrl and C to copy.";
      }
    });
  }
})();
