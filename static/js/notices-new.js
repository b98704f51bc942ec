// A notice that comes while one reads the list: the list stays as it is, and offers to be drawn anew.
const shown = Number(document.querySelector('[data-unread="notifications"] .dot')?.textContent ?? 0);
const link = document.querySelector("[data-notices-new]");

document.addEventListener("live:unread", ({ detail }) => {
  if (detail.notifications > shown) link.hidden = false;
});
