// Draws the boards of figures. Each picture's figures stand in the table below it: without this script the tables remain.
const TEN_THOUSAND = 10_000;
const HUNDRED_MILLION = 100_000_000;
const MINUTE = 60;
const HOUR = 3600;
const DAY = 86_400;

const page = document.querySelector(".analytics");
const stored = document.getElementById("analytics-data");
const chinese = !document.documentElement.lang.startsWith("en");
const calm = matchMedia("(prefers-reduced-motion: reduce)");

// What is stored as a whole number, as it is measured: fen as yuan, basis points as percent, hundredths as ones.
const SCALES = { fen: 100, basis_points: 100, stars: 100, hundredths: 100 };

function scaled(value, unit) {
  return value === null ? null : value / (SCALES[unit] ?? 1);
}

function plain(number) {
  return Number(number.toFixed(2)).toLocaleString(chinese ? "zh-CN" : "en");
}

function short(number) {
  const size = Math.abs(number);
  if (chinese) {
    if (size >= HUNDRED_MILLION) return `${plain(number / HUNDRED_MILLION)}亿`;
    if (size >= TEN_THOUSAND) return `${plain(number / TEN_THOUSAND)}万`;
  } else {
    if (size >= 1_000_000) return `${plain(number / 1_000_000)}M`;
    if (size >= TEN_THOUSAND) return `${plain(number / 1000)}k`;
  }
  return plain(number);
}

function duration(seconds) {
  const words = chinese ? ["分钟", "小时", "天"] : [" min", " h", " d"];
  if (seconds >= 2 * DAY) return plain(Math.round((seconds / DAY) * 10) / 10) + words[2];
  if (seconds >= HOUR) return plain(Math.round((seconds / HOUR) * 10) / 10) + words[1];
  return plain(Math.round(seconds / MINUTE)) + words[0];
}

function said(number, unit) {
  if (number === null || number === undefined) return "—";
  if (unit === "fen") return `${number < 0 ? "-" : ""}¥${short(Math.abs(number))}`;
  if (unit === "basis_points") return `${plain(number)}%`;
  if (unit === "seconds") return duration(number);
  if (unit === "milliseconds") return chinese ? `${plain(number)}毫秒` : `${plain(number)} ms`;
  return short(number);
}

// Steps between the lines of an axis of durations: nobody reads 17, 33 and 50 minutes.
const STEPS = [1, 2, 5, 10, 15, 30].map((one) => one * MINUTE).concat([1, 2, 4, 6, 12].map((one) => one * HOUR), [1, 2, 5, 10, 20, 50, 100].map((one) => one * DAY));

// What a unit asks of its axis, beside what the library would choose.
function bounds(chart, narrow) {
  const biggest = Math.max(0, ...chart.series.flatMap((one) => one.values.map((value) => scaled(value, chart.unit) ?? 0)));
  if (chart.unit === "stars") return { min: 0, max: 5, interval: 1 };
  if (chart.unit === "basis_points") return biggest > 80 && biggest <= 100 ? { max: 100, interval: narrow ? 50 : 25 } : {};
  if (chart.unit === "count" || chart.unit === "people") return { minInterval: 1 };
  if (chart.unit !== "seconds") return {};
  const step = STEPS.find((one) => biggest / one <= (narrow ? 3 : 5)) ?? STEPS.at(-1);
  return { min: 0, interval: step, max: Math.max(step, Math.ceil(biggest / step) * step) };
}

// Addresses differ at their end.
function ending(name, most) {
  return name.startsWith("/") && name.length > most ? `…${name.slice(1 - most)}` : name;
}

// How many lines the names below a picture take.
function legendRows(series, width) {
  const wide = (name) => [...name].reduce((sum, sign) => sum + (sign.charCodeAt(0) < 256 ? 7 : 12), 30);
  return Math.max(1, Math.ceil(series.reduce((sum, one) => sum + wide(one.name), 0) / Math.max(1, width - 40)));
}

