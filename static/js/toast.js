// Short notices. Good news leaves by itself after a while, unless it is being read; a refusal stays until it is dismissed.
const LEAVES_AFTER_MILLISECONDS = 7000;

function dismiss(element) {
  element.classList.add("is-leaving");
  setTimeout(() => element.remove(), 250);
}

function prepare(element) {
  const button = element.querySelector("[data-dismiss]");
  if (button) button.hidden = false;
  if (element.hasAttribute("data-toast-stays")) return;
  let timer;
  const start = () => { timer = setTimeout(() => dismiss(element), LEAVES_AFTER_MILLISECONDS); };
  const stop = () => clearTimeout(timer);
  element.addEventListener("pointerenter", stop);
  element.addEventListener("pointerleave", start);
  element.addEventListener("focusin", stop);
  element.addEventListener("focusout", start);
  start();
}

/** Shows `message`; `tone` is "success", "info" or "error". */
export function toast(message, tone = "info") {
  const template = document.querySelector(`template[data-toast-template="${tone === "error" ? "error" : "info"}"]`);
  const element = template?.content.firstElementChild?.cloneNode(true);
  if (!element) return;
  element.querySelector("span").textContent = message;
  document.getElementById("toasts").append(element);
  prepare(element);
}

document.querySelectorAll("[data-toast]").forEach(prepare);
document.addEventListener("htmx:load", (event) => {
  if (event.detail.elt.matches?.("[data-toast]")) prepare(event.detail.elt);
});
document.addEventListener("click", (event) => {
  const element = event.target.closest("[data-dismiss]")?.closest("[data-toast]");
  if (element) dismiss(element);
});
