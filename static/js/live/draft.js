// What was typed and not sent is there again after a reload, in this window. It goes with the log-out (kept-words.js).
import { storage } from "../kept-words.js";

export class Draft {
  constructor(box, name) {
    this.box = box;
    this.key = `kept:draft:${name}`;
    if (!box.value) box.value = storage((place) => place.getItem(this.key)) ?? "";
  }

  keep() { storage((place) => place.setItem(this.key, this.box.value)); }

  forget() { storage((place) => place.removeItem(this.key)); }
}
