// <form data-auto-submit>: a changed filter applies at once, and the button for it may go ([data-without-script]).
// Inside an open sheet nothing is sent until the person presses the button there, else the sheet would vanish under the thumb.
import { onContent } from "./ready.js";

let timer;

document.addEventListener("change", (event) => {
  const form = event.target.form;
  if (!form?.matches("[data-auto-submit]") || event.target.closest(":popover-open")) return;
  clearTimeout(timer);
  timer = setTimeout(() => form.requestSubmit(), 150);
});

onContent((root) => root.querySelectorAll("[data-auto-submit] [data-without-script]").forEach((element) => { element.hidden = true; }));

// The answer brings a new panel of filters: it stays where it was scrolled to, with the folds a person opened or closed.
let seen;

document.addEventListener("htmx:beforeSwap", () => {
  const panel = document.getElementById("facets");
  seen = panel && {
    top: panel.scrollTop,
    open: new Map([...panel.querySelectorAll("[data-fold]")].map((fold) => [fold.dataset.fold, fold.open])),
  };
});

document.addEventListener("htmx:afterSwap", () => {
  const panel = document.getElementById("facets");
  if (!panel || !seen) return;
  panel.querySelectorAll("[data-fold]").forEach((fold) => { fold.open = seen.open.get(fold.dataset.fold) ?? fold.open; });
  panel.scrollTop = seen.top;
});
