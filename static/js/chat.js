// A live conversation: the page and its form work without this. What is written stands in the thread at once and is sent until it has arrived.
import { Bubbles, clock } from "./live/bubbles.js";
import { followCase } from "./live/case-news.js";
import { Draft } from "./live/draft.js";
import { Editing } from "./live/editing.js";
import { FilesFirst } from "./live/files-first.js";
import { foldMenus } from "./live/menus.js";
import { followOrder } from "./live/order-news.js";
import { Room } from "./live/room.js";
import { TakingBack } from "./live/taking-back.js";
import { text } from "./texts.js";

const TYPING_SHOWN_MILLISECONDS = 5_000;
const READ_OUT_KEPT = 5;

class Chat {
  constructor(root) {
    this.root = root;
    this.words = root.dataset;
    this.thread = root.querySelector("[data-chat-thread]");
    this.form = root.querySelector("[data-chat-form]");
    this.box = this.form.elements.body;
    this.status = root.querySelector("[data-chat-status]");
    this.anyway = this.form.querySelector("[data-chat-anyway]");
    this.typingLine = root.querySelector("[data-chat-typing]");
    this.presenceLine = root.querySelector("[data-chat-presence]");
    this.withoutPresence = this.presenceLine?.textContent; // how soon they answer
    this.bubbles = new Bubbles(this.thread, root.querySelector("template[data-chat-bubble]"), this.typingLine);
    this.typingLine.append(this.words.textTyping);
    this.mark = root.querySelector("template[data-chat-bubble]").content.querySelector("[data-mark]").dataset;
    this.log = root.querySelector("[data-chat-log]");
    this.lineTemplate = root.querySelector("template[data-chat-line]");
    root.querySelector("[data-chat-poll]")?.remove(); // what asks for a page without scripts of ours
    this.room = new Room({
      conversation: Number(this.words.chat),
      sequence: Number(this.words.chatSequence),
      since: this.words.chatSince,
      role: this.words.chatRole,
      poll: `${this.words.chatPage}live/`,
      receipts: (sequence) => this.postReceipt(sequence),
      view: this,
      post: (entry) => this.post(this.formOf(entry)),
      textStuck: this.words.textStuck,
    });
    this.editing = new Editing(this.form, this.bubbles, {
      done: (sequence) => this.refresh(sequence),
      refused: (sentence, isWarning) => { this.say(sentence); this.anyway.hidden = !isWarning; },
      lost: (answer) => this.say(answer?.redirected ? this.words.textOver : answer ? this.words.textStuck : this.words.textOffline),
    });
    this.files = new FilesFirst(this.form, { say: (sentence) => this.say(sentence), textSending: this.words.textSending, textFailed: this.words.textFileFailed });
    this.takingBack = new TakingBack(root, this.box, { done: (sequence) => this.refresh(sequence), say: (sentence) => this.say(sentence) });
    this.draft = new Draft(this.box, `${this.words.chat}:${this.words.chatRole}`);
    this.listen();
    if (["", "#newest", "#composer"].includes(location.hash)) this.bubbles.scrollDown();
    else this.bubbles.stayHere(); // a link leads to one message: what comes does not lead away from it
  }

  /** Whoever looks at the end of the thread sees what comes. */
  get seesEnd() { return this.bubbles.seesEnd; }

  listen() {
    this.form.addEventListener("submit", (event) => { event.preventDefault(); this.send(event.submitter === this.anyway ? this.anyway : null); });
    this.box.addEventListener("keydown", (event) => {
      // Enter sends where there is a keyboard; in the middle of composing 汉字 it only picks a word.
      if (event.defaultPrevented || event.key !== "Enter" || event.shiftKey || event.isComposing || !matchMedia("(pointer: fine)").matches) return;
      event.preventDefault();
      this.form.requestSubmit();
    });
    this.box.addEventListener("input", () => {
      this.anyway.hidden = true; // other words are looked at anew
      this.room.typed();
      this.keep();
    });
    // What came before is put above: what one was reading stays where it is.
    this.thread.addEventListener("htmx:beforeSwap", () => { this.below = this.thread.scrollHeight - this.thread.scrollTop; });
    this.thread.addEventListener("htmx:afterSettle", () => {
      if (this.below) this.thread.scrollTop = this.thread.scrollHeight - this.below;
      this.below = 0;
    });
    this.root.addEventListener("click", (event) => {
      const link = event.target.closest("[data-chat-edit]");
      if (link && this.editing.begin(link)) event.preventDefault();
      this.clicked(event.target);
    });
    this.newer = this.root.querySelector("[data-chat-newer]");
    this.newer?.addEventListener("click", () => this.bubbles.scrollDown());
    this.thread.addEventListener("thread:end", ({ detail: isAtEnd }) => {
      if (!isAtEnd) return;
      if (this.newer) this.newer.hidden = true;
      this.room.seen();
    });
    for (const name of ["pointerdown", "pointerup", "pointercancel"]) document.addEventListener(name, () => { this.isPressed = name === "pointerdown"; });
    foldMenus(this.root);
    this.thread.addEventListener("toggle", (event) => this.opened(event.target), true);
    this.caseChanged = followCase(this.root, this.words.chatPage);
    if (this.words.chatOrder) followOrder(this.root, this.words.chatPage, this.words.chatSince, (line) => this.bubbles.place(line));
    for (const name of ["pointerover", "focusin"]) this.thread.addEventListener(name, (event) => this.complete(event.target));
  }

