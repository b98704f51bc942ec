// What is typed into a <form data-keep="whose"> stays in this tab until it has been sent: whoever leaves the page finds it again.
// It goes when the next page says that it worked (a toast of success), and with the log-out. Passwords, files and hidden fields never.
import { text } from "./texts.js";
import { toast } from "./toast.js";

const PREFIX = "kept:";
const SENT = "kept-sent";
const NEVER = ["password", "file", "hidden", "submit", "button", "reset", "image"];

/** What `work` makes of what this tab keeps; null where the browser refuses that, and everything else goes on. */
export function storage(work) {
  try { return work(sessionStorage); } catch { return null; }
}

const keyOf = (form) => `${PREFIX}${form.dataset.keep}:${location.pathname}:${form.getAttribute("action") ?? ""}`;
const fieldsOf = (form) => [...form.elements].filter((field) => field.name && field.matches("input, select, textarea") && !NEVER.includes(field.type));
const isTicked = (field) => field.type === "radio" || field.type === "checkbox";
const nameOf = (field) => (isTicked(field) ? `${field.name}=${field.value}` : field.name);
const valueOf = (field) => (isTicked(field) ? field.checked : field.value);

function keep(form) {
  const values = Object.fromEntries(fieldsOf(form).map((field) => [nameOf(field), valueOf(field)]));
  storage((place) => place.setItem(keyOf(form), JSON.stringify(values)));
}

function bringBack(form) {
  const values = JSON.parse(storage((place) => place.getItem(keyOf(form))) ?? "{}");
  const changed = fieldsOf(form).filter((field) => nameOf(field) in values && values[nameOf(field)] !== valueOf(field));
  for (const field of changed) {
    if (isTicked(field)) field.checked = values[nameOf(field)];
    else field.value = values[nameOf(field)];
    const fold = field.closest("details");
    if (fold) fold.open = true;
  }
  changed.forEach((field) => field.dispatchEvent(new Event("input", { bubbles: true }))); // for whoever follows the field
  if (changed.length) toast(text("keptBack"));
}

function changedIn(event) {
  const form = event.target.form;
  if (form?.matches("[data-keep]") && event.isTrusted) setTimeout(() => keep(form)); // after whoever else follows the field
}
document.addEventListener("input", changedIn);
document.addEventListener("change", changedIn);
document.addEventListener("submit", (event) => {
  const form = event.target;
  if (event.defaultPrevented) return;
  if (form.matches("[data-keep]")) {
    keep(form);
    storage((place) => place.setItem(SENT, keyOf(form)));
  } else if ((form.getAttribute("action") || "").includes("/logout/")) {
    storage((place) => Object.keys(place).filter((key) => key.startsWith(PREFIX)).forEach((key) => place.removeItem(key)));
  }
});

const sent = storage((place) => place.getItem(SENT));
if (sent) {
  storage((place) => place.removeItem(SENT));
  if (document.querySelector('[data-toast="success"]')) storage((place) => place.removeItem(sent));
}
document.querySelectorAll("form[data-keep]").forEach(bringBack);
