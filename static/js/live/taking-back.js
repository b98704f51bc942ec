// A message of one's own is taken back without leaving the page, and can be said in another way.

export class TakingBack {
  /** `words` are the sentences of the room; `done(sequence)` is called when it is gone, `say(sentence)` when it is not. */
  constructor(room, box, { done, say }) {
    Object.assign(this, { words: room.dataset, box, done, say });
    this.taken = new Map(); // sequence → what it said
    room.addEventListener("submit", (event) => {
      if (!event.target.matches("[data-chat-withdraw]")) return;
      event.preventDefault();
      this.withdraw(event.target);
    });
    room.addEventListener("click", ({ target }) => {
      const button = target.closest("[data-chat-reword]");
      if (button) this.reword(Number(button.dataset.chatReword));
    });
  }

  async withdraw(form) {
    const sequence = Number(form.dataset.chatWithdraw);
    const said = form.closest("[data-sequence]").querySelector(".bubble__text")?.innerText;
    const answer = await fetch(form.action, { method: "POST", body: new FormData(form), headers: { Accept: "application/json" } }).catch(() => null);
    if (answer?.status === 204) {
      if (said) this.taken.set(sequence, said);
      this.done(sequence);
    } else if (!answer) this.say(this.words.textOffline);
    else if (answer.redirected) this.say(this.words.textOver); // to the log-in
    else this.say((await answer.json().catch(() => null))?.message ?? this.words.textStuck);
  }

  /** What one took back on this page has a way back into the box. */
  offer(bubble) {
    const place = bubble.querySelector(".bubble__withdrawn");
    if (!place || !this.taken.has(Number(bubble.dataset.sequence))) return;
    const button = document.createElement("button");
    Object.assign(button, { type: "button", className: "link", textContent: this.words.textReword });
    button.dataset.chatReword = bubble.dataset.sequence;
    place.append(" ", button);
  }

  reword(sequence) {
    this.box.value = [this.box.value.trim(), this.taken.get(sequence)].filter(Boolean).join("\n");
    this.box.dispatchEvent(new Event("input", { bubbles: true }));
    this.box.focus();
  }
}
