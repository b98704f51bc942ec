// The page of an order about which nothing has been said yet, while something is said to this person: perhaps here. The page is offered anew.
const link = document.querySelector("[data-talk-begins]");

document.addEventListener("live:unread", ({ detail }) => { if (detail.latest?.length) link.hidden = false; });
link.addEventListener("click", (event) => {
  event.preventDefault(); // an address with a mark in it alone would load nothing
  location.reload();
});
