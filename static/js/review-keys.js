// Keys of the moderators' page. Single keys can be turned off (WCAG 2.1.4) and never work while somebody types.
const SETTING = "jiangji-review-keys";
const page = document.querySelector(".review");
const control = document.querySelector("[data-keys-on]");

function isOn() {
  return localStorage.getItem(SETTING) !== "off";
}

if (control) {
  control.checked = isOn();
  control.addEventListener("change", () => localStorage.setItem(SETTING, control.checked ? "on" : "off"));
}

function isTyping(target) {
  return target instanceof HTMLElement && target.matches("input:not([type=checkbox]), textarea, select, [contenteditable]");
}

function toNextChange() {
  const changes = [...document.querySelectorAll("[data-change]")];
  const place = changes.indexOf(document.activeElement?.closest("[data-change]"));
  const next = changes[(place + 1) % changes.length];
  next?.focus({ preventScroll: true });
  next?.scrollIntoView({ block: "start" });
}

function act(key) {
  if (key >= "1" && key <= "9") {
    document.querySelectorAll(".review-reasons input")[Number(key) - 1]?.click();
    return true;
  }
  if (key === "n") toNextChange();
  else if (key === "j" && page.dataset.next) location.assign(page.dataset.next);
  else if (key === "k" && page.dataset.previous) location.assign(page.dataset.previous);
  else {
    const target = document.querySelector(`[data-key="${CSS.escape(key)}"]`);
    // To the button, not through it: a slip of the finger must not decide.
    target?.focus();
    return target !== null;
  }
  return true;
}

document.addEventListener("keydown", (event) => {
  if (!page || !isOn() || event.ctrlKey || event.metaKey || event.altKey || isTyping(event.target)) return;
  if (act(event.key.toLowerCase())) event.preventDefault();
});
