// What exchanges the part of the page with [data-in-place] leaves that under the finger, however much comes or goes below.
// The browser would hold on to what it saw at the middle of the screen, which may be gone.
let top = null;
const row = () => document.querySelector("[data-in-place]");

document.addEventListener("htmx:beforeSwap", ({ detail }) => {
  top = detail.shouldSwap && detail.target.querySelector?.("[data-in-place]") ? row().getBoundingClientRect().top : null;
  if (top !== null) document.documentElement.classList.add("is-held");
});

document.addEventListener("htmx:afterSettle", () => {
  if (top === null || !row()) return;
  window.scrollBy({ top: row().getBoundingClientRect().top - top, behavior: "instant" });
  top = null;
  requestAnimationFrame(() => requestAnimationFrame(() => { document.documentElement.classList.remove("is-held"); }));
});
