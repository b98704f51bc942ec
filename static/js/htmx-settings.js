// How htmx behaves here. It looks at the page when that has been read, which is after this module: deferred scripts run in their order.
// No evaluation, no inline style, no script in swapped parts: the CSP would refuse them anyway (facts/reliability.md, section 6).
Object.assign(window.htmx.config, {
  allowEval: false,
  allowScriptTags: false,
  includeIndicatorStyles: false,
  historyCacheSize: 0,
  selfRequestsOnly: true,
  attributesToSettle: ["class", "width", "height"],
  scrollIntoViewOnBoost: false,
});