  /** A bubble made of a frame has words alone: what can be done with it comes when somebody turns to it. */
  complete(target) {
    const bubble = target.closest?.(".bubble[data-sequence]");
    if (!bubble || bubble.dataset.made !== "here") return;
    delete bubble.dataset.made;
    this.refresh(Number(bubble.dataset.sequence));
  }

  /** What can be done with a message of one's own ends after two minutes: the server says what is left. While it is all left, nothing moves. */
  opened(menu) {
    const count = (bubble) => bubble.querySelectorAll(".bubble__acts > *").length;
    if (menu.open && menu.querySelector("[data-chat-withdraw]")) this.refresh(Number(menu.closest("[data-sequence]").dataset.sequence), (old, fresh) => count(old) !== count(fresh));
  }

  clicked(target) {
    this.complete(target);
    const unsent = target.closest("[data-unsent]");
    if (unsent && target.closest("[data-again]")) this.room.outbox.again(unsent.dataset.unsent);
    if (unsent && target.closest("[data-drop]")) {
      const entry = this.room.outbox.drop(unsent.dataset.unsent);
      unsent.remove();
      if (entry && !this.box.value) this.fill(entry.body); // to be put in other words
      this.box.focus();
    }
  }

  /** Words that come into the box by a script. */
  fill(words) {
    this.box.value = words;
    this.keep();
  }

  /** Whoever leaves the page finds again what was in the box. */
  keep() {
    if (!this.editing.isOn) this.draft.keep();
  }

  // What the room shows

  message(frame, isMine) {
    const waiting = isMine && frame.client_id ? this.bubbles.unsent(frame.client_id) : null;
    const there = this.bubbles.at(frame.sequence);
    waiting?.remove();
    if (there) return;
    this.thread.querySelector("[data-chat-empty]")?.remove();
    const bubble = frame.kind === "system" ? this.line(frame) : this.bubbles.make(frame, isMine);
    bubble.dataset.made = "here";
    this.bubbles.place(bubble);
    this.showMarks();
    if (frame.from === "support" || frame.kind === "system") this.caseChanged();
    if (!isMine) {
      this.typingLine.hidden = true;
      this.readOut(frame, bubble);
    }
    if (!isMine && this.newer && !this.bubbles.isAtEnd) this.newer.hidden = false;
    if (!isPlain(frame)) this.refresh(frame.sequence);
  }

  /** For who listens, once: of the list nothing is read out, since its bubbles are drawn anew. */
  readOut(frame, bubble) {
    if (!this.log) return;
    const said = document.createElement("p");
    said.textContent = frame.kind === "system" ? bubble.textContent.trim() : `${frame.name ?? ""}: ${frame.body || "…"}`;
    said.dataset.said = frame.sequence;
    this.log.append(said);
    while (this.log.children.length > READ_OUT_KEPT) this.log.firstElementChild.remove();
  }

  /** What the platform says, in the language of the page. */
  line(frame) {
    const line = this.lineTemplate.content.firstElementChild.cloneNode(true);
    Object.assign(line.dataset, { sequence: frame.sequence, message: frame.id });
    line.querySelector("span").textContent = frame.words[document.documentElement.lang.toLowerCase()] ?? Object.values(frame.words)[0];
    return line;
  }

  /** What is more than words is drawn by the server, as the page itself is. */
  async refresh(sequence, isWanted = () => true) {
    try {
      const answer = await fetch(`${this.words.chatPage}bubbles/${sequence}/`, { headers: { Accept: "text/html" } });
      if (!answer.ok || answer.redirected) return;
      const fresh = new DOMParser().parseFromString(await answer.text(), "text/html").querySelector(`[data-sequence="${sequence}"]`);
      await this.released(); // a press that has begun ends where it began
      const old = this.bubbles.at(sequence);
      if (fresh && old && isWanted(old, fresh)) this.replace(old, document.importNode(fresh, true));
      this.bubbles.keepEnd();
      this.showMarks();
    } catch { /* the words are there; the page shows the rest with its next load */ }
  }

