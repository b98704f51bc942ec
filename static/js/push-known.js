// A browser that is told by push services belongs to the log-in in which that was asked for. After a new one the address is made
// known again, by the first page of ours. Without a worker of ours nothing happens.
const mark = document.querySelector('meta[name="login-mark"]');
const KEY = "push-known";

const makeKnown = async () => {
  const worker = await navigator.serviceWorker.getRegistration("/");
  const subscription = await worker?.pushManager?.getSubscription();
  if (!subscription) return;
  const known = `${mark.content} ${subscription.endpoint}`;
  if (localStorage.getItem(KEY) === known) return;
  const answer = await fetch(mark.dataset.pushAdd, {
    method: "POST",
    headers: { "Content-Type": "application/json", "X-CSRFToken": document.querySelector('meta[name="csrf-token"]').content },
    body: JSON.stringify(subscription.toJSON()),
  });
  if (answer.ok && !answer.redirected) localStorage.setItem(KEY, known);
};

// Whatever goes wrong here, the next page tries again.
if (mark?.content && "serviceWorker" in navigator) makeKnown().catch(() => null);
