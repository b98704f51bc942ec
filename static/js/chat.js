// A live conversation: the page and its form work without this. What is written stands in the thread at once and is sent until it has arrived.
import { Bubbles, clock } from "./live/bubbles.js";
import { newId } from "./live/outbox.js";
import { Room } from "./live/room.js";

const TYPING_SHOWN_MILLISECONDS = 5_000;

class Chat {
  constructor(root) {
    this.root = root;
    this.words = root.dataset;
    this.thread = root.querySelector("[data-chat-thread]");
    this.form = root.querySelector("[data-chat-form]");
    this.box = this.form.elements.body;
    this.files = this.form.elements.files;
    this.status = root.querySelector("[data-chat-status]");
    this.typingLine = root.querySelector("[data-chat-typing]");
    this.presenceLine = root.querySelector("[data-chat-presence]");
    this.bubbles = new Bubbles(this.thread, root.querySelector("template[data-chat-bubble]"), this.typingLine);
    this.typingLine.append(this.words.textTyping);
    this.room = new Room({
      conversation: Number(this.words.chat),
      sequence: Number(this.words.chatSequence),
      role: this.words.chatRole,
      poll: `${this.words.chatPage}live/`,
      receipts: (sequence) => this.postReceipt(sequence),
      view: this,
      post: (entry) => this.post(this.formOf(entry)),
    });
    this.listen();
    this.bubbles.scrollDown();
  }

  listen() {
    this.form.addEventListener("submit", (event) => { event.preventDefault(); this.send(); });
    this.box.addEventListener("keydown", (event) => {
      // Enter sends where there is a keyboard; in the middle of composing 汉字 it only picks a word.
      if (event.key !== "Enter" || event.shiftKey || event.isComposing || !matchMedia("(pointer: fine)").matches) return;
      event.preventDefault();
      this.form.requestSubmit();
    });
    this.box.addEventListener("input", () => this.room.typed());
    this.files?.addEventListener("change", () => this.showFiles());
    this.root.querySelectorAll("[data-chat-replies]").forEach((bar) => { bar.hidden = false; });
    this.root.addEventListener("click", (event) => this.clicked(event.target));
  }

  clicked(target) {
    const reply = target.closest("[data-chat-reply]");
    if (reply) { this.box.value = reply.dataset.chatReply; this.box.focus(); return; }
    const unsent = target.closest("[data-unsent]");
    if (unsent && target.closest("[data-again]")) this.room.outbox.again(unsent.dataset.unsent);
    if (unsent && target.closest("[data-drop]")) {
      const entry = this.room.outbox.drop(unsent.dataset.unsent);
      unsent.remove();
      if (entry && !this.box.value) this.box.value = entry.body; // to be put in other words
      this.box.focus();
    }
  }

  // What the room shows

  message(frame, isMine) {
    const waiting = isMine && frame.client_id ? this.bubbles.unsent(frame.client_id) : null;
    const there = this.bubbles.at(frame.sequence);
    waiting?.remove();
    if (there) return;
    this.bubbles.place(this.bubbles.make(frame, isMine));
    if (!isMine) this.typingLine.hidden = true;
    if (!isPlain(frame)) this.refresh(frame.sequence);
  }

  /** What is more than words is drawn by the server, as the page itself is. */
  async refresh(sequence) {
    try {
      const answer = await fetch(`${this.words.chatPage}bubbles/${sequence}/`, { headers: { Accept: "text/html" } });
      if (!answer.ok || answer.redirected) return;
      const fresh = new DOMParser().parseFromString(await answer.text(), "text/html").querySelector(`[data-sequence="${sequence}"]`);
      const isAtEnd = this.bubbles.isAtEnd;
      if (fresh) this.bubbles.at(sequence)?.replaceWith(document.importNode(fresh, true));
      if (isAtEnd) this.bubbles.scrollDown();
      this.showMarks();
    } catch { /* the words are there; the page shows the rest with its next load */ }
  }

  changed(frame) {
    const bubble = this.bubbles.at(frame.sequence);
    if (!bubble) return;
    if (frame.type === "withdrawn") bubble.querySelectorAll(".bubble__text, .bubble__file, .bubble__quote").forEach((part) => part.remove()); // at once
    this.refresh(frame.sequence);
  }

  unsent(entry) {
    let bubble = this.bubbles.unsent(entry.client_id);
    if (!bubble) {
      bubble = this.bubbles.make({ sent_at: new Date().toISOString(), body: entry.body, name: this.words.chatName, files: [] }, true);
      bubble.dataset.unsent = entry.client_id;
      this.bubbles.place(bubble);
    }
    const hasFailed = entry.state === "failed";
    bubble.classList.toggle("bubble--failed", hasFailed);
    bubble.querySelector("time").textContent = hasFailed ? (entry.problem ?? "") : this.words.textSending;
    const actions = bubble.querySelector("[data-unsent-actions]");
    if (actions) actions.hidden = !hasFailed;
  }

  marks(marks) {
    this.farthest = marks;
    this.showMarks();
  }

