// What this window has sent and not had back yet. Each message has a name of its own (client_id), by which the server knows it again:
// sent twice it is one message, whether through the socket or by POST. One is on its way at a time, so that they arrive in the order in
// which they were written. They outlive a reload, in this tab, where the browser does not refuse it.
import { storage } from "../kept-words.js";
import { newId } from "./ids.js";
import { live } from "./socket.js";

const ANSWERED_WITHIN_MILLISECONDS = 8_000;
const BY_POST_AFTER_MILLISECONDS = 3_000; // this long without a socket
const AGAIN_AFTER_MILLISECONDS = 2_000;
const PREFIX = "unsent:";
const WILL_PASS = new Set(["busy", "too_fast"]); // refusals that are none
const BUSY = "busy";
const BUSY_AT_MOST = 5; // then it is not the moment, and whoever wrote decides
const WARNINGS = new Set(["contact_warning", "words_warning"]); // sent again with `confirmed`, it goes
const HELD = "held"; // moderators have it: it is not sent again

export class Outbox {
  #entries = new Map(); // client_id → {client_id, body, quoted, confirmed, state: "sending" | "failed", timer while on its way, tries, busy: times}
  #isPosting = false;

  /**
   * `onChange(entry)` shows an entry as it is now; `post(entry)` sends it by the form's address and returns its event;
   * `onReturned(entry, sentence, isWarned)` takes one out: warned of, it may be confirmed, otherwise moderators have it.
   */
  constructor(conversation, role, { onChange, onSent, onReturned, post, textStuck }) {
    this.conversation = conversation;
    this.textStuck = textStuck;
    this.place = `${PREFIX}${conversation}:${role}`; // of this person: in the same tab another one may have logged in
    this.onChange = onChange;
    this.onSent = onSent;
    this.onReturned = onReturned;
    this.post = post;
    for (const kept of JSON.parse(storage((place) => place.getItem(this.place)) ?? "[]")) this.#take({ ...kept, tries: 1 });
    live.addEventListener("down", () => { if (this.#first) this.#later(this.#first, BY_POST_AFTER_MILLISECONDS); });
  }

  get isEmpty() { return this.#entries.size === 0; }

  add(body, { quoted = null, confirmed = false } = {}) {
    const entry = this.#take({ client_id: newId(), body, quoted, confirmed, state: "sending", tries: 0 });
    this.#next();
    return entry;
  }

  /** The conversation is followed and up to date: what waits goes out. */
  flush() {
    if (this.#first) this.#transmit(this.#first);
  }

  again(clientId) {
    const entry = this.#entries.get(clientId);
    if (!entry) return;
    entry.state = "sending";
    entry.problem = "";
    entry.busy = 0;
    this.onChange(entry);
    this.#next();
  }

  drop(clientId) {
    const entry = this.#entries.get(clientId);
    if (entry) this.#forget(entry);
    return entry;
  }

  /** The server has it: returns whether it was one of ours. */
  settle(clientId) {
    const entry = clientId && this.#entries.get(clientId);
    if (entry) this.#forget(entry);
    return Boolean(entry);
  }

  /** The server said no, or not yet. */
  refuse({ client_id, code, message, retry_after }) {
    const entry = this.#entries.get(client_id);
    if (!entry) return false;
    if (code === BUSY) entry.busy = (entry.busy ?? 0) + 1;
    if (entry.busy >= BUSY_AT_MOST) {
      this.#fail(entry, this.textStuck);
      return true;
    }
    if (WILL_PASS.has(code)) {
      this.#later(entry, retry_after ? retry_after * 1000 : AGAIN_AFTER_MILLISECONDS);
      entry.problem = message; // why it waits; it goes with the next try
      this.onChange(entry);
      entry.problem = "";
      return true;
    }
    if (code === HELD || WARNINGS.has(code)) {
      this.#forget(entry);
      this.onReturned(entry, message, code !== HELD);
      return true;
    }
    this.#fail(entry, message);
    return true;
  }

  get #first() { return [...this.#entries.values()].find((entry) => entry.state === "sending"); }

  #next() {
    if (this.#first && !this.#first.timer) this.#transmit(this.#first);
  }

  #take(entry) {
    this.#entries.set(entry.client_id, entry);
    this.#keep();
    this.onChange(entry);
    return entry;
  }

  #forget(entry) {
    clearTimeout(entry.timer);
    this.#entries.delete(entry.client_id);
    this.#keep();
    this.#next();
  }

  #keep() {
    const kept = [...this.#entries.values()].map(({ client_id, body, quoted, confirmed, state, problem }) => ({ client_id, body, quoted, confirmed, state, problem }));
    storage((place) => (kept.length ? place.setItem(this.place, JSON.stringify(kept)) : place.removeItem(this.place)));
  }

  #later(entry, milliseconds) {
    clearTimeout(entry.timer);
    entry.timer = setTimeout(() => this.#transmit(entry), milliseconds);
  }

  #fail(entry, problem) {
    clearTimeout(entry.timer);
    Object.assign(entry, { state: "failed", problem, timer: null });
    this.#keep();
    this.onChange(entry);
    this.#next();
  }

  #transmit(entry) {
    if (entry.state !== "sending" || !this.#entries.has(entry.client_id)) return;
    const { client_id, body, quoted, confirmed } = entry;
    const said = live.say({ type: "message", conversation: this.conversation, client_id, body, quoted, confirmed, again: entry.tries > 0 });
    entry.tries += 1;
    if (said) this.#later(entry, ANSWERED_WITHIN_MILLISECONDS);
    else if (entry.tries > 1 || !live.isWanted) this.#byPost();
    else this.#later(entry, BY_POST_AFTER_MILLISECONDS);
  }

  /** One after the other, the oldest first. */
  async #byPost() {
    if (this.#isPosting) return;
    this.#isPosting = true;
    try {
      for (let entry = this.#first; entry && !live.isOpen; entry = this.#first) {
        clearTimeout(entry.timer);
        const answer = await this.post(entry);
        if (answer.event) { this.settle(entry.client_id); this.onSent(answer.event); }
        else if (answer.problem) {
          this.refuse({ client_id: entry.client_id, code: answer.code, message: answer.problem });
          if (WILL_PASS.has(answer.code)) break;
        }
        else { this.#later(entry, AGAIN_AFTER_MILLISECONDS * Math.min(entry.tries, 5)); break; }
      }
    } finally {
      this.#isPosting = false;
    }
    if (live.isOpen) this.flush();
  }
}
