// A page that waits for a job shows its result by itself: loaded anew every three seconds while the tab is in view.
const waiting = document.querySelector("[data-look-again]");

if (waiting) {
  setInterval(() => {
    if (!document.hidden) location.reload();
  }, 3000);
}
