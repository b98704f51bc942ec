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
