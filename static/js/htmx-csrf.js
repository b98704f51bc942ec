// The CSRF cookie is HttpOnly, so the token comes from the page and leaves in a header. Never to another host: htmx refuses those itself.
document.addEventListener("htmx:configRequest", (event) => {
  const token = document.querySelector('meta[name="csrf-token"]')?.content;
  if (token && event.detail.verb !== "get") event.detail.headers["X-CSRFToken"] = token;
});
