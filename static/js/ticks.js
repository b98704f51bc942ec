// <input type="checkbox" data-tick-all="name">: ticks every box of that name on the page. Without script one ticks them one by one.
import { onContent } from "./ready.js";

const boxes = (name) => document.querySelectorAll(`input[type="checkbox"][name="${name}"]`);

onContent((root) => root.querySelectorAll("[data-tick-all]").forEach((all) => { all.hidden = false; }));

document.addEventListener("change", (event) => {
  const name = event.target.dataset.tickAll;
  if (name) boxes(name).forEach((box) => { box.checked = event.target.checked; });
  document.querySelectorAll("[data-tick-all]").forEach((all) => {
    if (event.target.name === all.dataset.tickAll) all.checked = [...boxes(event.target.name)].every((box) => box.checked);
  });
});
