// The counts of messages and notifications, on every page: [data-unread="messages"] is a control whose corner shows one.
// data-unread-name is its name without a count, data-unread-names the name with one: "Messages, %(counter)s unread".
import { live } from "./socket.js";

const MOST_SHOWN = 99;

function show(control, count) {
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
  const words = count ? control.dataset.unreadNames.replace("%(counter)s", count) : control.dataset.unreadName;
  const spoken = control.querySelector("[data-unread-words]");
  if (spoken) spoken.textContent = count ? words : "";
  else control.setAttribute("aria-label", words);
}

live.addEventListener("unread", ({ detail }) => {
  for (const control of document.querySelectorAll("[data-unread]")) show(control, detail[control.dataset.unread] ?? 0);
  // What has come to a window that shows something else has been delivered all the same.
  for (const { conversation, sequence } of detail.latest ?? []) live.say({ type: "delivered", conversation, sequence });
  document.body.dispatchEvent(new CustomEvent("live:unread", { bubbles: true, detail })); // lists may refresh themselves (htmx)
});

live.start();
