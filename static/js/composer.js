// The box below a conversation: quick replies by "/", signs, quoting, voice messages. Sending is chat.js; without either the form is posted.
import { newId } from "./live/ids.js";

const MOST_VOICE_SECONDS = 120;
const SHORT_PIXELS = 480;
const VOICE_TYPES = { "audio/webm": "webm", "audio/mp4": "m4a", "audio/ogg": "ogg" };

class Composer {
  constructor(form) {
    this.form = form;
    this.box = form.elements.body;
    this.replies = [...form.querySelectorAll("[data-chat-reply]")];
    this.listenForSlash();
    this.listenForSigns();
    this.listenForQuotes();
    this.listenForVoice();
    // Sent by a script: the next one is another message, without these files and this quote.
    form.addEventListener("composer:sent", () => this.clear());
    // One that came back with a warning quotes what it quoted.
    form.addEventListener("composer:quote", ({ detail }) => this.quote(detail.sequence, detail.words));
    // The box has grown by all this: the newest message stays in sight.
    const thread = form.closest("[data-chat]")?.querySelector("[data-chat-thread]");
    if (thread && ["", "#newest"].includes(location.hash)) thread.scrollTop = thread.scrollHeight;
  }

  clear() {
    this.form.elements.client_id.value = newId();
    this.form.querySelector("[data-upload-list]")?.replaceChildren();
    this.quote("", "");
  }

  insert(text) {
    const { selectionStart: begin, selectionEnd: end } = this.box;
    this.box.setRangeText(text, begin, end, "end");
    this.box.dispatchEvent(new Event("input", { bubbles: true }));
    this.box.focus();
  }

  // "/" at the beginning of an empty box opens the list; typing on narrows it.
  listenForSlash() {
    if (!this.replies.length) return;
    const bar = this.replies[0].closest("[data-chat-replies]");
    bar.hidden = false;
    bar.classList.add("composer__replies--live");
    this.box.setAttribute("aria-keyshortcuts", "/");
    this.box.placeholder = this.box.dataset.withReplies ?? this.box.placeholder;
    this.box.addEventListener("input", () => {
      const typed = this.box.value;
      const isAsked = typed.startsWith("/") && !typed.includes("\n");
      const words = typed.slice(1).trim().toLowerCase();
      bar.classList.toggle("is-asked", isAsked);
      this.replies.forEach((reply) => {
        reply.hidden = isAsked && words !== "" && !`${reply.dataset.title} ${reply.dataset.chatReply}`.toLowerCase().includes(words);
      });
    });
    this.box.addEventListener("keydown", (event) => {
      if (!this.box.value.startsWith("/") || event.isComposing) return;
      const shown = this.replies.filter((reply) => !reply.hidden);
      if (event.key === "ArrowUp" || event.key === "ArrowDown") {
        event.preventDefault();
        shown.at(event.key === "ArrowDown" ? 0 : -1)?.focus();
      } else if ((event.key === "Enter" && shown.length) || (event.key === "Tab" && !event.shiftKey && shown.length === 1)) {
        event.preventDefault();
        shown[0].click();
      } else if (event.key === "Escape") {
        this.box.value = "";
        this.box.dispatchEvent(new Event("input", { bubbles: true }));
      }
    });
    bar.addEventListener("keydown", (event) => {
      const step = { ArrowDown: 1, ArrowRight: 1, ArrowUp: -1, ArrowLeft: -1 }[event.key];
      const shown = this.replies.filter((reply) => !reply.hidden);
      const place = shown.indexOf(document.activeElement);
      if (event.key === "Escape") this.box.focus();
      if (!step || place < 0) return;
      event.preventDefault();
      shown[(place + step + shown.length) % shown.length].focus();
    });
    // In the capture phase: chat.js puts the words into the box too, in place of what stands there.
    bar.addEventListener("click", (event) => {
      const reply = event.target.closest("[data-chat-reply]");
      if (!reply) return;
      event.stopPropagation();
      if (this.box.value.startsWith("/")) this.box.value = "";
      this.insert(reply.dataset.chatReply);
      this.pointAtGap();
    });
  }

  /** What of a reply nobody could fill in is selected, to be written over. */
  pointAtGap() {
    const gap = /\{(name|service|order)\}/.exec(this.box.value);
    if (gap) this.box.setSelectionRange(gap.index, gap.index + gap[0].length);
  }

  listenForSigns() {
    const signs = this.form.querySelector("[data-emoji]");
    if (!signs) return;
    signs.hidden = false;
    signs.addEventListener("click", (event) => {
      const sign = event.target.closest("[data-emoji-sign]");
      if (sign) this.insert(sign.dataset.emojiSign);
    });
    document.addEventListener("click", (event) => { if (!signs.contains(event.target)) signs.open = false; });
    signs.addEventListener("keydown", (event) => {
      if (event.key !== "Escape") return;
      signs.open = false;
      signs.querySelector("summary").focus();
    });
  }

