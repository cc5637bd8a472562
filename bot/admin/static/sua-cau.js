// The preview follows the typing; without this script the button "Xem trước" does the same.
"use strict";

const form = document.getElementById("cau");
const pane = document.getElementById("xem-truoc");
let waiting = 0;
let latest = 0;
let changed = false;

async function show() {
  const mine = ++latest;
  const body = new URLSearchParams(new FormData(form));
  try {
    const answer = await fetch(form.dataset.preview, { method: "POST", body });
    if (!answer.ok || answer.redirected || mine !== latest) return;
    const open = [...pane.querySelectorAll("details")].map((details) => details.open);
    pane.innerHTML = await answer.text();
    pane.querySelectorAll("details").forEach((details, at) => { details.open = open[at]; });
  } catch {
    // Without the network the preview stays as it was; saving tells of trouble itself.
  }
}

form.addEventListener("input", () => {
  changed = true;
  clearTimeout(waiting);
  waiting = setTimeout(show, 400);
});
form.addEventListener("submit", () => { changed = false; });
window.addEventListener("beforeunload", (event) => { if (changed) event.preventDefault(); });