  async released() {
    if (!this.isPressed) return;
    await new Promise((resolve) => { for (const name of ["pointerup", "pointercancel"]) document.addEventListener(name, resolve, { once: true }); });
    await new Promise((resolve) => { setTimeout(resolve); }); // the click comes after it
  }

  /** What was unfolded or had the keyboard stays so. */
  replace(old, fresh) {
    const more = fresh.querySelector(".bubble__more");
    const wasOpen = old.querySelector(".bubble__more")?.open;
    const hadFocus = document.activeElement?.tagName === "SUMMARY" && old.contains(document.activeElement);
    this.takingBack.offer(fresh);
    old.replaceWith(fresh);
    if (more && wasOpen) more.open = true;
    if (more && hadFocus) more.querySelector("summary").focus();
  }

  /** Its words stand in its bubble, in those that quote it, and below, where an answer quotes it: none of them goes on showing them. */
  changed(frame) {
    this.log?.querySelector(`[data-said="${frame.sequence}"]`)?.remove();
    const bubble = this.bubbles.at(frame.sequence);
    const quotes = this.bubbles.quoting(frame.sequence);
    if (frame.type === "withdrawn") { // at once
      this.editing.gone(frame.sequence);
      bubble?.querySelectorAll(".bubble__body > :not(.bubble__meta, .visually-hidden)").forEach((part) => part.remove());
      quotes.forEach((one) => one.querySelector(".bubble__quote span")?.replaceChildren());
      if (Number(this.form.elements.quoted?.value) === frame.sequence) this.form.dispatchEvent(new CustomEvent("composer:quote", { detail: { sequence: "", words: "" } }));
    }
    for (const one of [bubble, ...quotes]) if (one) this.refresh(Number(one.dataset.sequence));
  }

  unsent(entry) {
    let bubble = this.bubbles.unsent(entry.client_id);
    if (!bubble) {
      bubble = this.bubbles.make({ sent_at: new Date().toISOString(), body: entry.body, name: this.words.chatName, files: [] }, true);
      bubble.dataset.unsent = entry.client_id;
      bubble.querySelector(".bubble__more")?.remove(); // nothing can be done with it yet
      this.bubbles.place(bubble);
    }
    const hasFailed = entry.state === "failed";
    bubble.classList.toggle("bubble--failed", hasFailed);
    bubble.querySelector("time").textContent = hasFailed ? "" : this.words.textSending;
    const problem = bubble.querySelector("[data-problem]");
    if (problem && problem.textContent !== (entry.problem ?? "")) problem.textContent = entry.problem ?? "";
    const actions = bubble.querySelector("[data-unsent-actions]");
    if (actions) actions.hidden = !hasFailed;
  }

  marks(marks) {
    this.farthest = marks;
    this.showMarks();
  }

  /** Each own message says how far the other side is. */
  showMarks() {
    const { read, delivered } = this.farthest ?? { read: 0, delivered: 0 };
    for (const bubble of this.thread.querySelectorAll(".bubble--mine[data-sequence]")) {
      const mark = bubble.querySelector("[data-mark]");
      if (!mark) continue;
      const sequence = Number(bubble.dataset.sequence);
      const state = sequence <= read ? "read" : sequence <= delivered ? "delivered" : "sent";
      if (mark.dataset.mark === state && !mark.hidden) continue;
      mark.dataset.mark = state;
      mark.textContent = ` · ${this.mark[state]}`;
      mark.hidden = false;
    }
  }

  typing() {
    this.typingLine.hidden = false;
    this.bubbles.keepEnd();
    clearTimeout(this.typingTimer);
    this.typingTimer = setTimeout(() => { this.typingLine.hidden = true; }, TYPING_SHOWN_MILLISECONDS);
  }

