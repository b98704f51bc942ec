// <form data-auto-submit>: a changed filter applies at once, and the button for it may go ([data-without-script]).
// From a sheet nothing is sent until the person presses the button there, else it would vanish under the thumb; nor when it is
// closed without that (a field says that it has changed when it loses the focus, and by then the sheet is gone).
import { onContent } from "./ready.js";

let timer;
const isOfSheet = (element) => {
  const panel = element.closest("[popover]");
  return Boolean(panel) && getComputedStyle(panel).position === "fixed";
};

document.addEventListener("change", (event) => {
  const form = event.target.form;
  if (!form?.matches("[data-auto-submit]") || isOfSheet(event.target)) return;
  clearTimeout(timer);
  timer = setTimeout(() => form.requestSubmit(), 150);
});

onContent((root) => root.querySelectorAll("[data-auto-submit] [data-without-script]").forEach((element) => { element.hidden = true; }));

// The answer brings a new panel of filters: what had the focus has it again, the panel stays where it was scrolled to, with
// the folds a person opened or closed. (Not by ids, as htmx would do it: it also carries over style attributes.)
// Of links it is the chosen sort, the chip that took the place of the one removed, or else the heading with the new count.
let seen;
const chips = () => [...document.querySelectorAll(".result-head .chip")];
const panelOf = () => document.getElementById("facets");
const same = (input) => `[name="${input.name}"]${["radio", "checkbox"].includes(input.type) ? `[value="${CSS.escape(input.value)}"]` : ""}`;

const cards = () => document.querySelectorAll("#cards > *");
let before; // so many cards stood there when the button of the next page, which the answer replaces, had the focus

document.addEventListener("htmx:beforeSwap", ({ detail }) => {
  const isBelow = detail.target.id === "cards";
  before = isBelow && document.activeElement.closest("#pages") ? cards().length : undefined;
  seen = undefined;
  if (isBelow) return;
  const panel = panelOf();
  const active = document.activeElement;
  seen = panel && {
    top: panel.scrollTop,
    link: active.closest("#search-results :is(.tabs, .chip)") && { sort: Boolean(active.closest(".tabs")), chip: chips().indexOf(active) },
    focus: panel.contains(active) && active.name && !panel.matches(":popover-open") ? same(active) : "",
    open: new Map([...panel.querySelectorAll("[data-fold]")].map((fold) => [fold.dataset.fold, fold.open])),
  };
});

function successor(link) {
  if (link.sort) return document.querySelector(".sortbar .tabs [aria-current]");
  const heading = document.querySelector(".result-head h1");
  heading.tabIndex = -1;
  const left = link.chip < 0 ? [] : chips();
  return left[Math.min(link.chip, left.length - 1)] ?? heading;
}

document.addEventListener("htmx:afterSettle", () => {
  if (before === undefined || cards().length === before) return;
  cards()[before].querySelector("a")?.focus({ preventScroll: true });
  before = undefined;
});

document.addEventListener("htmx:afterSwap", () => {
  const panel = panelOf();
  if (!panel || !seen) return;
  panel.querySelectorAll("[data-fold]").forEach((fold) => { fold.open = seen.open.get(fold.dataset.fold) ?? fold.open; });
  if (seen.link) successor(seen.link)?.focus({ preventScroll: true });
  if (seen.focus) panel.querySelector(seen.focus)?.focus({ preventScroll: true });
  panel.scrollTop = seen.top;
});
