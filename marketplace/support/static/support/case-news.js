// A case that is open on the desk: what the person says meanwhile is announced, the answer that is being written stays.
const EVERY_MILLISECONDS = 20_000;
const news = document.querySelector("[data-case-news]");
const seen = document.querySelector("[name=seen]");

async function ask() {
  if (document.hidden || !news.hidden) return;
  const answer = await fetch(location.href, { headers: { Accept: "text/html" } });
  if (!answer.ok || answer.redirected) return;
  const fresh = new DOMParser().parseFromString(await answer.text(), "text/html").querySelector("[name=seen]");
  news.hidden = !(Number(fresh?.value) > Number(seen.value));
}

if (news && seen) setInterval(() => ask().catch(() => null), EVERY_MILLISECONDS);
