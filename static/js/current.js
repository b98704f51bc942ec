// A row that scrolls sideways begins where the reader stands: the current tab or chip is brought into view, nothing else moves.
import { onContent } from "./ready.js";

const ROWS = ".desk__nav, .manage__nav, .scroller, .tabs";

function reveal(row) {
  const current = row.querySelector("[aria-current]");
  if (!current || row.scrollWidth <= row.clientWidth) return;
  const shift = current.getBoundingClientRect().left - row.getBoundingClientRect().left;
  row.scrollLeft += shift - (row.clientWidth - current.offsetWidth) / 2;
}

onContent((root) => {
  if (root.matches?.(ROWS)) reveal(root);
  root.querySelectorAll(ROWS).forEach(reveal);
});
