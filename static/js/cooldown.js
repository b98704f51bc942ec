// data-cooldown="60": the button of a form that just had something sent rests so many seconds, and says how many are left.
// The server counts anyway; this only spares people the refusal. A reload goes on counting: the end is kept for the tab.
import { onContent } from "./ready.js";
import { text } from "./texts.js";

function rest(button) {
  const key = `cooldown:${location.pathname}:${button.value}`;
  const seconds = Number(button.dataset.cooldown);
  const kept = Number(sessionStorage.getItem(key));
  const end = kept > Date.now() ? kept : kept ? 0 : Date.now() + seconds * 1000;
  if (!end) return;
  sessionStorage.setItem(key, end);
  const label = button.querySelector("[data-cooldown-label]");
  const words = label.textContent;
  const tick = () => {
    const left = Math.ceil((end - Date.now()) / 1000);
    button.disabled = left > 0;
    label.textContent = left > 0 ? text("cooldown", { words: words.trim(), seconds: left }) : words;
    if (left > 0) setTimeout(tick, 1000);
  };
  button.form?.addEventListener("submit", () => sessionStorage.removeItem(key));
  tick();
}

onContent((root) => root.querySelectorAll("[data-cooldown]").forEach(rest));
