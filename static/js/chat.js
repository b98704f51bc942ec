// A live conversation: the page and its form work without this. Messages go through the socket, or by POST while it is down or files go along.
const FIRST_RETRY_MILLISECONDS = 1000;
const LAST_RETRY_MILLISECONDS = 30000;
const FAILURES_UNTIL_GIVING_UP = 6; // in a row, without ever being let in: the session is over, and POST will say so
const TYPING_EVERY_MILLISECONDS = 3000;
const TYPING_SHOWN_MILLISECONDS = 5000;
const ACKNOWLEDGED_WITHIN_MILLISECONDS = 8000;
const NOT_SIGNED_IN = 4401;
const NOT_FOUND = 4404;
const WARNINGS = new Set(["contact_warning", "words_warning"]); // not refused: it goes with the second button
const HELD = "held"; // kept for moderators, so that it does not go back into the box

function clock(date) {
  return date.toLocaleTimeString("zh-CN", { hour: "2-digit", minute: "2-digit", hour12: false, timeZone: "Asia/Shanghai" });
}

/** Text with its line breaks, never as markup. */
function fillLines(element, text) {
  element.replaceChildren(...text.split("\n").flatMap((line, index) => (index ? [document.createElement("br"), line] : [line])));
}

function portrait(placeholder, event) {
  if (!event.avatar_url) {
    placeholder.textContent = event.name.slice(0, 1).toUpperCase();
    return;
  }
  const image = new Image(44, 44);
  image.className = placeholder.className;
  image.alt = "";
  image.src = event.avatar_url;
  placeholder.replaceWith(image);
}

class Room {
  constructor(root) {
    this.root = root;
    this.thread = root.querySelector("[data-chat-thread]");
    this.form = root.querySelector("[data-chat-form]");
    this.box = this.form.elements.body;
    this.files = this.form.elements.files;
    this.status = root.querySelector("[data-chat-status]");
    this.typing = root.querySelector("[data-chat-typing]");
    this.anyway = this.form.querySelector("[data-chat-anyway]");
    this.template = root.querySelector("template[data-chat-bubble]");
    this.root.querySelector("[data-chat-poll]")?.remove(); // the socket, or POST and catching up, in its place
    this.unacknowledged = []; // {body, timer} sent through the socket and not come back yet
    this.failures = 0;
    this.wasOpen = false;
    this.typing.append(root.dataset.textTyping);
    this.listen();
    this.connect();
    this.scrollDown();
  }

  listen() {
    this.form.addEventListener("submit", (event) => { event.preventDefault(); this.send(event.submitter === this.anyway && this.anyway); });
    this.box.addEventListener("keydown", (event) => {
      // Enter sends where there is a keyboard; in the middle of composing 汉字 it only picks a word.
      if (event.key !== "Enter" || event.shiftKey || event.isComposing || !matchMedia("(pointer: fine)").matches) return;
      event.preventDefault();
      this.form.requestSubmit();
    });
    this.box.addEventListener("input", () => { this.anyway.hidden = true; this.tellTyping(); });
    this.files?.addEventListener("change", () => this.showFiles());
    this.root.querySelectorAll("[data-chat-replies]").forEach((bar) => { bar.hidden = false; });
    this.root.addEventListener("click", (event) => {
      const reply = event.target.closest("[data-chat-reply]");
      if (!reply) return;
      this.box.value = reply.dataset.chatReply;
      this.box.focus();
    });
    document.addEventListener("visibilitychange", () => this.tellRead());
    window.addEventListener("online", () => { this.failures = 0; this.connect(); });
  }

  get isOpen() { return this.socket?.readyState === WebSocket.OPEN; }

  connect() {
    if (this.socket && this.socket.readyState <= WebSocket.OPEN) return;
    clearTimeout(this.retry);
    const address = new URL(this.root.dataset.chat, location.href);
    address.protocol = location.protocol === "https:" ? "wss:" : "ws:";
    const socket = this.socket = new WebSocket(address);
    socket.addEventListener("open", () => this.opened());
    socket.addEventListener("message", ({ data }) => this.receive(JSON.parse(data)));
    socket.addEventListener("close", ({ code }) => this.closed(code));
  }

  opened() {
    this.failures = 0;
    this.say("");
    if (this.wasOpen) this.catchUp();
    this.wasOpen = true;
    this.tellRead();
  }

