// Keys of the moderation queue, on its list and on a case. Single keys can be turned off (WCAG 2.1.4), by the same switch as on
// the page of a service's review, and never work while somebody types.
const SETTING = "jiangji-review-keys";
const list = document.querySelector("[data-queue-list]");
const page = document.querySelector("[data-queue-case]");
const form = document.querySelector("[data-decide]");
const control = document.querySelector("[data-keys-on]");
const PLACE = "jiangji-queue-place";

function isOn() {
  return localStorage.getItem(SETTING) !== "off";
}

if (control) {
  control.checked = isOn();
  control.addEventListener("change", () => localStorage.setItem(SETTING, control.checked ? "on" : "off"));
}

function isTyping(target) {
  return target instanceof HTMLElement && target.matches("input:not([type=checkbox], [type=radio]), textarea, select, [contenteditable]");
}

function press(selector) {
  const target = document.querySelector(selector);
  target?.click();
  return target !== null;
}

// The list

const rows = [...document.querySelectorAll("[data-row]")];

function currentRow() {
  return document.activeElement?.closest("[data-row]") ?? null;
}

function toRow(step) {
  const place = rows.indexOf(currentRow());
  const next = rows[place < 0 ? (step > 0 ? 0 : rows.length - 1) : place + step];
  next?.querySelector("[data-open]")?.focus();
}

function actOnList(key) {
  if (key === "j") toRow(1);
  else if (key === "k") toRow(-1);
  else if (key === "t") return press("[data-act=take]");
  else if (key === "c") {
    const button = currentRow()?.querySelector("[data-claim]");
    button?.click();
    return Boolean(button);
  } else return false;
  return true;
}

// Back on the list the same row is found again, whoever claimed it by key, mouse or thumb.
list?.addEventListener("submit", (event) => {
  const row = event.target.closest("[data-row]");
  if (row) sessionStorage.setItem(PLACE, row.id);
});
if (list && sessionStorage.getItem(PLACE)) {
  document.getElementById(sessionStorage.getItem(PLACE))?.querySelector("[data-open]")?.focus();
  sessionStorage.removeItem(PLACE);
}

// A case

const words = form?.querySelector("[name=words]");

function choose(input) {
  if (!input || input.disabled) return false;
  input.checked = true;
  input.focus({ preventScroll: true });
  input.dispatchEvent(new Event("change", { bubbles: true }));
  return true;
}

function effectOf(value) {
  return form.querySelector(`[name=effect][value="${CSS.escape(value)}"]`);
}

// What was written by hand stays; what a reason filled in goes with it.
let filled = "";

function onReason(input) {
  if (words && (words.value.trim() === "" || words.value === filled)) {
    words.value = input.dataset.answer;
    filled = input.dataset.answer;
  }
  const usual = input.dataset.effect ? effectOf(input.dataset.effect) : null;
  if (usual && !usual.disabled) usual.checked = true;
  const answer = input.dataset.upheld ? form.querySelector(`[name=upheld][value="${CSS.escape(input.dataset.upheld)}"]`) : null;
  if (answer) answer.checked = true;
  showParts();
}

// Whether an appeal is right and the reason for it say the same: one choice makes the other.
function onUpheld(input) {
  const reason = form.querySelector(`[name=reason][data-upheld="${CSS.escape(input.value)}"]`);
  if (!reason) return;
  reason.checked = true;
  onReason(reason);
}

function showParts() {
  const effect = form.querySelector("[name=effect]:checked")?.value ?? "";
  form.querySelectorAll("[data-for]").forEach((part) => {
    part.hidden = !part.dataset.for.split(" ").includes(effect);
  });
}

if (form) {
  form.addEventListener("change", (event) => {
    if (event.target.name === "reason") onReason(event.target);
    else if (event.target.name === "upheld") onUpheld(event.target);
    else if (event.target.name === "effect") showParts();
  });
  showParts();
  // What was refused is read first.
  const wrong = form.querySelector("[role=alert]");
  if (wrong) {
    wrong.tabIndex = -1;
    wrong.focus();
  }
}

function decide() {
  const button = form?.querySelector("[data-act=decide]");
  // Twice is once: the second press comes while the first is on its way.
  if (!button || form.dataset.sent) return false;
  form.dataset.sent = "1";
  form.requestSubmit(button);
  return true;
}

// A browser that comes back to the page shows it as it was left.
addEventListener("pageshow", () => form?.removeAttribute("data-sent"));

function actOnCase(key) {
  const reason = form?.querySelector(`[data-reason-key="${CSS.escape(key)}"]`);
  if (reason) return choose(reason);
  if ("nhdwsyx".includes(key)) return choose(form?.querySelector(`[data-effect-key="${key}"]`));
  if (key === "a") {
    words?.focus();
    return Boolean(words);
  }
  if (key === "g") return decide();
  if (key === "c") return press("[data-act=claim]");
  if (key === "r") return press("[data-act=release]");
  if (key === "j") return press("[data-next]");
  if (key === "k") return press("[data-previous]");
  if (key === "l") return press("[data-list]");
  return false;
}

function onKey(event) {
  if (event.key === "Enter" && (event.ctrlKey || event.metaKey) && form) {
    if (decide()) event.preventDefault();
    return;
  }
  if (event.key === "Escape" && isTyping(event.target)) event.target.blur();
  if (!isOn() || event.ctrlKey || event.metaKey || event.altKey || isTyping(event.target)) return;
  if (event.key === "?") {
    const keys = document.querySelector("[data-keys]");
    keys.open = !keys.open;
    keys.scrollIntoView({ block: "nearest" });
    event.preventDefault();
    event.stopPropagation(); // Wagtail has a window of its own for this key
    return;
  }
  const key = event.key.toLowerCase();
  if (list ? actOnList(key) : actOnCase(key)) {
    event.preventDefault();
    event.stopPropagation();
  }
}

if (list || page) document.addEventListener("keydown", onKey, { capture: true });
