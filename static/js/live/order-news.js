// The order that a conversation is about: something was told to this person, perhaps about it. Then its state above the talk and what
// happened in it are drawn anew, from the page itself; nobody has looked at anything by that (`peek`).
const AFTER_MILLISECONDS = 500; // several things are told together

/** `place(line)` puts a line that is new into the thread. */
export function followOrder(root, page, place) {
  if (!root.querySelector(".room__about")) return; // the last lines on the order's own page, which tells what happened itself
  let timer;
  document.addEventListener("live:unread", () => {
    clearTimeout(timer);
    timer = setTimeout(() => drawAnew(root, page, place).catch(() => null), AFTER_MILLISECONDS); // the next load shows it
  });
}

async function drawAnew(root, page, place) {
  const answer = await fetch(`${page}?peek=1`, { headers: { Accept: "text/html" } });
  if (!answer.ok || answer.redirected) return;
  const fresh = new DOMParser().parseFromString(await answer.text(), "text/html");
  const [about, freshAbout] = [root, fresh].map((one) => one.querySelector(".room__about"));
  if (freshAbout && about.textContent !== freshAbout.textContent) about.replaceWith(document.importNode(freshAbout, true));
  const known = new Set([...root.querySelectorAll("[data-event]")].map((one) => one.dataset.event));
  for (const line of fresh.querySelectorAll("[data-event]")) if (!known.has(line.dataset.event)) place(document.importNode(line, true));
}