  presence({ from, online, last_seen: lastSeen }) {
    if (!this.presenceLine || (from === "support" && this.words.chatOther !== "support")) return;
    this.presenceLine.classList.toggle("is-online", online);
    if (!online && !lastSeen) { this.presenceLine.textContent = this.withoutPresence; return; }
    this.presenceLine.textContent = online ? this.words.textOnline : text("lastSeen", { when: when(new Date(lastSeen)) });
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

  /** Not in the conversation: warned of, the words stand in the box again; held back, moderators have them. */
  returned(entry, sentence, isWarned) {
    const waiting = this.bubbles.unsent(entry.client_id);
    if (isWarned) waiting?.remove();
    else if (waiting) { // as the page shows it after a reload
      waiting.classList.add("bubble--held");
      waiting.querySelector("time").textContent = this.words.textHeld;
    }
    const others = this.box.value.trim(); // typed meanwhile: nobody has looked at them yet
    if (isWarned) {
      this.fill([entry.body, others].filter(Boolean).join("\n"));
      if (entry.quoted) this.form.dispatchEvent(new CustomEvent("composer:quote", { detail: { sequence: entry.quoted, words: this.bubbles.at(entry.quoted)?.querySelector(".bubble__text")?.textContent ?? "…" } }));
    }
    this.say(sentence);
    this.anyway.hidden = !isWarned || Boolean(others);
  }

  connection(state) {
    this.root.dataset.connection = state;
    if (state !== "open") this.presenceLine?.classList.remove("is-online"); // nobody knows now
    if (state !== "open" && this.presenceLine?.textContent === this.words.textOnline) this.presenceLine.textContent = this.withoutPresence;
    if (state === "over") this.say(this.words.textOver);
    else if (state === "left") this.say(this.words.textLeft);
    else if (state === "down" && this.status.hidden) this.say(this.words.textOffline); // a warning stays readable
  }

  caughtUp() {
    this.root.dataset.connection = "open"; // the socket may have been open before this page's part of it was
    if (this.status.textContent === this.words.textOffline) this.say("");
  }

  // Sending

  send(anyway) {
    if (this.editing.isOn) { this.editing.send(Boolean(anyway)); return; }
    const body = this.box.value.trim();
    // Files that have gone ahead (uploads.js), or come with the form.
    if (this.files.areThere) { this.files.whenThere(() => this.postFiles(anyway)); return; }
    if (!body) return;
    if ([...body].length > Number(this.words.chatLength)) { this.say(this.words.textTooLong); return; } // nothing of it is cut off
    const quoted = Number(this.form.elements.quoted?.value) || null;
    this.sent();
    this.room.send(body, { quoted, confirmed: Boolean(anyway) });
  }

  sent() {
    this.box.value = "";
    this.draft.forget();
    this.anyway.hidden = true;
    if (this.status.textContent !== this.words.textOffline) this.say("");
    this.form.dispatchEvent(new CustomEvent("composer:sent")); // composer.js: another message, without these files and this quote
    this.box.focus();
  }

  formOf({ body, client_id: clientId, quoted, confirmed }) {
    const fields = new FormData();
    fields.set("csrfmiddlewaretoken", this.form.elements.csrfmiddlewaretoken.value);
    fields.set("body", body);
    fields.set("client_id", clientId);
    if (quoted) fields.set("quoted", quoted);
    if (confirmed) fields.set("confirmed", "1");
    return fields;
  }

  /** Returns {event}, {problem, code} when the server said no, or {} when nobody can tell. */
  async post(fields) {
    try {
      const answer = await fetch(this.words.chatPage, { method: "POST", body: fields, headers: { Accept: "application/json" } });
      if (answer.redirected) { location.reload(); return {}; } // logged out: the page leads to the log-in
      const content = await answer.json().catch(() => null); // a refusal of the server itself has a page
      if (answer.ok) return content ? { event: content } : {};
      if (answer.status === 500) return { problem: this.words.textStuck, code: "busy" }; // one above it is of a server that is away
      if (answer.status >= 500 || answer.status === 429) return {};
      return { problem: content?.message ?? this.words.textOver, code: content?.code };
    } catch {
      return {};
    }
  }

  async postFiles(anyway) {
    const button = this.form.querySelector("[type=submit]");
    if (button.getAttribute("aria-busy") === "true") return;
    button.setAttribute("aria-busy", "true");
    const { event, problem, code } = await this.post(new FormData(this.form, anyway)); // with the form's client_id: sent again it is one message
    button.removeAttribute("aria-busy");
    if (!event && code !== "held") {
      this.say(problem ?? this.words.textUnsent);
      this.anyway.hidden = !code?.endsWith("_warning");
      return;
    }
    this.sent();
    if (event) this.room.on_message(event);
    else this.say(problem);
  }

  /** How far this window is, where there is no socket to say it. */
  postReceipt(sequence) {
    const fields = new FormData();
    fields.set("csrfmiddlewaretoken", this.form.elements.csrfmiddlewaretoken.value);
    fields.set("sequence", sequence);
    fetch(`${this.words.chatPage}live/`, { method: "POST", body: fields }).catch(() => {});
    return true;
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
