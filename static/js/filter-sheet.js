// The filters on a phone: #facets is a popover, so that opening it, Escape, a phone's way back and the focus that returns to
// the button work without script. With it nothing behind the sheet can be reached, and its button says how many would fit.
const panelOf = () => document.querySelector("#facets[popover]");
const WAIT_MS = 250;
let stilled = [];
let timer;
let asked;
let wasLeft = false;

function* behind(panel) {
  for (let inner = panel; inner !== document.body; inner = inner.parentElement) {
    for (const other of inner.parentElement.children) if (other !== inner && !other.inert && !other.matches("script, link")) yield other;
  }
}

function release() {
  stilled.forEach((element) => { element.inert = false; });
  stilled = [];
  clearTimeout(timer);
  asked?.abort();
}

// Neither event bubbles. What lies behind is let go before the sheet closes: the browser then gives the focus back to the button.
document.addEventListener("beforetoggle", (event) => {
  if (event.target !== panelOf() || event.newState !== "closed") return;
  release();
  event.target.removeAttribute("role");
  event.target.removeAttribute("aria-modal");
}, true);

document.addEventListener("toggle", (event) => {
  if (event.target !== panelOf() || event.newState !== "open") return;
  event.target.setAttribute("role", "dialog");
  event.target.setAttribute("aria-modal", "true");
  stilled = [...behind(event.target)];
  stilled.forEach((element) => { element.inert = true; });
}, true);

// An answer replaces the sheet and its opener: who pressed Enter in a field, or the button, goes on at the new opener.
document.addEventListener("htmx:beforeSwap", () => {
  wasLeft = stilled.length > 0 || Boolean(document.activeElement?.matches("[popovertarget=facets]"));
});
document.addEventListener("htmx:afterSwap", () => {
  if (panelOf()?.matches(":popover-open")) return;
  release();
  if (wasLeft) document.querySelector("[popovertarget=facets]:not(#facets *)")?.focus({ preventScroll: true });
  wasLeft = false;
});

// What was typed as a price and is none is said while its field is on the screen; the page that comes says it again.
function markUnread(panel, names) {
  const note = panel.querySelector("#price-unread");
  const fields = [...panel.querySelectorAll("[name^='price_']")];
  for (const field of fields) {
    field.removeAttribute("aria-invalid");
    field.removeAttribute("aria-describedby");
    if (!names.includes(field.name)) continue;
    field.setAttribute("aria-invalid", "true");
    field.setAttribute("aria-describedby", note.id);
  }
  const wasHidden = note.hidden;
  note.hidden = !fields.some((field) => names.includes(field.name));
  if (wasHidden && !note.hidden) note.scrollIntoView({ block: "nearest" }); // else it may lie below the sheet's buttons
}

async function count(panel) {
  const form = panel.querySelector("form");
  const button = panel.querySelector("[data-count]");
  asked?.abort();
  asked = new AbortController();
  try {
    const answer = await fetch(`${panel.dataset.countUrl}?${new URLSearchParams(new FormData(form))}`, { signal: asked.signal });
    if (!answer.ok) return;
    markUnread(panel, (answer.headers.get("X-Unread-Prices") ?? "").split(" "));
    if (button) button.textContent = (await answer.text()).trim();
  } catch {
    // Without network, or overtaken by the next choice: the button still leads to the results.
  }
}

function changed(event) {
  const panel = event.target.closest("#facets:popover-open");
  if (!panel) return;
  clearTimeout(timer);
  timer = setTimeout(() => count(panel), WAIT_MS);
}
document.addEventListener("change", changed);
document.addEventListener("input", changed);
