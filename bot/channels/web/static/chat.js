// The chat without reloading the page. What was typed stays in the field until the server has it;
// a message keeps its id over retries, so that it is handled once.
"use strict";

(() => {
  const talk = document.getElementById("talk");
  const form = document.getElementById("ask");
  const field = document.getElementById("cau-hoi");
  const state = document.getElementById("state");
  const typing = document.getElementById("typing");

  const WAITING = "Đang tìm câu trả lời…";
  const AWAY = "Chưa gửi được: máy chủ hoặc mạng đang gián đoạn. Câu của bạn vẫn còn đây, bạn hãy bấm gửi lại.";
  const AWAY_PRESS = "Chưa gửi được: máy chủ hoặc mạng đang gián đoạn. Bạn hãy bấm lại nút đó sau ít phút.";
  const FORGET = "Xóa các câu hỏi và câu trả lời trong cuộc trò chuyện này?";
  const SLOW_AFTER = 20000;
  const LONGEST_SHOWN = 1000;
  const DRAFT = "hoi_dap_nhap";

  // What is on its way, the first one being sent: {message, line}. They leave one after the other.
  const queue = [];
  let sending = false;
  // The message that could not be sent; sent again with the same words it keeps its id.
  let unsent = null;

  const textsOf = (entries) => entries.map((entry) => entry.message.text).filter(Boolean);

  // The draft outlives a reload of this tab, where the browser lets a page keep anything.
  const keep = () => {
    const text = [...textsOf(queue), field.value].filter(Boolean).join(" ");
    const same = [unsent, ...queue.map((entry) => entry.message)].find((one) => one && one.text === text);
    try {
      if (text) sessionStorage.setItem(DRAFT, JSON.stringify(same || { text }));
      else sessionStorage.removeItem(DRAFT);
    } catch { /* then only this page holds it */ }
  };

  const recall = () => {
    try {
      const draft = JSON.parse(sessionStorage.getItem(DRAFT) || "null");
      if (!draft || typeof draft.text !== "string" || field.value) return;
      field.value = draft.text;
      if (draft.id) unsent = draft;
    } catch { /* nothing was kept */ }
  };

  const newId = () =>
    Array.from(crypto.getRandomValues(new Uint8Array(16)), (b) => b.toString(16).padStart(2, "0")).join("");

  const tell = (text, isTrouble) => {
    state.textContent = text;
    state.classList.toggle("trouble", Boolean(isTrouble));
  };

  const showSaid = (text) => {
    const line = document.createElement("p");
    const who = document.createElement("span");
    who.className = "who";
    who.textContent = "Bạn: ";
    line.className = "said";
    line.append(who, text.length > LONGEST_SHOWN ? text.slice(0, LONGEST_SHOWN) + "…" : text);
    talk.append(line);
    return line;
  };

  class Told extends Error {}

  async function post(message) {
    const stop = new AbortController();
    const timer = setTimeout(() => stop.abort(), SLOW_AFTER);
    try {
      const answer = await fetch("/chat", {
        method: "POST",
        headers: { "Content-Type": "application/json" },
        credentials: "same-origin",
        body: JSON.stringify(message),
        signal: stop.signal,
      });
      const body = await answer.json();
      if (!answer.ok) throw new Told(body.error);
      return body.html;
    } finally {
      clearTimeout(timer);
    }
  }

  async function sendAll() {
    if (sending) return;
    sending = true;
    typing.hidden = false;
    tell(WAITING);
    try {
      while (queue.length) {
        const { message, line } = queue[0];
        const html = await post(message);
        queue.shift();
        unsent = null;
        line.insertAdjacentHTML("afterend", html);
        line.scrollIntoView({ block: "start" });
        keep();
      }
      tell("");
    } catch (error) {
      giveBack(error);
    } finally {
      sending = false;
      typing.hidden = true;
      keep();
    }
  }

  // Nothing typed is lost: what could not be sent stands in the field again.
  function giveBack(error) {
    unsent = queue[0].message;
    const away = unsent.text === undefined ? AWAY_PRESS : AWAY;
    const unhandled = queue.splice(0);
    unhandled.forEach((entry) => entry.line.remove());
    field.value = [...textsOf(unhandled), field.value].filter(Boolean).join(" ");
    tell((error instanceof Told && error.message) || away, true);
  }

  function say(message, shown) {
    const line = showSaid(shown);
    queue.push({ message, line });
    line.scrollIntoView({ block: "start" });
    keep();
    sendAll();
  }

  form.addEventListener("submit", (event) => {
    event.preventDefault();
    const text = field.value;
    if (!text.trim()) return;
    const isRetry = unsent !== null && unsent.text === text;
    field.value = "";
    say({ id: isRetry ? unsent.id : newId(), text }, text);
    field.focus({ preventScroll: true });
  });

  talk.addEventListener("submit", (event) => {
    const button = event.submitter;
    if (!button || !button.value) return;
    event.preventDefault();
    const isRetry = unsent !== null && unsent.press === button.value;
    say({ id: isRetry ? unsent.id : newId(), press: button.value }, button.textContent);
  });

  document.getElementById("forget").addEventListener("submit", (event) => {
    if (!window.confirm(FORGET)) {
      event.preventDefault();
      return;
    }
    field.value = "";
    keep();
  });

  field.addEventListener("input", keep);
  recall();
  const said = talk.querySelectorAll(".said");
  if (said.length) said[said.length - 1].scrollIntoView({ block: "start", behavior: "instant" });
})();
