// <input type="checkbox" data-tick-all="name">: ticks every box of that name on the page. Without script one ticks them one by one.
import { onContent } from "./ready.js";

const boxes = (name) => document.querySelectorAll(`input[type="checkbox"][name="${name}"]`);

// <span data-tick-count="name" data-text="%(count)s ticked">: how many, as soon as one is.
function count(name) {
  document.querySelectorAll(`[data-tick-count="${name}"]`).forEach((place) => {
    const number = [...boxes(name)].filter((box) => box.checked).length;
    place.dataset.empty ??= place.textContent;
    place.textContent = number ? place.dataset.text.replace("%(count)s", number) : place.dataset.empty;
  });
}

onContent((root) => root.querySelectorAll("[data-tick-all]").forEach((all) => { all.hidden = false; }));

document.addEventListener("change", (event) => {
  const name = event.target.dataset.tickAll;
  if (name) boxes(name).forEach((box) => { box.checked = event.target.checked; });
  document.querySelectorAll("[data-tick-all]").forEach((all) => {
    if (event.target.name === all.dataset.tickAll) all.checked = [...boxes(event.target.name)].every((box) => box.checked);
  });
  count(name ?? event.target.name);
});
