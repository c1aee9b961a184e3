/* Count a code's time down from what the server said was left, and take it off the screen when it is over. */
(() => {
  "use strict";
  const live = document.getElementById("live");
  if (!live) return;
  const left = document.getElementById("left");
  const end = Date.now() + Number(live.dataset.countdown) * 1000;
  const tick = () => {
    const seconds = Math.ceil((end - Date.now()) / 1000);
    if (seconds > 0) {
      left.textContent = `, for ${Math.floor(seconds / 60)}:${String(seconds % 60).padStart(2, "0")} more`;
      setTimeout(tick, 250);
      return;
    }
    live.remove();
    document.querySelector("h1").textContent = "This code is over";
    document.getElementById("over").hidden = false;
  };
  tick();
})();
