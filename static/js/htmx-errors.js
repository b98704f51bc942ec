// A request that did not do what was asked must not look as if it had: say why, and leave the page as it was.
import { text } from "./texts.js";
import { toast } from "./toast.js";

document.addEventListener("htmx:sendError", () => toast(text("offline"), "error"));

document.addEventListener("htmx:responseError", (event) => {
  // errors/refused.html carries the sentence of the broken rule.
  const answer = new DOMParser().parseFromString(event.detail.xhr.responseText, "text/html");
  toast(answer.querySelector("[data-refusal]")?.textContent.trim() || text("offline"), "error");
});

// The session ended meanwhile: the answer is the log-in page, which belongs in the window and not in a corner of it.
document.addEventListener("htmx:beforeSwap", (event) => {
  const address = event.detail.xhr.responseURL;
  if (address && /\/accounts\/(login|reauthenticate)\//.test(new URL(address).pathname)) {
    event.detail.shouldSwap = false;
    const back = encodeURIComponent(location.pathname + location.search);
    location.assign(`${new URL(address).pathname}?next=${back}`);
  }
});
