// The count on the bell of pages that are open, where no socket tells it (static/js/live/badges.js): asked for each minute while somebody
// looks. A bell is [data-unread="notifications"], a link to the list; beside the list stands what answers {count}.
import { show } from "./live/badges.js";

const PAUSE = 60_000;
const bells = () => document.querySelectorAll('[data-unread="notifications"]');
let known = Date.now();

const ask = async () => {
  const [bell] = bells();
  if (!bell || document.hidden || Date.now() - known < PAUSE) return;
  known = Date.now();
  try {
    const answer = await fetch(new URL("unread/", bell.href), { headers: { Accept: "application/json" } });
    // Who has been logged out meanwhile is led to log in, which is no JSON.
    if (!answer.ok || answer.redirected) return;
    const { count } = await answer.json();
    bells().forEach((one) => show(one, count));
  } catch {
    // Away from the network: the next minute asks again.
  }
};

document.addEventListener("live:unread", () => (known = Date.now()));
document.addEventListener("visibilitychange", ask);
setInterval(ask, PAUSE / 4);
