// A message with files goes when all of them have got through (uploads.js). Whoever presses "send" before need not press again; while one
// has failed nothing goes, and nothing that was chosen or written is lost.

export class FilesFirst {
  constructor(form, { say, textSending, textFailed }) {
    Object.assign(this, { form, say, textSending, textFailed });
    this.list = form.querySelector("[data-upload-list]");
  }

  get rows() { return [...(this.list?.children ?? [])]; }

  get areThere() { return Boolean(this.form.elements.files?.files.length || this.rows.length); }

  whenThere(work) {
    const haveFailed = () => this.rows.some((row) => row.classList.contains("shot--error"));
    const areOnTheirWay = () => this.rows.some((row) => row.dataset.state !== "ready" && !row.classList.contains("shot--error"));
    const goOn = () => { if (haveFailed()) this.say(this.textFailed); else work(); };
    if (!areOnTheirWay()) { goOn(); return; }
    if (this.waiting) return;
    this.say(this.textSending);
    this.waiting = new MutationObserver(() => {
      if (areOnTheirWay()) return;
      this.waiting.disconnect();
      this.waiting = null;
      this.say("");
      if (this.rows.length) goOn(); // all were taken away again: there is nothing to send
    });
    this.waiting.observe(this.list, { childList: true, subtree: true, attributes: true, attributeFilter: ["class", "data-state"] });
  }
}