  listenForQuotes() {
    const room = this.form.closest("[data-chat]");
    room?.addEventListener("click", (event) => {
      const link = event.target.closest("[data-chat-quote]");
      if (!link) return;
      event.preventDefault();
      const bubble = link.closest("[data-sequence]");
      this.quote(link.dataset.chatQuote, bubble.querySelector(".bubble__text, .bubble__file b")?.textContent ?? "…");
      link.closest("details").open = false;
      this.box.focus();
    });
    this.form.querySelector("[data-chat-unquote]")?.addEventListener("click", (event) => {
      event.preventDefault();
      this.quote("", "");
    });
  }

  quote(sequence, words) {
    const shown = this.form.querySelector("[data-chat-quoted]");
    this.form.elements.quoted.value = sequence;
    shown.hidden = !sequence;
    shown.querySelector("span").textContent = words.slice(0, 80);
  }

  listenForVoice() {
    const button = this.form.querySelector("[data-voice-record]");
    const type = Object.keys(VOICE_TYPES).find((one) => window.MediaRecorder?.isTypeSupported(one));
    if (!button || !type || !navigator.mediaDevices) return;
    const label = button.getAttribute("aria-label");
    button.hidden = false;
    // Whoever sends while it records means what was said: it ends, goes up, and goes out.
    this.form.addEventListener("submit", (event) => {
      if (!this.recorder) return;
      event.preventDefault();
      event.stopImmediatePropagation();
      this.isToBeSent = true;
      this.recorder.stop();
    }, { capture: true });
    button.addEventListener("click", async () => {
      if (this.recorder) { this.recorder.stop(); return; }
      try {
        this.record(await navigator.mediaDevices.getUserMedia({ audio: true }), type, button, label);
      } catch {
        this.say(button.dataset.textDenied);
      }
    });
  }

  record(stream, type, button, label) {
    const pieces = [];
    const recorder = this.recorder = new MediaRecorder(stream, { mimeType: type });
    const cancel = this.form.querySelector("[data-voice-cancel]");
    const began = Date.now();
    const tell = () => {
      const seconds = Math.round((Date.now() - began) / 1000);
      if (seconds >= MOST_VOICE_SECONDS && recorder.state === "recording") recorder.stop();
      else this.say(button.dataset.textRunning.replace("%(time)s", `${Math.floor(seconds / 60)}:${String(seconds % 60).padStart(2, "0")}`));
    };
    const every = setInterval(tell, 1000);
    const throwAway = () => { pieces.isUnwanted = true; recorder.stop(); };
    cancel.hidden = false;
    cancel.addEventListener("click", throwAway, { once: true });
    recorder.addEventListener("dataavailable", ({ data }) => pieces.push(data));
    recorder.addEventListener("stop", () => {
      clearInterval(every);
      cancel.removeEventListener("click", throwAway);
      cancel.hidden = true;
      this.say("");
      stream.getTracks().forEach((track) => track.stop());
      this.recorder = null;
      button.setAttribute("aria-pressed", "false");
      button.setAttribute("aria-label", label);
      const isToBeSent = this.isToBeSent;
      this.isToBeSent = false;
      if (!pieces.length || pieces.isUnwanted) return;
      this.attach(new File(pieces, `voice-${Date.now()}.${VOICE_TYPES[type]}`, { type }));
      if (isToBeSent) this.form.requestSubmit();
    });
    recorder.start();
    tell();
    button.setAttribute("aria-pressed", "true");
    button.setAttribute("aria-label", button.dataset.textStop);
  }

  // Into the file field, as if it had been chosen there: from here on it goes the way of every file.
  attach(file) {
    const chosen = new DataTransfer();
    chosen.items.add(file);
    this.form.elements.files.files = chosen.files;
    this.form.elements.files.dispatchEvent(new Event("change", { bubbles: true }));
  }

  say(sentence) {
    const status = this.form.querySelector("[data-chat-status]");
    status.textContent = sentence;
    status.hidden = !sentence;
  }
}

// A keyboard on the screen covers what stands below it: the room is as high as what is left to see, its newest message in sight.
function keepAboveKeyboard() {
  const seen = window.visualViewport;
  const thread = document.querySelector(".is-chat .room__thread");
  if (!seen || !thread || !document.adoptedStyleSheets) return;
  const sheet = new CSSStyleSheet(); // a style attribute is what our policy forbids
  document.adoptedStyleSheets = [...document.adoptedStyleSheets, sheet];
  seen.addEventListener("resize", () => {
    if (seen.scale > 1.01) return; // somebody looks closer
    const isAtEnd = thread.scrollHeight - thread.scrollTop - thread.clientHeight < 80;
    // Beside a keyboard there is room for what is read and what is written alone (as chat.css has it where the page itself shrinks).
    const isShort = seen.height < SHORT_PIXELS;
    const hidden = isShort ? ".is-chat :is(.room__about, .room__orders, .composer > .scroller:not(:has(.is-asked))) { display: none; }" : "";
    sheet.replaceSync(`:root { --in-sight: ${seen.height}px; } ${hidden}`);
    window.scrollTo(0, 0);
    if (isAtEnd) thread.scrollTop = thread.scrollHeight;
  });
}

keepAboveKeyboard();
document.querySelectorAll("[data-chat-form]").forEach((form) => new Composer(form));
