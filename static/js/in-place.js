// What exchanges a part of the page that has a [data-in-place] in it leaves that where it is: a row of links stays under the finger,
// a list where one had scrolled to, however much comes or goes below. The browser would hold on to what it saw at the middle of the
// screen, which may be gone.
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
