// What was typed and not sent is there again after a reload, in this window. It goes with the log-out (kept-words.js). A browser may
// refuse the storage: then nothing is kept, and everything else goes on.

export class Draft {
  constructor(box, name) {
    this.box = box;
    this.key = `kept:draft:${name}`;
    if (!box.value) box.value = this.#storage((place) => place.getItem(this.key)) ?? "";
  }

  keep() { this.#storage((place) => place.setItem(this.key, this.box.value)); }

  forget() { this.#storage((place) => place.removeItem(this.key)); }

  #storage(work) {
    try {
      return work(sessionStorage);
    } catch {
      return null;
    }
  }
}
