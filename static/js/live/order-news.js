// The order that a conversation is about: something was told to this person, perhaps about it. Then its state above the talk and what
// happened in it are asked for anew. Nobody has looked at anything by that.
const AFTER_MILLISECONDS = 500; // several things are told together

/** `place(line)` puts a line that is new into the thread; `since` is the server's clock, when the page was drawn. */
export function followOrder(root, page, since, place) {
  if (!root.querySelector(".room__about")) return; // the last lines on the order's own page, which tells what happened itself
  let told; // how many notices there were: messages alone change nothing about an order
  let isDue = false;
  let timer;
  const ask = () => {
    if (!isDue || document.hidden) return;
    isDue = false;
    clearTimeout(timer);
    timer = setTimeout(() => drawAnew(root, page, since, place).catch(() => null), AFTER_MILLISECONDS); // the next load shows it
  };
  document.addEventListener("live:unread", ({ detail }) => {
    isDue ||= told !== undefined && told !== detail.notifications;
    told = detail.notifications;
    ask();
  });
  document.addEventListener("visibilitychange", ask);
}

async function drawAnew(root, page, since, place) {
  const shown = [...root.querySelectorAll("[data-event]")];
  const last = shown.map((one) => one.querySelector("time").dateTime).sort().at(-1) ?? since;
  const answer = await fetch(`${page}order/?since=${encodeURIComponent(last)}`, { headers: { Accept: "text/html" } });
  if (!answer.ok || answer.redirected) return;
  const fresh = new DOMParser().parseFromString(await answer.text(), "text/html");
  const [about, freshAbout] = [root, fresh].map((one) => one.querySelector(".room__about"));
  if (freshAbout && about.textContent.trim() !== freshAbout.textContent.trim()) about.replaceChildren(...document.importNode(freshAbout, true).childNodes);
  const known = new Set(shown.map((one) => one.dataset.event));
  for (const line of fresh.querySelectorAll("[data-event]")) if (!known.has(line.dataset.event)) place(document.importNode(line, true));
}
