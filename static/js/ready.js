/** Runs `work` on the document now, and on every part that htmx brings in later. */
export function onContent(work) {
  work(document);
  document.addEventListener("htmx:load", (event) => work(event.detail.elt));
}
