// The counts of messages and notifications, on every page: [data-unread="messages"] is a control whose corner shows one. Its name says
// it too, or a [data-unread-words] inside.
import { text } from "../texts.js";
import { live } from "./socket.js";

const MOST_SHOWN = 99;

/** Put a count on a control, or take it off. */
export function show(control, count) {
  let dot = control.querySelector(".dot");
  if (!count) dot?.remove();
  else {
    if (!dot) {
      dot = document.createElement("span");
      dot.className = "dot";
      dot.setAttribute("aria-hidden", "true");
      control.append(dot);
    }
    dot.textContent = count > MOST_SHOWN ? `${MOST_SHOWN}+` : count;
  }
  const spoken = control.querySelector("[data-unread-words]");
  const kind = control.dataset.unread;
  if (spoken) spoken.textContent = count ? text("unread", { counter: count }) : "";
  else control.setAttribute("aria-label", text(count ? `${kind}Unread` : kind, { counter: count }));
}

// The first counts of a connection mostly say what the page shows already.
let isFirst = true;
live.addEventListener("open", () => { isFirst = true; });
const shownMessages = () => Number(document.querySelector('[data-unread="messages"] .dot')?.textContent ?? 0);

live.addEventListener("unread", ({ detail }) => {
  const isNews = !isFirst || detail.latest?.length || shownMessages() !== Math.min(detail.messages ?? 0, MOST_SHOWN + 1);
  for (const control of document.querySelectorAll("[data-unread]")) show(control, detail[control.dataset.unread] ?? 0);
  // What has come to a window that shows something else has been delivered all the same.
  for (const { conversation, sequence } of detail.latest ?? []) live.say({ type: "delivered", conversation, sequence });
  document.body.dispatchEvent(new CustomEvent("live:unread", { bubbles: true, detail }));
  isFirst = false;
  // A list that nobody sees (beside a conversation on a phone) need not be asked for.
  if (isNews && (document.getElementById("talks")?.offsetParent ?? null)) document.body.dispatchEvent(new CustomEvent("live:talks", { bubbles: true })); // lists of conversations refresh themselves (htmx)
});

live.start();
