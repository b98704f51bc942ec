// How htmx behaves here. A script of its own right behind htmx, so that it holds whatever becomes of our modules; htmx looks at the page
// once both have run, since deferred scripts run in their order.
// No evaluation, no inline style, no script in swapped parts: the CSP would refuse them anyway (facts/reliability.md, section 6).
// No page is kept in the browser's storage: orders and messages are on them.
Object.assign(window.htmx.config, {
  allowEval: false,
  allowScriptTags: false,
  includeIndicatorStyles: false,
  historyCacheSize: 0,
  selfRequestsOnly: true,
  attributesToSettle: ["class", "width", "height"],
  scrollIntoViewOnBoost: false,
});