  closed(code) {
    this.failures += 1;
    const isOver = code === NOT_SIGNED_IN || code === NOT_FOUND || (!this.wasOpen && this.failures >= FAILURES_UNTIL_GIVING_UP);
    if (this.wasOpen) this.say(this.root.dataset.textOffline);
    this.unacknowledged.slice().forEach((entry) => this.giveBack(entry));
    if (isOver) return;
    const wait = Math.min(FIRST_RETRY_MILLISECONDS * 2 ** (this.failures - 1), LAST_RETRY_MILLISECONDS);
    this.retry = setTimeout(() => this.connect(), wait * (0.75 + Math.random() / 2));
  }

  receive(event) {
    if (event.type === "message") this.show(event);
    else if (event.type === "offer") this.showOffer(event.id);
    else if (event.type === "read" && !event.mine) this.showMark(event);
    else if (event.type === "edited" || event.type === "withdrawn") this.catchUp();
    else if (event.type === "typing") this.showTyping();
    else if (event.type === "error") {
      const entry = this.unacknowledged[0];
      if (entry && event.code === HELD) this.acknowledge(entry.body);
      else if (entry) this.giveBack(entry);
      this.refused(event);
    }
  }

  show(event) {
    if (event.mine) this.acknowledge(event.body);
    if (event.kind === "system" || event.quoted || event.files.some((file) => file.shown !== "file")) { this.catchUp(); return; }
    if (this.thread.querySelector(`[data-message="${event.id}"]`)) return;
    const bubble = this.template.content.firstElementChild.cloneNode(true);
    const sentAt = new Date(event.sent_at);
    bubble.classList.toggle("bubble--mine", event.mine);
    bubble.dataset.message = event.id;
    bubble.dataset.sequence = event.sequence;
    bubble.querySelectorAll("[data-quote], [data-picture], [data-voice], [data-link]").forEach((part) => part.remove());
    const mark = bubble.querySelector("[data-mark]");
    if (event.mine) { mark.textContent = ` · ${mark.dataset.sent}`; mark.hidden = false; } else mark.remove();
    bubble.dataset.day = event.sent_at.slice(0, 10);
    bubble.querySelector("[data-name]").textContent = event.name;
    portrait(bubble.querySelector(".avatar"), event);
    const words = bubble.querySelector(".bubble__text");
    if (event.body) fillLines(words, event.body); else words.remove();
    const link = bubble.querySelector(".bubble__file");
    for (const file of event.files) {
      const copy = link.cloneNode(true);
      copy.href = file.url;
      copy.querySelector(".file__icon").textContent = file.kind;
      copy.querySelector("b").textContent = file.name;
      copy.querySelector("small").textContent = file.size;
      link.before(copy);
    }
    link.remove();
    const time = bubble.querySelector("time");
    time.dateTime = event.sent_at;
    time.textContent = clock(sentAt);
    this.append(bubble);
    if (!event.mine) { this.typing.hidden = true; this.tellRead(); }
  }

  append(bubble) {
    const isAtEnd = this.thread.scrollHeight - this.thread.scrollTop - this.thread.clientHeight < 120;
    this.typing.before(bubble);
    if (isAtEnd || bubble.classList.contains("bubble--mine")) this.scrollDown();
  }

  /** The cards of a negotiation as this side sees them now: new ones at the end, answered ones in their place. */
  async showOffer(id) {
    try {
      const answer = await fetch(`${this.root.dataset.chatPage}offers/${id}/`, { headers: { Accept: "text/html" } });
      if (answer.ok && !answer.redirected) this.placeOffers(new DOMParser().parseFromString(await answer.text(), "text/html"));
    } catch { /* the page shows it with its next load */ }
  }

  placeOffers(page) {
    for (const card of page.querySelectorAll("[data-offer]")) {
      const shown = this.thread.querySelector(`[data-offer="${card.dataset.offer}"]`);
      const fresh = document.importNode(card, true);
      if (shown) shown.replaceWith(fresh);
      else this.append(fresh);
    }
  }

  /** What was said while the connection was down, from the page itself. */
  async catchUp() {
    try {
      const answer = await fetch(this.root.dataset.chatPage, { headers: { Accept: "text/html" } });
      if (!answer.ok || answer.redirected) return;
      const page = new DOMParser().parseFromString(await answer.text(), "text/html");
      for (const bubble of page.querySelectorAll("[data-chat-thread] [data-message]")) {
        const id = Number(bubble.dataset.message);
        const shown = this.thread.querySelector(`[data-message="${id}"]`);
        if (shown && shown.querySelector(".bubble__body")?.textContent !== bubble.querySelector(".bubble__body")?.textContent) shown.replaceWith(document.importNode(bubble, true));
        const newest = Math.max(0, ...[...this.thread.querySelectorAll("[data-message]")].map((one) => Number(one.dataset.message)));
        if (id > newest) this.append(document.importNode(bubble, true));
      }
      this.placeOffers(page);
    } catch { /* the next reconnection tries again */ }
  }

