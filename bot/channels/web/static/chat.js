// The chat without reloading the page. What was typed stays in the field until the server has it;
// a message keeps its id over retries, so that it is handled once.
"use strict";

(() => {
  const talk = document.getElementById("talk");
  const main = document.querySelector("main");
  const form = document.getElementById("ask");
  const field = document.getElementById("cau-hoi");
  const send = form.querySelector("button");
  const state = document.getElementById("state");

  const WAITING = "Đang tìm câu trả lời…";
  const AWAY = "Chưa gửi được: máy chủ hoặc mạng đang gián đoạn. Câu của bạn vẫn còn đây, bạn hãy bấm Gửi lại.";
  const SLOW_AFTER = 20000;

  let busy = false;
  let unsent = null;

  const newId = () =>
    Array.from(crypto.getRandomValues(new Uint8Array(16)), (b) => b.toString(16).padStart(2, "0")).join("");

  const tell = (text, isTrouble) => {
    state.textContent = text;
    state.classList.toggle("trouble", Boolean(isTrouble));
  };

  const toEnd = () => { main.scrollTop = main.scrollHeight; };

  const showSaid = (text) => {
    const line = document.createElement("p");
    const who = document.createElement("span");
    who.className = "who";
    who.textContent = "Bạn: ";
    line.className = "said";
    line.append(who, text);
    talk.append(line);
    return line;
  };

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
      if (!answer.ok) throw new Error(body.error || AWAY);
      return body.html;
    } finally {
      clearTimeout(timer);
    }
  }

  async function say(message, shown) {
    if (busy) return;
    busy = true;
    send.disabled = true;
    tell(WAITING);
    const line = showSaid(shown);
    toEnd();
    try {
      const html = await post(message);
      unsent = null;
      if (message.text !== undefined) field.value = "";
      const before = talk.lastElementChild;
      talk.insertAdjacentHTML("beforeend", html);
      tell("");
      before.scrollIntoView({ block: "start" });
    } catch (error) {
      line.remove();
      unsent = message;
      const known = error instanceof Error && error.name === "Error" ? error.message : AWAY;
      tell(known, true);
    } finally {
      busy = false;
      send.disabled = false;
      if (message.text !== undefined) field.focus();
    }
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
    if (!window.confirm("Xóa các câu hỏi và câu trả lời trong cuộc trò chuyện này?")) event.preventDefault();
  });

  toEnd();
})();
