// The queue before a paper: asks for the place now and then, and goes in when it is one's turn.
// Without this script the page loads itself anew.
"use strict";

(() => {
  const card = document.getElementById("cho");
  if (!card) return;

  const number = document.getElementById("vi-tri");
  const trouble = document.getElementById("tin");
  let page = card.dataset.page;
  let failures = 0;

  const later = (seconds) => setTimeout(ask, seconds * 1000 * (0.9 + Math.random() / 5));

  async function ask() {
    try {
      const answer = await fetch(page.replace("/cho?", "/cho/trang-thai?"), { cache: "no-store" });
      if (!answer.ok) throw new Error(String(answer.status));
      const place = await answer.json();
      page = place.page;
      failures = 0;
      trouble.hidden = true;
      if (place.number === 0) {
        location.replace(page);
        return;
      }
      number.textContent = place.number;
      // A reload, too, comes with the newest ticket.
      history.replaceState(null, "", page);
      later(place.again_s);
    } catch {
      failures += 1;
      trouble.textContent = "Mạng đang chập chờn. Máy vẫn giữ chỗ của bạn và tự hỏi lại.";
      trouble.hidden = false;
      later(Math.min(60, 2 ** (failures + 1)));
    }
  }

  later(Number(card.dataset.again));
})();
