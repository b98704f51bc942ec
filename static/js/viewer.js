// A piece of work opens over the page, and the arrow keys go on to the next. Without script each piece is a page of its own.
const viewer = document.getElementById("viewer");
const body = viewer?.querySelector("[data-viewer-body]");
let opener = null;

async function show(address) {
  await window.htmx.ajax("GET", address, { target: body });
  if (!body.querySelector("h1")) return; // htmx-errors.js has said why
  if (!viewer.open) {
    viewer.showModal();
    history.pushState({ viewer: true }, ""); // "back", on a phone, closes it
  }
  viewer.scrollTop = 0;
  body.querySelector("h1").focus();
}

document.addEventListener("click", (event) => {
  const link = event.target.closest("a[data-viewer], .viewer a[data-viewer-step]");
  if (!link || !viewer || event.metaKey || event.ctrlKey || event.shiftKey || event.button !== 0) return;
  event.preventDefault();
  if (link.matches("[data-viewer]")) opener = link;
  show(link.href);
});

document.addEventListener("keydown", (event) => {
  if (viewer && !viewer.open) return;
  if (event.altKey || event.ctrlKey || event.metaKey || event.target.closest?.("video, input, textarea, select")) return;
  const step = { ArrowLeft: "before", ArrowRight: "after" }[event.key];
  const link = step && (viewer ?? document).querySelector(`[data-viewer-step="${step}"]`);
  if (!link) return;
  event.preventDefault();
  link.click();
});

window.addEventListener("popstate", () => { if (viewer?.open) viewer.close(); });

viewer?.addEventListener("close", () => {
  if (history.state?.viewer) history.back(); // closed by its button or by Escape
  body.replaceChildren();
  opener?.focus();
});
