// A browser that is told by push services belongs to the person who asked for it, and to the log-in in which they did. After a new
// log-in of theirs the address is made known again, by the first page of ours; when somebody else logs in, who was never asked, it
// is told no more. Without a worker of ours nothing happens.
const mark = document.querySelector('meta[name="login-mark"]');
const KEY = "push-known";

const asKept = (subscription) => [mark.dataset.person, mark.content, subscription.endpoint].join(" ");

// Whether the person who is logged in now is the one who asked for it here.
export const isOwn = () => Boolean(mark) && (localStorage.getItem(KEY) ?? "").split(" ")[0] === mark.dataset.person;
export const keep = (subscription) => localStorage.setItem(KEY, asKept(subscription));
export const forget = () => localStorage.removeItem(KEY);

const makeKnown = async () => {
  const worker = await navigator.serviceWorker.getRegistration("/");
  const subscription = await worker?.pushManager?.getSubscription();
  if (!subscription) return;
  if (!isOwn()) {
    await subscription.unsubscribe();
    return forget();
  }
  if (localStorage.getItem(KEY) === asKept(subscription)) return;
  const answer = await fetch(mark.dataset.pushAdd, {
    method: "POST",
    headers: { "Content-Type": "application/json", "X-CSRFToken": document.querySelector('meta[name="csrf-token"]').content },
    body: JSON.stringify(subscription.toJSON()),
  });
  if (answer.ok && !answer.redirected) keep(subscription);
};

// Whatever goes wrong here, the next page tries again.
if (mark?.content && "serviceWorker" in navigator) makeKnown().catch(() => null);
