// One conversation on a page: what has come, in its order, without gaps and without doubles; who is there; how far the others are.
import { live } from "./socket.js";
import { Outbox } from "./outbox.js";

const GAP_CLOSES_WITHIN_MILLISECONDS = 800; // two processes may tell of two messages the wrong way round
const RESUME_SPREAD_MILLISECONDS = 1_500;
const RECEIPT_AFTER_MILLISECONDS = 300;
const TYPING_EVERY_MILLISECONDS = 3_000;
const EVENTS = ["message", "edited", "withdrawn", "delivered", "read", "typing", "presence", "offer", "error", "resumed"];

export class Room {
  #beyond = new Set(); // numbers that have come while one before them is missing
  #toldDelivered = 0;
  #toldRead = 0;
  #toldTyping = 0;
  #isSeen = false;

  /**
   * `view` shows things: message(frame, isMine), unsent(entry), changed(frame), marks({delivered, read}), typing(), presence(state), seesEnd,
   * offer(id), refused(sentence), returned(entry, sentence, isWarned), connection("open" | "down" | "over" | "left"), caughtUp(). `post(entry)` sends by the form's address.
   */
  constructor({ conversation, sequence, since, role, poll, receipts, view, post, textStuck }) {
    Object.assign(this, { conversation, role, receipts, view });
    this.after = sequence; // up to here nothing is missing
    this.head = sequence;
    this.since = since; // the server's clock, when that was so
    this.others = {}; // role → {delivered, read}
    for (const name of EVENTS) live.addEventListener(name, ({ detail }) => detail.conversation === conversation && this[`on_${name}`](detail));
    for (const name of ["open", "down", "over"]) live.addEventListener(name, () => view.connection(name));
    this.outbox = new Outbox(conversation, role, { onChange: (entry) => view.unsent(entry), onSent: (frame) => this.on_message(frame), onReturned: (...what) => view.returned(...what), post, textStuck });
    live.follow(conversation, { after: () => this.after, since: () => this.since, poll });
    document.addEventListener("visibilitychange", () => this.seen());
    this.seen();
  }

  send(body, options) { this.outbox.add(body, options); }

  /** Whoever looks at the page has seen what stands there. */
  seen() {
    this.#isSeen = document.visibilityState === "visible";
    this.#receipt();
  }

  typed() {
    const now = Date.now();
    if (now - this.#toldTyping < TYPING_EVERY_MILLISECONDS) return;
    this.#toldTyping = now;
    live.say({ type: "typing", conversation: this.conversation });
  }

  on_message(frame) {
    const isMine = frame.from === this.role;
    if (isMine) this.outbox.settle(frame.client_id);
    this.view.message(frame, isMine);
    // Who answers has read what stands above: the server notes it with the answer, and tells it by nothing else.
    if (!isMine && frame.kind === "text") this.#mark(frame.from, { delivered: frame.sequence, read: frame.sequence });
    this.#came(frame.sequence);
    this.#receipt();
  }

  on_edited(frame) { this.view.changed(frame); }

  on_withdrawn(frame) { this.view.changed(frame); }

  on_offer(frame) { this.view.offer(frame.id); }

  on_typing(frame) { if (frame.from !== this.role) this.view.typing(frame.from); }

  on_presence(frame) { if (frame.from !== this.role) this.view.presence(frame); }

  on_delivered(frame) { this.#mark(frame.from, { delivered: frame.sequence }); }

  on_read(frame) {
    if (frame.from === this.role) this.#toldRead = Math.max(this.#toldRead, frame.sequence); // in another window of ours
    this.#mark(frame.from, { delivered: frame.sequence, read: frame.sequence });
  }

  on_error(frame) {
    if (frame.code === "not_participant" && !frame.client_id) { live.unfollow(this.conversation); this.view.connection("left"); return; }
    if (!this.outbox.refuse(frame) && frame.message) this.view.refused(frame.message);
  }

  on_resumed(frame) {
    this.head = Math.max(this.head, frame.sequence);
    if (frame.again) { // the server says how far the conversation is: it may have failed to tell us
      if (frame.sequence > this.after) setTimeout(() => frame.sequence > this.after && live.resume(this.conversation), Math.random() * RESUME_SPREAD_MILLISECONDS);
      return;
    }
    this.role = frame.role;
    this.#came(frame.sequence, true);
    for (const [role, marks] of Object.entries(frame.marks ?? {})) this.#mark(role, marks);
    for (const [role, state] of Object.entries(frame.presence ?? {})) this.view.presence({ from: role, ...state });
    if (frame.more) { live.resume(this.conversation); return; }
    this.since = frame.at;
    this.view.caughtUp();
    this.outbox.flush();
    this.#receipt();
  }

  /** Note a number. With `isWhole`, everything before it has come, too. */
  #came(sequence, isWhole = false) {
    this.head = Math.max(this.head, sequence);
    if (isWhole) this.after = Math.max(this.after, sequence);
    else if (sequence > this.after) this.#beyond.add(sequence);
    while (this.#beyond.delete(this.after + 1)) this.after += 1;
    for (const number of this.#beyond) if (number <= this.after) this.#beyond.delete(number);
    clearTimeout(this.gap);
    if (this.#beyond.size) this.gap = setTimeout(() => live.resume(this.conversation), GAP_CLOSES_WITHIN_MILLISECONDS);
  }

  #mark(role, marks) {
    const known = this.others[role] ??= { delivered: 0, read: 0 };
    for (const [name, sequence] of Object.entries(marks)) known[name] = Math.max(known[name], sequence);
    if (role === this.role) return;
    const others = Object.entries(this.others).filter(([name]) => name !== this.role && (name !== "support" || Object.keys(this.others).length === 2));
    this.view.marks({
      delivered: Math.max(0, ...others.map(([, one]) => one.delivered)),
      read: Math.max(0, ...others.map(([, one]) => one.read)),
    });
  }

  /** Tell how far this window is, a moment later and once for many. */
  #receipt() {
    clearTimeout(this.receiptTimer);
    this.receiptTimer = setTimeout(() => this.#tellReceipt(), RECEIPT_AFTER_MILLISECONDS);
  }

  #tellReceipt() {
    const { conversation, after: sequence } = this;
    if (this.#isSeen && this.view.seesEnd && sequence > this.#toldRead) {
      if (live.say({ type: "read", conversation, sequence })) this.#toldRead = sequence;
      else if (!live.isOpen && this.receipts(sequence)) this.#toldRead = sequence;
    } else if (sequence > Math.max(this.#toldRead, this.#toldDelivered) && live.say({ type: "delivered", conversation, sequence })) {
      this.#toldDelivered = sequence;
    }
  }
}