  /** The newest own message says how far the other side is; those above it need not. */
  showMarks() {
    if (!this.farthest) return;
    const own = [...this.thread.querySelectorAll(".bubble--mine[data-sequence]")];
    const newest = (most) => own.filter((bubble) => Number(bubble.dataset.sequence) <= most).at(-1);
    const read = newest(this.farthest.read);
    const delivered = newest(this.farthest.delivered);
    for (const bubble of own) {
      const isRead = bubble === read;
      bubble.querySelectorAll("[data-read]").forEach((mark) => { mark.hidden = !isRead; });
      bubble.querySelectorAll("[data-delivered]").forEach((mark) => { mark.hidden = isRead || bubble !== delivered; });
    }
  }

  typing() {
    this.typingLine.hidden = false;
    clearTimeout(this.typingTimer);
    this.typingTimer = setTimeout(() => { this.typingLine.hidden = true; }, TYPING_SHOWN_MILLISECONDS);
  }

  presence({ from, online, last_seen: lastSeen }) {
    if (!this.presenceLine || (from === "support" && this.words.chatOther !== "support")) return;
    this.presenceLine.hidden = !online && !lastSeen;
    this.presenceLine.classList.toggle("is-online", online);
    this.presenceLine.textContent = online ? this.words.textOnline : this.words.textSeen.replace("%(when)s", lastSeen ? when(new Date(lastSeen)) : "");
  }

  /** The cards of a negotiation as this side sees them now: new ones at the end, answered ones in their place. */
  async offer(id) {
    try {
      const answer = await fetch(`${this.words.chatPage}offers/${id}/`, { headers: { Accept: "text/html" } });
      if (!answer.ok || answer.redirected) return;
      const page = new DOMParser().parseFromString(await answer.text(), "text/html");
      for (const card of page.querySelectorAll("[data-offer]")) {
        const shown = this.thread.querySelector(`[data-offer="${card.dataset.offer}"]`);
        const fresh = document.importNode(card, true);
        if (shown) shown.replaceWith(fresh);
        else this.bubbles.place(fresh);
      }
    } catch { /* the page shows it with its next load */ }
  }

  refused(sentence) { this.say(sentence); }

  connection(state) {
    this.root.dataset.connection = state;
    if (state === "over") this.say(this.words.textOver);
    else if (state === "down") this.say(this.words.textOffline);
  }

  caughtUp() {
    if (this.root.dataset.connection) this.root.dataset.connection = "open";
    this.say("");
  }

  // Sending

  send() {
    const body = this.box.value.trim();
    if (this.files?.files.length) { this.postFiles(); return; }
    if (!body) return;
    this.box.value = "";
    this.say("");
    this.room.send(body);
    this.box.focus();
  }

  formOf({ body, client_id: clientId, quoted }) {
    const fields = new FormData();
    fields.set("csrfmiddlewaretoken", this.form.elements.csrfmiddlewaretoken.value);
    fields.set("body", body);
    fields.set("client_id", clientId);
    if (quoted) fields.set("quoted", quoted);
    return fields;
  }

  /** Returns {event}, {problem} when the server said no, or {} when nobody can tell. */
  async post(fields) {
    try {
      const answer = await fetch(this.words.chatPage, { method: "POST", body: fields, headers: { Accept: "application/json" } });
      if (answer.redirected) { location.reload(); return {}; } // logged out: the page leads to the log-in
      const content = await answer.json();
      if (answer.ok) return { event: content };
      return answer.status < 500 ? { problem: content.message } : {};
    } catch {
      return {};
    }
  }

  async postFiles() {
    const button = this.form.querySelector("[type=submit]");
    if (button.getAttribute("aria-busy") === "true") return;
    button.setAttribute("aria-busy", "true");
    const fields = new FormData(this.form);
    fields.set("client_id", this.filesId ??= newId()); // the same until it is known to have arrived
    const { event, problem } = await this.post(fields);
    button.removeAttribute("aria-busy");
    if (!event) { this.say(problem ?? this.words.textUnsent); return; }
    this.filesId = null;
    this.form.reset();
    this.showFiles();
    this.room.on_message(event);
  }

  /** How far this window is, where there is no socket to say it. */
  postReceipt(sequence) {
    const fields = new FormData();
    fields.set("csrfmiddlewaretoken", this.form.elements.csrfmiddlewaretoken.value);
    fields.set("sequence", sequence);
    fetch(`${this.words.chatPage}live/`, { method: "POST", body: fields }).catch(() => {});
    return true;
  }

  showFiles() {
    const names = [...(this.files?.files ?? [])].map((file) => file.name);
    this.say(names.length ? `${this.words.textFiles} ${names.join(", ")}` : "");
  }

  say(sentence) {
    this.status.textContent = sentence ?? "";
    this.status.hidden = !sentence;
  }
}

/** Whether words are all there is to a message. */
function isPlain(frame) {
  return frame.kind === "text" && !frame.withdrawn && !frame.edited_at && !frame.quoted && !frame.files?.length && !frame.links?.length;
}

/** The hour of today, else the day. */
function when(moment) {
  const day = { timeZone: "Asia/Shanghai", year: "numeric", month: "numeric", day: "numeric" };
  const language = document.documentElement.lang;
  const isToday = moment.toLocaleDateString(language, day) === new Date().toLocaleDateString(language, day);
  return isToday ? clock(moment) : `${moment.toLocaleDateString(language, { timeZone: "Asia/Shanghai", month: "short", day: "numeric" })} ${clock(moment)}`;
}

document.querySelectorAll("[data-chat]").forEach((root) => new Chat(root));
