// The eye beside a password: people who see what they type make fewer mistakes. Hidden again when the form leaves.
import { onContent } from "./ready.js";

function show(button, visible) {
  const input = document.getElementById(button.dataset.reveal);
  if (!input) return;
  input.type = visible ? "text" : "password";
  button.setAttribute("aria-pressed", String(visible));
}

onContent((root) => root.querySelectorAll("[data-reveal]").forEach((button) => { button.hidden = false; }));

document.addEventListener("click", (event) => {
  const button = event.target.closest("[data-reveal]");
  if (button) show(button, button.getAttribute("aria-pressed") !== "true");
});
// A password left as text would be offered by the browser's form history.
document.addEventListener("submit", (event) => event.target.querySelectorAll("[data-reveal]").forEach((button) => show(button, false)));
