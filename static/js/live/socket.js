// The one socket of this window, for whatever page (docs/live.md). It comes back by itself; what was missed meanwhile is asked for.
// Where none can be had (a network that lets no WebSocket through), the conversations that are followed are polled.
const FIRST_RETRY_MILLISECONDS = 500;
const LAST_RETRY_MILLISECONDS = 30_000;
const STABLE_AFTER_MILLISECONDS = 10_000;
const PING_EVERY_MILLISECONDS = 25_000;
const PONG_WITHIN_MILLISECONDS = 10_000;
const OPEN_WITHIN_MILLISECONDS = 10_000;
const POLL_AFTER_MILLISECONDS = 4_000; // this long without a socket, and pages ask instead
const POLL_EVERY_MILLISECONDS = 5_000;
const POLL_HIDDEN_MILLISECONDS = 30_000;
const OPEN = 1; // WebSocket.OPEN, where there is no WebSocket to ask
const NOT_SIGNED_IN = 4401;
const TOO_MANY_WINDOWS = 4429;
const TRIES_SIGNED_OUT = 3; // a session that was renewed this very moment has another key now

class Live extends EventTarget {
  #socket = null;
  #failures = 0;
  #refused = 0;
  #timers = {};
  #followed = new Map(); // conversation → {after(), since(), poll}
  #isPaused = false;

  get isOpen() { return this.#socket?.readyState === OPEN; }

  /** Whether anybody is signed in here: the page carries a token for them alone. */
  get isWanted() { return Boolean(document.querySelector('meta[name="csrf-token"]')); }

  start() {
    if (!this.isWanted || this.#socket) return;
    this.#pollLater(POLL_AFTER_MILLISECONDS);
    this.#connect();
    window.addEventListener("online", () => this.#hurry());
    window.addEventListener("offline", () => this.#socket?.close());
    document.addEventListener("visibilitychange", () => document.hidden || this.#hurry());
    // A page that is kept for the way back must not keep a socket that hears nothing.
    window.addEventListener("pagehide", () => { this.#isPaused = true; this.#socket?.close(); });
    window.addEventListener("pageshow", (event) => { if (event.persisted) { this.#isPaused = false; this.#hurry(); } });
  }

  /** Follow a conversation: `after()` is the number up to which nothing is missing, `since()` when that was so, `poll` an address. */
  follow(conversation, entry) {
    this.#followed.set(conversation, entry);
    this.start();
    this.resume(conversation);
  }

  unfollow(conversation) {
    this.#followed.delete(conversation);
    this.say({ type: "unfollow", conversation });
  }

  /** Ask for what is missing of a conversation. */
  resume(conversation) {
    const entry = this.#followed.get(conversation);
    if (entry) this.say({ type: "resume", conversation, after: entry.after(), since: entry.since() });
  }

  /** Returns whether it could be sent. */
  say(content) {
    if (!this.isOpen) return false;
    this.#socket.send(JSON.stringify(content));
    return true;
  }

  /** What a poll or a POST brought, as if it had come through the socket. */
  hear(event) {
    this.dispatchEvent(new CustomEvent(event.type, { detail: event }));
  }

  #hurry() {
    if (!this.isWanted) return;
    this.#failures = 0;
    if (this.isOpen) this.#ping();
    else this.#connect();
  }

  #connect() {
    if (this.#isPaused || (this.#socket && this.#socket.readyState <= OPEN)) return;
    clearTimeout(this.#timers.retry);
    const address = new URL("/ws/live/", location.href);
    address.protocol = location.protocol === "https:" ? "wss:" : "ws:";
    address.searchParams.set("language", document.documentElement.lang.toLowerCase());
    let socket;
    try {
      socket = this.#socket = new WebSocket(address);
    } catch {
      this.#lost(socket, 0);
      return;
    }
    this.#timers.open = setTimeout(() => socket.close(), OPEN_WITHIN_MILLISECONDS);
    socket.addEventListener("open", () => this.#opened(socket));
    socket.addEventListener("message", ({ data }) => socket === this.#socket && this.#received(JSON.parse(data)));
    socket.addEventListener("close", ({ code }) => this.#lost(socket, code));
  }

  #opened(socket) {
    if (socket !== this.#socket) return;
    clearTimeout(this.#timers.open);
    clearTimeout(this.#timers.poll);
    this.#timers.stable = setTimeout(() => { this.#failures = 0; this.#refused = 0; }, STABLE_AFTER_MILLISECONDS);
    this.#timers.ping = setInterval(() => this.#ping(), PING_EVERY_MILLISECONDS);
    for (const conversation of this.#followed.keys()) this.resume(conversation);
    this.dispatchEvent(new Event("open"));
  }

  #received(event) {
    clearTimeout(this.#timers.pong);
    this.#refused = 0;
    this.hear(event);
  }

  #ping() {
    if (!this.say({ type: "ping" })) return;
    clearTimeout(this.#timers.pong);
    const socket = this.#socket;
    // A connection that died without a word (a laptop that slept, another network) still looks open to the browser.
    this.#timers.pong = setTimeout(() => { socket.close(); this.#lost(socket, 0); }, PONG_WITHIN_MILLISECONDS);
  }

  #lost(socket, code) {
    if (socket !== this.#socket) return;
    const wasOpen = Boolean(this.#timers.ping);
    ["open", "stable", "pong"].forEach((name) => clearTimeout(this.#timers[name]));
    clearInterval(this.#timers.ping);
    this.#timers.ping = null;
    this.#socket = null;
    this.#failures += 1;
    if (wasOpen) this.dispatchEvent(new Event("down"));
    if (this.#isPaused) return;
    this.#pollLater(POLL_AFTER_MILLISECONDS);
    if (code === NOT_SIGNED_IN) {
      this.#refused += 1;
      if (this.#refused >= TRIES_SIGNED_OUT) {
        clearTimeout(this.#timers.poll);
        this.dispatchEvent(new Event("over"));
        return;
      }
    }
    if (code === TOO_MANY_WINDOWS) return; // others of this person are open; this one asks, until somebody looks at it
    const longest = Math.min(FIRST_RETRY_MILLISECONDS * 2 ** (this.#failures - 1), LAST_RETRY_MILLISECONDS);
    // A server that comes back is not to be met by everybody in the same moment.
    this.#timers.retry = setTimeout(() => this.#connect(), longest / 2 + (Math.random() * longest) / 2);
  }

  #pollLater(milliseconds) {
    clearTimeout(this.#timers.poll);
    this.#timers.poll = setTimeout(() => this.#poll(), milliseconds);
  }

  async #poll() {
    if (this.isOpen || this.#isPaused) return;
    for (const [conversation, entry] of this.#followed) {
      try {
        const address = new URL(entry.poll, location.href);
        address.searchParams.set("after", entry.after());
        address.searchParams.set("since", entry.since() ?? "");
        const answer = await fetch(address, { headers: { Accept: "application/json" } });
        if (answer.redirected || answer.status === 404) { this.#followed.delete(conversation); this.dispatchEvent(new Event("over")); continue; }
        if (answer.ok) (await answer.json()).events.forEach((event) => this.hear(event));
      } catch { /* the next time */ }
    }
    this.#pollLater(document.hidden ? POLL_HIDDEN_MILLISECONDS : POLL_EVERY_MILLISECONDS);
  }
}

export const live = new Live();
