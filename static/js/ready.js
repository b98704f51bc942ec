/** Runs `work` on the document now, and on every part that htmx brings in later. */
export function onContent(work) {
  work(document);
  document.addEventListener("htmx:load", (event) => {
    if (event.detail.elt !== document.body) work(event.detail.elt); // the page as it came is done already
  });
}
