// Being told by this browser: the button on the page of choices, and keeping its address known. Without JavaScript, a service worker or a
// push service the button stays hidden, and the page says that the other ways are there. WeChat's own browser has the words of the
// API on some telephones, but never a push service.
import { forget, isOwn, keep } from "./push-known.js";

const box = document.querySelector("[data-push]");

const post = (url, data) =>
  fetch(url, {
    method: "POST",
    headers: { "Content-Type": "application/json", "X-CSRFToken": document.querySelector('meta[name="csrf-token"]').content },
    body: JSON.stringify(data),
  });

const bytes = (text) => Uint8Array.from(atob(text.replace(/-/g, "+").replace(/_/g, "/")), (letter) => letter.charCodeAt(0));

const isInWechat = /MicroMessenger/.test(navigator.userAgent);

if (box && !isInWechat && "serviceWorker" in navigator && "PushManager" in window && "Notification" in window) {
  const on = box.querySelector("[data-push-on]");
  const off = box.querySelector("[data-push-off]");
  const note = box.querySelector("[data-push-note]");
  const say = (name) => (note.textContent = name ? box.dataset[name] : "");
  const draw = (subscription) => {
    on.hidden = Boolean(subscription);
    off.hidden = !subscription;
  };
  const found = async () => (await navigator.serviceWorker.getRegistration("/"))?.pushManager.getSubscription();
  const own = async () => (isOwn() ? found() : null);

  const start = async () => {
    say("");
    const answer = await Notification.requestPermission();
    if (answer !== "granted") return say(answer === "denied" ? "refused" : ""); // closed without an answer: it can be asked again
    on.disabled = true;
    try {
      await navigator.serviceWorker.register(box.dataset.worker, { scope: "/" });
      const worker = await navigator.serviceWorker.ready;
      const subscription = await worker.pushManager.subscribe({ userVisibleOnly: true, applicationServerKey: bytes(box.dataset.push) });
      keep(subscription); // before the first await: another page of ours takes back what is nobody's
      if (!(await post(box.dataset.add, subscription.toJSON())).ok) {
        await subscription.unsubscribe();
        forget();
        return say("failed");
      }
      draw(subscription);
      say("done");
    } catch {
      say("failed");
    } finally {
      on.disabled = false;
    }
  };

  const stop = async () => {
    say("");
    try {
      const subscription = await found();
      if (subscription) {
        await subscription.unsubscribe(); // then nothing can arrive, whether or not we hear of it
        await post(box.dataset.remove, { endpoint: subscription.endpoint });
      }
      forget();
      draw(null);
    } catch {
      say("failed");
    }
  };

  box.hidden = false;
  document.querySelector("[data-push-none]").hidden = true;
  on.addEventListener("click", start);
  off.addEventListener("click", stop);
  if (Notification.permission === "denied") say("refused");
  own().then(draw, () => say("failed"));
}
