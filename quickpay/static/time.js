/* Say when little time is left, and give more by one press; how much there is, the server says. */
(() => {
  "use strict";
  const box = document.getElementById("time");
  const line = box.querySelector("p");
  const words = box.dataset;
  const channel = "BroadcastChannel" in window ? new BroadcastChannel("quickpay-time") : null;
  const PROMPT = 600;
  const QUIET_NOTICE = 120;
  const THANKS = 8;
  let extendable = words.extendable === "yes";
  let end = 0;
  let thanks = 0;
  let timer = 0;
  let field = null;

  const button = document.createElement("button");
  button.type = "button";
  button.className = "second";
  button.textContent = words.extend;
  box.querySelector("a").replaceWith(button);

  function say(text) {
    if (line.textContent !== text) line.textContent = text;
  }

  function closesIn(minutes) {
    say(minutes === 1 ? words.one : words.many.replace("{n}", String(minutes)));
  }

  /* The words change once a minute: more often would be a nuisance to who hears them. */
  function tick() {
    clearTimeout(timer);
    const left = (end - Date.now()) / 1000;
    if (left <= 0) {
      location.replace(location.pathname);
      return;
    }
    const prompts = left < (extendable ? PROMPT : QUIET_NOTICE);
    const thanking = Date.now() < thanks;
    box.hidden = !prompts && !thanking;
    box.classList.toggle("prompt", !box.hidden);
    button.hidden = !extendable || !prompts;
    if (prompts) closesIn(Math.ceil(left / 60));
    timer = setTimeout(tick, 1000);
  }

  function begin(time) {
    extendable = time.extendable;
    end = Date.now() + time.seconds * 1000;
    tick();
  }

  async function extend() {
    button.setAttribute("aria-busy", "true");
    try {
      const answer = await fetch("/session/extend", {
        method: "POST",
        body: new URLSearchParams({ csrf: words.csrf }),
        headers: { Accept: "application/json" },
      });
      if (answer.status === 401) {
        location.replace(location.pathname);
        return;
      }
      const time = await answer.json();
      if (answer.ok) {
        thanks = Date.now() + THANKS * 1000;
        say(words.done.replace("{n}", String(Math.round(time.seconds / 60))));
        if (channel) channel.postMessage(time);
        if (field) field.focus();
      }
      begin(time);
    } catch {
      say(words.failed);
    } finally {
      button.removeAttribute("aria-busy");
    }
  }

  /* Who was typing goes on typing. */
  document.addEventListener("focusin", (event) => {
    if (!box.contains(event.target)) field = event.target;
  });
  document.addEventListener("visibilitychange", tick);
  button.addEventListener("click", extend);
  if (channel) channel.addEventListener("message", (event) => begin(event.data));
  begin({ seconds: Number(words.seconds), extendable });
})();
