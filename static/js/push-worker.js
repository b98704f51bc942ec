// The service worker of the whole site. It shows what a push service hands over, and opens it: no cache, no offline pages.
self.addEventListener("push", (event) => {
  let said = {};
  try {
    said = event.data?.json() ?? {};
  } catch {
    // Nothing that we sent. A browser wants to see a notification all the same, or takes the right away.
  }
  const { title = "匠集", body = "", url = "", tag = "", silent = false } = said;
  event.waitUntil(
    (async () => {
      // A copy of what stands there already makes no sound, nor do words that take the place of withdrawn ones; the next message
      // of the same conversation does.
      const shown = tag ? await self.registration.getNotifications({ tag }) : [];
      const isCopy = shown.some((one) => one.title === title && one.body === body && one.data?.url === url);
      await self.registration.showNotification(title, { body, tag, silent, renotify: Boolean(tag) && !isCopy && !silent, data: { url } });
    })(),
  );
});

self.addEventListener("notificationclick", (event) => {
  event.notification.close();
  const address = new URL(event.notification.data?.url || "/", self.location.origin);
  // Only pages of ours: the words came through somebody else's machine.
  const target = address.origin === self.location.origin ? address.href : new URL("/notifications/", self.location.origin).href;
  event.waitUntil(
    self.clients.matchAll({ type: "window", includeUncontrolled: true }).then((windows) => {
      // An open page is never led elsewhere: somebody may be writing on it.
      const open = windows.find((one) => one.url === target);
      return open ? open.focus() : self.clients.openWindow(target);
    }),
  );
});

// The push service has given the browser another address: it is made known by the next page of ours (push-known.js).
self.addEventListener("pushsubscriptionchange", (event) => {
  const key = event.oldSubscription?.options.applicationServerKey;
  if (key) event.waitUntil(self.registration.pushManager.subscribe({ userVisibleOnly: true, applicationServerKey: key }).catch(() => null));
});

// A mended worker need not wait until every page of the old one is closed.
self.addEventListener("install", () => self.skipWaiting());
self.addEventListener("activate", (event) => event.waitUntil(self.clients.claim()));
