// A question to support says above the talk until when it is answered, or that it is. With an answer, and with its end, that is drawn anew.
const AFTER_MILLISECONDS = 500;

/** Returns what is to be called when support has said or done something. */
export function followCase(root, page) {
  let timer;
  return () => {
    if (!root.querySelector(".room__about--case")) return;
    clearTimeout(timer);
    timer = setTimeout(() => drawAnew(root, page).catch(() => null), AFTER_MILLISECONDS); // the next load shows it
  };
}

async function drawAnew(root, page) {
  const answer = await fetch(`${page}?peek=1`, { headers: { Accept: "text/html" } }); // nobody has read anything by that
  if (!answer.ok || answer.redirected) return;
  const fresh = new DOMParser().parseFromString(await answer.text(), "text/html").querySelector(".room__about--case");
  if (fresh) root.querySelector(".room__about--case").replaceChildren(...document.importNode(fresh, true).childNodes);
}
