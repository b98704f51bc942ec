// Keeps what is left of a deadline true: <time data-deadline="2026-12-05T14:30:00+08:00">. The words are those of the `time_left` filter.
import { text } from "./texts.js";

const MINUTE = 60;
const HOUR = 60 * MINUTE;
const DAY = 24 * HOUR;

// The demo's clock may be ahead of the visitor's.
const AHEAD = Number(document.querySelector("meta[name=clock-ahead]")?.content ?? 0) * 1000;

function duration(seconds) {
  const days = Math.floor(seconds / DAY);
  const hours = Math.floor((seconds % DAY) / HOUR);
  const minutes = Math.floor((seconds % HOUR) / MINUTE);
  if (days && hours) return text("daysHours", { days, hours });
  if (days) return text(days === 1 ? "day" : "days", { days });
  if (hours && minutes) return text("hoursMinutes", { hours, minutes });
  if (hours) return text(hours === 1 ? "hour" : "hours", { hours });
  return minutes ? text("minutes", { minutes }) : text("moment");
}

function tick() {
  for (const element of document.querySelectorAll("[data-deadline]")) {
    const seconds = Math.trunc((Date.parse(element.dataset.deadline) - (Date.now() + AHEAD)) / 1000);
    if (Number.isNaN(seconds)) continue;
    const words = text(seconds >= 0 ? "left" : "overdue", { duration: duration(Math.abs(seconds)) });
    if (words && element.textContent !== words) element.textContent = words;
  }
}

tick();
setInterval(tick, 15_000);
document.addEventListener("visibilitychange", () => document.hidden || tick());
