// A form that changes something is sent once. The button shows that it is on its way, and comes back: after a while, on return, on failure.
const RETRY_AFTER_MILLISECONDS = 8000;
const sent = new WeakMap();

function release(form) {
  const entry = sent.get(form);
  if (!entry) return;
  clearTimeout(entry.timer);
  entry.button?.removeAttribute("aria-busy");
  sent.delete(form);
}

document.addEventListener("submit", (event) => {
  const form = event.target;
  const leavesPage = !form.target || form.target === "_self";
  if (event.defaultPrevented || form.method !== "post" || !leavesPage || form.id === "favourite-form") return;
  if (sent.has(form)) {
    event.preventDefault();
    return;
  }
  const button = event.submitter;
  button?.setAttribute("aria-busy", "true");
  sent.set(form, { button, timer: setTimeout(() => release(form), RETRY_AFTER_MILLISECONDS) });
});

// Back from the next page, or from the payment institution: nothing is on its way any more.
window.addEventListener("pageshow", () => document.querySelectorAll("form").forEach(release));
document.addEventListener("htmx:afterRequest", (event) => {
  const form = event.target.closest?.("form");
  if (form) release(form);
});
