/* Copy the address that stands on the page; the button is there only where it works. */
const button = document.getElementById("copy");
const address = document.getElementById("address");
if (button && address && navigator.clipboard) {
  button.hidden = false;
  button.addEventListener("click", async () => {
    await navigator.clipboard.writeText(address.textContent.trim());
    button.textContent = button.dataset.copied;
    button.setAttribute("aria-live", "polite");
  });
}
