// The chat without reloading the page. What was typed stays in the field until the server has it;
// a message keeps its id over retries, so that it is handled once.
"use strict";

(() => {
  const talk = document.getElementById("talk");
  const form = document.getElementById("ask");
  const field = document.getElementById("cau-hoi");
  const send = form.querySelector("button");
  const state = document.getElementById("state");
  const typing = document.getElementById("typing");

  const WAITING = "Đang tìm câu trả lời…";
  const AWAY = "Chưa gửi được: máy chủ hoặc mạng đang gián đoạn. Câu của bạn vẫn còn đây, bạn hãy bấm gửi lại.";
  const AWAY_PRESS = "Chưa gửi được: máy chủ hoặc mạng đang gián đoạn. Bạn hãy bấm lại nút đó sau ít phút.";
  const FORGET = "Xóa các câu hỏi và câu trả lời trong cuộc trò chuyện này?";
  const SLOW_AFTER = 20000;
  const LONGEST_SHOWN = 1000;
  const DRAFT = "hoi_dap_nhap";

  let busy = false;
  let unsent = null;

  // The draft outlives a reload of this tab, where the browser lets a page keep anything.
  const keep = () => {
    try {
      const draft = unsent && unsent.text === field.value ? unsent : { text: field.value };
      if (field.value) sessionStorage.setItem(DRAFT, JSON.stringify(draft));
      else sessionStorage.removeItem(DRAFT);
    } catch { /* then only the field holds it */ }
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

  const wait = (on) => {
    busy = on;
    send.disabled = on;
    typing.hidden = !on;
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

  async function say(message, shown) {
    if (busy) return;
    const isText = message.text !== undefined;
    wait(true);
    tell(WAITING);
    const line = showSaid(shown);
    line.scrollIntoView({ block: "start" });
    unsent = message;
    keep();
    try {
      const html = await post(message);
      unsent = null;
      // Words typed meanwhile are the next question.
      if (isText && field.value === message.text) field.value = "";
      talk.insertAdjacentHTML("beforeend", html);
      tell("");
    } catch (error) {
      line.remove();
      tell((error instanceof Told && error.message) || (isText ? AWAY : AWAY_PRESS), true);
    } finally {
      wait(false);
      keep();
      if (isText) field.focus({ preventScroll: true });
    }
    if (line.isConnected) line.scrollIntoView({ block: "start" });
  }

  form.addEventListener("submit", (event) => {
    event.preventDefault();
    const text = field.value;
    if (!text.trim()) return;
    const isRetry = unsent !== null && unsent.text === text;
    say({ id: isRetry ? unsent.id : newId(), text }, text);
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
