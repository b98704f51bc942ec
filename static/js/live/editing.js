// New words for a message of one's own, written in the box below the conversation. Without this the link leads to a page with a form.

export class Editing {
  /** `form` is the box, `bubbles` the thread. `done(sequence)` is called when the new words stand, `refused(sentence, isWarning)` when not. */
  constructor(form, bubbles, { done, refused, lost }) {
    Object.assign(this, { form, bubbles, done, refused, lost });
    this.box = form.elements.body;
    this.bar = form.querySelector("[data-chat-edited]");
    this.bar?.querySelector("[data-chat-leave]").addEventListener("click", () => this.leave());
    this.box.addEventListener("keydown", (event) => {
      if (event.key !== "Escape" || event.isComposing || !this.address) return;
      event.preventDefault();
      this.leave();
    });
  }

  /** Whether what stands in the box is to take the place of a message. */
  get isOn() { return Boolean(this.address); }

  /** `link` leads to the page with the form; what stood in the box comes back afterwards. */
  begin(link) {
    if (!this.bar) return false;
    const bubble = link.closest("[data-sequence]");
    if (!this.isOn) this.before = this.box.value;
    this.address = link.href;
    this.sequence = Number(bubble.dataset.sequence);
    link.closest("details").open = false;
    this.bar.hidden = false;
    this.put(bubble.querySelector(".bubble__text")?.innerText ?? "");
    return true;
  }

  leave() {
    this.address = this.sequence = null;
    this.bar.hidden = true;
    this.put(this.before ?? "");
    this.before = "";
    this.refused("", false);
  }

  /** What it was is taken back meanwhile: there is nothing to change any more. */
  gone(sequence) {
    if (this.sequence === sequence) this.leave();
  }

  put(words) {
    this.box.value = words;
    this.box.dispatchEvent(new Event("input", { bubbles: true }));
    this.box.focus();
    this.box.setSelectionRange(words.length, words.length);
  }

  async send(isConfirmed) {
    const { address, sequence } = this;
    const fields = new FormData();
    fields.set("csrfmiddlewaretoken", this.form.elements.csrfmiddlewaretoken.value);
    fields.set("body", this.box.value);
    if (isConfirmed) fields.set("confirmed", "1");
    const answer = await fetch(address, { method: "POST", body: fields, headers: { Accept: "application/json" } }).catch(() => null);
    if (address !== this.address) return; // left meanwhile
    if (answer?.status === 204) {
      this.leave();
      this.done(sequence);
    } else if (!answer || answer.redirected || answer.status >= 500) {
      this.lost(answer);
    } else {
      const { message, code } = (await answer.json().catch(() => null)) ?? {};
      if (message) this.refused(message, Boolean(code?.endsWith("_warning")));
      else this.lost(answer);
    }
  }
}