  /** A sentence about what did not go, and where it was a warning the way to send it all the same. */
  refused({ code, message }) {
    this.say(message);
    this.anyway.hidden = !WARNINGS.has(code);
  }

  send(anyway) {
    const body = this.box.value.trim();
    // Files that have gone ahead (uploads.js), or come with the form; a quote: these go by POST.
    const hasMore = this.files?.files.length || this.form.querySelector("[name=sent]:enabled") || this.form.elements.quoted?.value;
    if (!body && !hasMore) return;
    if (hasMore || !this.isOpen) {
      this.post(anyway);
      return;
    }
    this.socket.send(JSON.stringify({ type: "message", body, confirmed: Boolean(anyway) }));
    const entry = { body };
    entry.timer = setTimeout(() => this.giveBack(entry), ACKNOWLEDGED_WITHIN_MILLISECONDS);
    this.unacknowledged.push(entry);
    this.box.value = "";
    this.anyway.hidden = true;
    this.say("");
  }

  async post(anyway) {
    const button = this.form.querySelector("[type=submit]");
    if (button.getAttribute("aria-busy") === "true") return;
    button.setAttribute("aria-busy", "true");
    try {
      const answer = await fetch(this.form.action, { method: "POST", body: new FormData(this.form, anyway || undefined), headers: { Accept: "application/json" } });
      if (answer.redirected) { location.reload(); return; } // logged out: the page leads to the log-in
      const event = await answer.json();
      if (!answer.ok && event.code !== HELD) { this.refused(event); return; }
      this.box.value = "";
      this.anyway.hidden = true;
      this.form.dispatchEvent(new CustomEvent("composer:sent"));
      if (answer.ok) this.show(event); else this.say(event.message);
    } catch {
      this.say(this.root.dataset.textUnsent);
    } finally {
      button.removeAttribute("aria-busy");
    }
  }

  acknowledge(body) {
    const index = this.unacknowledged.findIndex((entry) => entry.body === body);
    if (index < 0) return;
    clearTimeout(this.unacknowledged[index].timer);
    this.unacknowledged.splice(index, 1);
  }

  giveBack(entry) {
    const index = this.unacknowledged.indexOf(entry);
    if (index < 0) return;
    clearTimeout(entry.timer);
    this.unacknowledged.splice(index, 1);
    this.box.value = [entry.body, this.box.value].filter(Boolean).join("\n");
    this.say(this.root.dataset.textUnsent);
  }

  tellTyping() {
    const now = Date.now();
    if (!this.isOpen || now - (this.toldTyping ?? 0) < TYPING_EVERY_MILLISECONDS) return;
    this.toldTyping = now;
    this.socket.send(JSON.stringify({ type: "typing" }));
  }

  tellRead() {
    if (this.isOpen && document.visibilityState === "visible") this.socket.send(JSON.stringify({ type: "read" }));
  }

  showMark(event) {
    const words = this.template.content.querySelector("[data-mark]").dataset.read;
    for (const bubble of this.thread.querySelectorAll(".bubble--mine[data-sequence]")) {
      const mark = bubble.querySelector("[data-mark]");
      if (!mark || Number(bubble.dataset.sequence) > event.sequence) continue;
      mark.dataset.mark = "read";
      mark.textContent = ` · ${words}`;
      mark.hidden = false;
    }
  }

  showTyping() {
    this.typing.hidden = false;
    clearTimeout(this.typingTimer);
    this.typingTimer = setTimeout(() => { this.typing.hidden = true; }, TYPING_SHOWN_MILLISECONDS);
  }

  showFiles() {
    const names = [...(this.files?.files ?? [])].map((file) => file.name);
    this.say(names.length ? `${this.root.dataset.textFiles} ${names.join(", ")}` : "");
  }

  say(sentence) {
    this.status.textContent = sentence ?? "";
    this.status.hidden = !sentence;
  }

  scrollDown() { this.thread.scrollTop = this.thread.scrollHeight; }
}

document.querySelectorAll("[data-chat]").forEach((root) => new Room(root));
