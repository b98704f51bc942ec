// Short notices. Good news leaves by itself after a while, unless it is being read; a refusal stays until it is dismissed.
import { element, icon } from "./icon.js";
import { text } from "./texts.js";

const LEAVES_AFTER_MILLISECONDS = 7000;

function dismiss(notice) {
  notice.classList.add("is-leaving");
  setTimeout(() => notice.remove(), 250);
}

function prepare(notice) {
  const button = notice.querySelector("[data-dismiss]");
  if (button) button.hidden = false;
  if (notice.hasAttribute("data-toast-stays")) return;
  let timer;
  const start = () => { timer = setTimeout(() => dismiss(notice), LEAVES_AFTER_MILLISECONDS); };
  const stop = () => clearTimeout(timer);
  notice.addEventListener("pointerenter", stop);
  notice.addEventListener("pointerleave", start);
  notice.addEventListener("focusin", stop);
  notice.addEventListener("focusout", start);
  start();
}

// As templates/components/toast.html.
function drawn(isRefusal) {
  const made = element(`<div class="toast${isRefusal ? " toast--error" : ""}" role="${isRefusal ? "alert" : "status"}"
    data-toast="${isRefusal ? "error" : "success"}"${isRefusal ? " data-toast-stays" : ""}>
    ${icon(isRefusal ? "alert" : "check")}<span></span><button type="button" data-dismiss hidden>${icon("x")}</button></div>`);
  made.querySelector("button").setAttribute("aria-label", text("dismiss"));
  return made;
}

/** Shows `message`; `tone` is "success", "info" or "error". */
export function toast(message, tone = "info") {
  const notice = drawn(tone === "error");
  notice.querySelector("span").textContent = message;
  document.getElementById("toasts").append(notice);
  prepare(notice);
}

document.querySelectorAll("[data-toast]").forEach(prepare);
document.addEventListener("htmx:load", (event) => {
  if (event.detail.elt.matches?.("[data-toast]")) prepare(event.detail.elt);
});
document.addEventListener("click", (event) => {
  const notice = event.target.closest("[data-dismiss]")?.closest("[data-toast]");
  if (notice) dismiss(notice);
});
