// Ties allauth's passkey scripts to our forms: allauth's own templates do it inline, which our CSP refuses.
// A form with data-passkey="login|add|authenticate" has #passkey-button, #passkey-credential and #passkey-data (the server's options).
const ids = { credential: "passkey-credential", data: "passkey-data", passwordless: "id_passwordless" };
const button = "passkey-button";
const starts = {
  login: (forms) => forms.loginForm({ ids: { ...ids, login: button } }),
  add: (forms) => forms.addForm({ ids: { ...ids, add: button } }),
  authenticate: (forms) => forms.authenticateForm({ ids: { ...ids, authenticate: button } }),
};
const form = document.querySelector("[data-passkey]");

if (form && window.PublicKeyCredential) {
  form.hidden = false;
  starts[form.dataset.passkey](window.allauth.webauthn.forms);
  const problem = form.querySelector("[data-passkey-problem]");
  form.querySelector(`#${button}`).addEventListener("click", () => (problem.hidden = true));
  // A person who thought better of it is no error of the page.
  document.addEventListener("allauth.error", (event) => {
    event.preventDefault();
    problem.hidden = false;
  });
} else if (form) {
  document.querySelectorAll("[data-no-passkeys]").forEach((element) => (element.hidden = false));
}