function colours() {
  const known = getComputedStyle(page);
  const one = (name) => known.getPropertyValue(`--chart-${name}`).trim();
  return {
    parts: ["1", "2", "3", "4", "5", "6", "7"].map(one),
    line: one("line"), text: one("text"), before: one("before"), card: one("card"),
  };
}

function seriesOf(chart, place, one, look) {
  const values = one.values.map((value) => scaled(value, chart.unit));
  const colour = one.before ? look.before : look.parts[place % look.parts.length];
  if (chart.picture === "bars") {
    return { name: one.name, type: "bar", data: values, itemStyle: { color: colour }, barMaxWidth: 22 };
  }
  if (chart.picture === "stack") {
    return { name: one.name, type: "bar", stack: "all", data: values, itemStyle: { color: colour }, barMaxWidth: 28 };
  }
  return {
    name: one.name, type: "line", data: values, symbol: "circle", symbolSize: 5, showSymbol: values.length < 16,
    lineStyle: { color: colour, width: one.before ? 1.5 : 2, type: one.before ? "dashed" : "solid" },
    itemStyle: { color: colour }, z: one.before ? 1 : 2,
  };
}

function optionsOf(chart, look, width) {
  const narrow = width < 480;
  const shown = chart.series.filter((one) => !one.before || one.values.some((value) => value !== null));
  const paths = chart.labels.some((label) => label.startsWith("/"));
  const lies = chart.picture === "bars"; // categories stand beside their bars, so that long names are read
  const names = {
    type: "category", data: lies ? chart.labels : chart.axis, axisTick: { show: false }, axisLine: { lineStyle: { color: look.line } },
    axisLabel: { color: look.text, hideOverlap: true, ...(lies ? { width: narrow ? 112 : paths ? 280 : 150, overflow: "truncate", interval: 0, formatter: (name) => ending(name, narrow ? 14 : 30) } : {}) },
    inverse: lies,
  };
  const values = {
    type: "value", splitNumber: narrow ? 3 : 5, splitLine: { lineStyle: { color: look.line } },
    axisLabel: { color: look.text, hideOverlap: true, formatter: (value) => said(value, chart.unit) },
    ...bounds(chart, narrow),
  };
  const several = shown.length > 1;
  return {
    animation: !calm.matches,
    animationDuration: 300,
    textStyle: { fontFamily: getComputedStyle(document.body).fontFamily },
    grid: { left: paths ? 24 : 8, right: 16, top: 16, bottom: several ? 20 + 20 * legendRows(shown, width) : 8, containLabel: true },
    legend: several ? { bottom: 0, type: "plain", itemGap: 12, icon: "roundRect", itemWidth: 14, itemHeight: 4, textStyle: { color: look.text } } : { show: false },
    // On the canvas: a tooltip in HTML would carry style attributes, which the policy refuses.
    tooltip: {
      trigger: "axis", renderMode: "richText", confine: true, axisPointer: { type: lies || chart.picture === "stack" ? "shadow" : "line" },
      backgroundColor: "#2a2521", borderWidth: 0, textStyle: { color: "#fbf7f0", fontSize: 12 }, valueFormatter: (value) => said(value, chart.unit),
    },
    xAxis: lies ? values : names,
    yAxis: lies ? names : values,
    series: shown.map((one, place) => seriesOf(chart, place, one, look)),
  };
}

function draw(place, chart, echarts) {
  place.hidden = false;
  if (chart.picture === "bars" && chart.labels.length > 9) place.dataset.tall = "";
  const drawn = echarts.init(place, null, { renderer: "canvas" });
  const paint = () => drawn.setOption(optionsOf(chart, colours(), place.clientWidth), true);
  paint();
  new ResizeObserver(() => {
    drawn.resize();
    paint();
  }).observe(place);
  matchMedia("(prefers-color-scheme: dark)").addEventListener("change", paint);
  place.dataset.painted = String(chart.labels.length);
}

if (page && stored && globalThis.echarts) {
  const charts = JSON.parse(stored.textContent);
  for (const place of page.querySelectorAll("[data-chart]")) {
    if (charts[place.dataset.chart]) draw(place, charts[place.dataset.chart], globalThis.echarts);
  }
}
