// Bubbles of a thread, filled from frames (docs/live.md) with textContent alone: nothing that somebody wrote becomes markup.
const SHOWN_BEFORE_END_PIXELS = 120;

export function clock(moment) {
  return moment.toLocaleTimeString("zh-CN", { hour: "2-digit", minute: "2-digit", hour12: false, timeZone: "Asia/Shanghai" });
}

/** Text with its line breaks. */
function fillLines(element, words) {
  element.replaceChildren(...words.split("\n").flatMap((line, index) => (index ? [document.createElement("br"), line] : [line])));
}

function portrait(placeholder, frame) {
  if (!frame.avatar_url) {
    placeholder.textContent = (frame.name ?? "").slice(0, 1).toUpperCase();
    return;
  }
  const image = new Image(44, 44);
  image.className = placeholder.className;
  image.alt = "";
  image.src = frame.avatar_url;
  placeholder.replaceWith(image);
}

export class Bubbles {
  /** `thread` is the list, `template` what one bubble is cloned from, `end` the element that always stays last in the list. */
  constructor(thread, template, end) {
    this.thread = thread;
    this.template = template;
    this.end = end;
    this.isAtEnd = true; // as far as the list scrolls by itself
    this.isInSight = false; // the window shows its end
    new IntersectionObserver((entries) => { this.isInSight = entries.at(-1).isIntersecting; this.#tell(); }, { rootMargin: `0px 0px ${SHOWN_BEFORE_END_PIXELS}px 0px` }).observe(this.#last());
    // Only who scrolls leaves the end: what grows (a picture that has come, a box with more lines) moves it away from nobody.
    thread.addEventListener("scroll", () => this.#scrolled());
    thread.addEventListener("load", () => this.keepEnd(), true);
    new ResizeObserver(() => this.keepEnd()).observe(thread);
  }

  #scrolled() {
    const { scrollHeight, scrollTop, clientHeight } = this.thread;
    const isNear = scrollHeight - scrollTop - clientHeight < SHOWN_BEFORE_END_PIXELS;
    const isUp = scrollTop < (this.lastTop ?? 0);
    this.lastTop = scrollTop;
    if (isNear) this.isAtEnd = true;
    else if (isUp) this.isAtEnd = false;
    this.#tell();
  }

  /** Where the list ends, also while nobody types. */
  #last() {
    const there = this.thread.querySelector(".thread__end");
    if (there) return there;
    const last = document.createElement("li");
    last.className = "thread__end";
    last.setAttribute("aria-hidden", "true");
    this.thread.append(last);
    return last;
  }

  /** Whether the newest message is on the screen. */
  get seesEnd() { return this.isAtEnd && this.isInSight; }

  #tell() {
    if (this.seesEnd === this.told) return;
    this.told = this.seesEnd;
    this.thread.dispatchEvent(new CustomEvent("thread:end", { detail: this.told }));
  }

  /** What changed the height of the list hides nothing from who was at its end. */
  keepEnd() { if (this.isAtEnd) this.scrollDown(); }

  get newest() { return Math.max(0, ...[...this.thread.querySelectorAll("[data-sequence]")].map((one) => Number(one.dataset.sequence))); }

  at(sequence) { return this.thread.querySelector(`[data-sequence="${sequence}"]`); }

  unsent(clientId) { return this.thread.querySelector(`[data-unsent="${CSS.escape(clientId)}"]`); }

  /** Those that quote the message with this number. */
  quoting(sequence) { return [...this.thread.querySelectorAll(`[data-quotes="${sequence}"]`)].map((quote) => quote.closest("[data-sequence]")).filter(Boolean); }

  make(frame, isMine) {
    const bubble = this.template.content.firstElementChild.cloneNode(true);
    const sentAt = new Date(frame.sent_at);
    bubble.classList.toggle("bubble--mine", isMine);
    if (frame.sequence) bubble.dataset.sequence = frame.sequence;
    if (frame.id) { bubble.dataset.message = frame.id; bubble.id = `message-${frame.id}`; }
    bubble.dataset.day = frame.sent_at.slice(0, 10);
    bubble.querySelector("[data-name]").textContent = frame.name ?? "";
    portrait(bubble.querySelector(".avatar"), frame);
    bubble.querySelectorAll("[data-quote], [data-picture], [data-voice], [data-link], .bubble__file").forEach((part) => part.remove());
    const words = bubble.querySelector(".bubble__text");
    if (frame.body) fillLines(words, frame.body);
    else words.remove();
    const time = bubble.querySelector("time");
    time.dateTime = frame.sent_at;
    time.textContent = clock(sentAt);
    return bubble;
  }

  /** In its place by number; what has none yet comes last. */
  place(bubble) {
    const sequence = Number(bubble.dataset.sequence ?? Infinity);
    const isAtEnd = this.isAtEnd || bubble.matches(".bubble--mine[data-unsent]");
    const later = [...this.thread.querySelectorAll("[data-sequence], [data-unsent]")].find((one) => one !== bubble && Number(one.dataset.sequence ?? Infinity) > sequence);
    (later ?? this.end).before(bubble);
    if (isAtEnd) this.scrollDown();
  }

  /** Where one is, is not the end until one has come there. */
  stayHere() {
    this.isAtEnd = false;
    this.#scrolled();
  }

  scrollDown() {
    this.isAtEnd = true;
    this.thread.scrollTop = this.thread.scrollHeight;
    this.#tell();
  }
}
