// The paper: saves every answer at once, keeps what could not be sent until it can, follows the
// server's clock. Without this script the page works by its buttons.
"use strict";

(() => {
  const paper = document.getElementById("bai");
  const result = document.getElementById("ket-qua");
  if (!paper && !result) return;

  const byId = (id) => document.getElementById(id);
  const { path } = (paper || result).dataset;
  const NAMES = { guess: "câu dự đoán" };
  const nameOf = (position) => NAMES[position] || `câu ${position}`;
  const sleep = (ms) => new Promise((done) => setTimeout(done, ms));

  // What is not saved yet, and the marks; shared by all tabs, outlives a reload.
  const store = {
    key: `thi:${path}`,
    kept: { pending: {}, flags: [], all: false },
    read() {
      try {
        const found = JSON.parse(localStorage.getItem(this.key) || "null");
        if (found && found.pending) this.kept = found;
      } catch { /* then only this page holds it */ }
      return this.kept;
    },
    change(how) {
      how(this.read());
      try { localStorage.setItem(this.key, JSON.stringify(this.kept)); } catch { /* as above */ }
    },
    forget() {
      this.kept = { pending: {}, flags: [], all: false };
      try { localStorage.removeItem(this.key); } catch { /* nothing was kept */ }
    },
  };
  const pending = () => Object.entries(store.read().pending);

  if (result) {
    const lost = pending().map(([position]) => nameOf(position));
    if (lost.length) {
      byId("mat").textContent = `Khi hết giờ, máy chủ chưa nhận được ${lost.join(", ")}, nên phần đó không được tính.`;
      byId("mat").hidden = false;
    }
    store.forget();
    return;
  }

  const saved = byId("luu");
  const trouble = byId("tin");
  const form = byId("de");
  const questions = form ? [...form.querySelectorAll(".question")] : [];
  const guess = byId("du-doan");
  const rules = paper.dataset;
  let isOver = false;

  const tell = (text, isAway = false) => {
    if (saved.textContent !== text) saved.textContent = text;
    saved.classList.toggle("away", isAway);
  };
  const complain = (text) => {
    trouble.textContent = text;
    trouble.hidden = !text;
  };

  // ---- The clock is the server's: its reading when the page was made, and what has passed since.
  const clock = byId("dong-ho");
  let serverMs = Number(rules.now);
  let readAt = (performance.getEntriesByType("navigation")[0] || {}).responseStart || performance.now();
  let deadline = Number(rules.deadline);
  const SPOKEN = [[300, "Còn 5 phút."], [60, "Còn 1 phút."], [30, "Còn 30 giây."], [10, "Còn 10 giây."]];
  let spoken = Infinity;

  const leftMs = () => deadline - (serverMs + performance.now() - readAt);
  const setClock = (now, asked) => {
    serverMs = now;
    readAt = (asked + performance.now()) / 2;
  };
  const tick = () => {
    const left = Math.max(0, Math.ceil(leftMs() / 1000));
    clock.textContent = `${Math.floor(left / 60)}:${String(left % 60).padStart(2, "0")}`;
    document.querySelector(".bar").classList.toggle("late", left <= 60);
    const due = SPOKEN.filter(([at]) => left <= at && at < spoken).pop();
    if (due) {
      // Told once, and not at all where the page opens with less time than that.
      if (spoken !== Infinity || left === due[0]) byId("doc").textContent = due[1];
      spoken = due[0];
    } else if (spoken === Infinity) spoken = left + 1;
    if (left <= 0 && !isOver) endByTime();
  };

  // ---- Talking to the server.
  class Refusal extends Error {
    constructor(reason, text) {
      super(text);
      this.reason = reason;
    }
  }

  async function call(end, options = {}) {
    const asked = performance.now();
    const stop = new AbortController();
    const timer = setTimeout(() => stop.abort(), 15000);
    try {
      const answer = await fetch(path + end, { credentials: "same-origin", signal: stop.signal, ...options });
      const body = await answer.json();
      if (answer.ok) {
        setClock(body.now_ms, asked);
        return body;
      }
      if (answer.status === 429 || answer.status >= 500) throw new Error(body.error);
      throw new Refusal(body.reason || "", body.error);
    } finally {
      clearTimeout(timer);
    }
  }

  const post = (message) => call("/luu", {
    method: "POST",
    headers: { "Content-Type": "application/json" },
    body: JSON.stringify(message),
  });

  // ---- Saving: one after the other, the newest answer of each question, until all are there.
  let sending = null;
  let wake = () => {};
  const newId = () => `${Date.now()}-${Math.random()}`;

  // When each answer was last given or acknowledged here: older news does not undo it.
  const touched = {};
  const touch = (position) => { touched[position] = performance.now(); };

  function keep(position, value) {
    touch(position);
    store.change((kept) => { kept.pending[position] = { value, id: newId() }; });
    paint();
    send();
  }

  function drop(position, id) {
    touch(position);
    store.change((kept) => {
      if ((kept.pending[position] || {}).id === id) delete kept.pending[position];
    });
  }

  function send() {
    sending = sending || sendAll().finally(() => { sending = null; });
    wake();
    return sending;
  }

  async function sendAll() {
    let wait = 1000;
    for (let [next] = pending(); next; [next] = pending()) {
      const [position, { value, id }] = next;
      try {
        if (wait === 1000) tell("Đang lưu…");
        await post(position === "guess" ? { guess: value } : { position, chosen: value });
        drop(position, id);
        wait = 1000;
        complain("");
        tell(`Đã lưu ${nameOf(position)}`);
        if (position === "guess") showGuessFault("");
      } catch (error) {
        if (error instanceof Refusal) {
          if (!heed(error, position, id)) return;
          continue;
        }
        const count = pending().length;
        if (!isOver) tell(`Đang chờ mạng, ${count} câu chưa gửi`, true);
        await Promise.race([sleep(wait), new Promise((done) => { wake = done; })]);
        wait = Math.min(wait * 2, 10000);
      }
    }
  }

  const HOPELESS = ["no_such_question", "no_such_option", "no_going_back", "prediction_out_of_range", "not_allowed"];

  // A refusal is told; gives whether sending may go on with the other answers.
  function heed(refusal, position, id) {
    if (["too_late", "already_submitted"].includes(refusal.reason)) {
      if (!isOver) location.replace(path);
      return false;
    }
    if (!HOPELESS.includes(refusal.reason)) {
      // Not the answer's fault (a cookie gone, another server in between): it stays here.
      tell("Chưa lưu được", true);
      complain(refusal.message);
      return false;
    }
    drop(position, id);
    if (position === "guess") showGuessFault(refusal.message);
    else complain(refusal.message);
    tell("");
    return true;
  }

  function showGuessFault(text) {
    const fault = byId("loi-du-doan");
    if (!fault) return;
    fault.textContent = text;
    fault.hidden = !text;
    guess.toggleAttribute("aria-invalid", Boolean(text));
  }

  // ---- What the form holds, and what other tabs or an earlier visit put there.
  const inputsOf = (question) => [...question.querySelectorAll(".option input")];
  const valueOf = (question) => inputsOf(question).filter((i) => i.checked).map((i) => i.value).join(",");
  const questionAt = (position) => questions.find((q) => q.dataset.position === String(position));

  function fill(position, value) {
    if (position === "guess") {
      if (guess && document.activeElement !== guess) guess.value = value;
      return;
    }
    const question = questionAt(position);
    const chosen = String(value).split(",");
    if (question) inputsOf(question).forEach((input) => { input.checked = chosen.includes(input.value); });
  }

  const fillPending = () => pending().forEach(([position, { value }]) => {
    touch(position);
    fill(position, value);
  });

  async function catchUp() {
    if (isOver) return;
    const asked = performance.now();
    try {
      const now = await call("/trang-thai");
      deadline = now.deadline_ms;
      if (!now.is_open) {
        location.replace(path);
        return;
      }
      const waiting = store.read().pending;
      questions.forEach(({ dataset: { position } }) => {
        if (position in waiting || touched[position] > asked) return;
        if (position !== "guess") fill(position, now.answers[position] || "");
        else if (now.guess !== null) fill("guess", now.guess.toLocaleString("vi-VN"));
      });
      paint();
    } catch (error) {
      if (error instanceof Refusal) complain(error.message);
    }
  }

  // ---- One question at a time, or all; the address names the question, so "back" works.
  const map = byId("ban-do");
  const isSequential = rules.sequential === "1";
  // An address that names no question means the first one without an answer when the page opened.
  let home = 0;
  let current = 0;

  function paint() {
    if (!map) return;
    const { flags, pending: waiting } = store.read();
    map.querySelectorAll("ol a").forEach((link) => {
      const question = byId(link.hash.slice(1));
      const { position } = question.dataset;
      const isDone = position === "guess" ? Boolean(guess.value.trim()) : Boolean(valueOf(question));
      const isFlagged = flags.includes(position);
      link.classList.toggle("done", isDone);
      link.classList.toggle("flagged", isFlagged);
      const name = position === "guess" ? "Câu dự đoán" : `Câu ${position}`;
      const told = [name, isDone ? "đã trả lời" : "chưa trả lời"];
      if (isFlagged) told.push("đánh dấu xem lại");
      if (position in waiting) told.push("chưa gửi");
      link.setAttribute("aria-label", told.join(", "));
      if (!store.kept.all && questions[current] === question) link.setAttribute("aria-current", "true");
      else link.removeAttribute("aria-current");
      const flag = question.querySelector(".flag");
      if (flag) {
        flag.setAttribute("aria-pressed", String(isFlagged));
        flag.textContent = isFlagged ? "Đã đánh dấu xem lại" : "Đánh dấu để xem lại";
      }
    });
  }

  function show(focus) {
    const isAll = store.read().all || isSequential;
    const named = questions.findIndex((q) => `#${q.id}` === location.hash);
    current = named >= 0 ? named : home;
    questions.forEach((question, n) => { question.hidden = !isAll && n !== current; });
    byId("buoc").hidden = isAll || questions.length < 2;
    byId("truoc").disabled = current === 0;
    byId("sau").disabled = current === questions.length - 1;
    if (map) byId("kieu").textContent = isAll ? "Xem từng câu" : "Xem tất cả các câu";
    paint();
    if (focus && questions[current]) {
      questions[current].focus({ preventScroll: true });
      if (isAll) questions[current].scrollIntoView();
      else window.scrollTo(0, 0);
    }
  }

  function move(by) {
    const to = questions[current + by];
    if (!to) return;
    location.hash = to.id;
    show(true);
  }

  // ---- Handing in, and the end of the time.
  async function handIn() {
    const answer = await fetch(`${path}/nop`, { method: "POST", credentials: "same-origin" });
    if (answer.status >= 500) throw new Error();
    if (answer.status === 422) return false;
    location.replace(path);
    return true;
  }

  const isReady = () => {
    if (!form) return rules.ready === "1";
    const isGuessed = !guess || Boolean(guess.value.trim());
    const areAll = isSequential || questions.every((q) => q.dataset.position === "guess" || valueOf(q));
    return (rules.guess !== "1" || (isGuessed && Boolean(guess))) && (rules.all !== "1" || areAll);
  };

  async function endByTime() {
    isOver = true;
    if (guess) noteGuess();
    const ready = isReady();
    if (form) questions.forEach((question) => { question.disabled = true; });
    tell("Hết giờ. Đang nộp bài…");
    byId("doc").textContent = "Hết giờ. Đang nộp bài.";
    const grace = Number(rules.grace);
    if (rules.late !== "0" && pending().length) await Promise.race([send(), sleep(grace * 0.7)]);
    for (let wait = 500; ; wait = Math.min(wait * 2, 8000)) {
      try {
        if (ready && (await handIn())) return;
        // What cannot be handed in ends by the rules a moment later.
        await sleep(Math.max(0, leftMs() + grace + 300));
        await call("/trang-thai");
        location.replace(path);
        return;
      } catch (error) {
        if (error instanceof Refusal) {
          complain(error.message);
          return;
        }
        tell("Hết giờ. Đang chờ mạng để mở kết quả; câu đã lưu vẫn được tính", true);
        await sleep(wait);
      }
    }
  }

  const AWAY = "Chưa có mạng nên chưa nộp được. Câu trả lời vẫn giữ trong máy này. Có mạng lại, bạn bấm lần nữa. Đồng hồ vẫn chạy.";

  async function leave(target) {
    if (guess && guess.value.trim() !== guess.defaultValue) noteGuess();
    if (pending().length) {
      await Promise.race([send(), sleep(5000)]);
      if (pending().length) {
        complain(AWAY);
        return;
      }
    }
    location.assign(target);
  }

  let typing = 0;
  function noteGuess() {
    clearTimeout(typing);
    const value = guess.value.trim();
    if (value && value !== guess.dataset.told) {
      guess.dataset.told = value;
      keep("guess", value);
    }
  }

  // ---- What the person does.
  const onKey = (event) => {
    if (event.ctrlKey || event.metaKey || event.altKey || isOver) return;
    if (event.target.matches("input[type=text]")) return;
    const by = { ArrowLeft: -1, ArrowRight: 1 }[event.key];
    const focused = questions.indexOf(event.target.closest(".question"));
    const isAll = store.kept.all || isSequential;
    if (isAll && focused >= 0) current = focused;
    if (by) {
      event.preventDefault();
      move(by);
      return;
    }
    const question = questions[current];
    if (!question || (isAll && focused < 0) || event.key.length !== 1) return;
    const key = event.key.toLowerCase();
    const number = Math.max("1234567".indexOf(key), "abcdefg".indexOf(key));
    const input = inputsOf(question)[number];
    if (input) input.click();
  };

  function listen() {
    document.querySelectorAll(".unscripted").forEach((button) => { button.hidden = !isSequential; });
    questions.forEach((question) => {
      const { position } = question.dataset;
      inputsOf(question).forEach((input) => {
        input.addEventListener("change", () => keep(position, valueOf(question)));
      });
      const flag = question.querySelector(".flag");
      if (!flag || isSequential) return;
      flag.hidden = false;
      flag.addEventListener("click", () => {
        store.change((kept) => {
          kept.flags = kept.flags.includes(position) ? kept.flags.filter((f) => f !== position) : [...kept.flags, position];
        });
        paint();
      });
    });
    if (guess) {
      guess.dataset.told = guess.value.trim();
      guess.addEventListener("input", () => {
        clearTimeout(typing);
        typing = setTimeout(noteGuess, 900);
        paint();
      });
      guess.addEventListener("change", noteGuess);
    }
    byId("truoc").addEventListener("click", () => move(-1));
    byId("sau").addEventListener("click", () => move(1));
    if (map) {
      byId("kieu").hidden = false;
      byId("kieu").addEventListener("click", () => {
        store.change((kept) => { kept.all = !kept.all; });
        show(true);
      });
    }
    window.addEventListener("hashchange", () => show(true));
    document.addEventListener("keydown", onKey);
    form.addEventListener("submit", (event) => {
      if (!event.submitter || event.submitter.id !== "xem-lai") return;
      event.preventDefault();
      leave(`${path}/xem-lai`);
    });
    window.addEventListener("storage", (event) => {
      if (event.key !== store.key || !event.newValue) return;
      fillPending();
      paint();
    });
    fillPending();
    home = Math.max(0, questions.findIndex((q) => q.dataset.position !== "guess" && !valueOf(q)));
    show(false);
    if (pending().length) send();
  }

  function listenToReview() {
    store.read().flags.forEach((position) => {
      const line = document.querySelector(`.answers li[data-position="${CSS.escape(position)}"]`);
      if (line) line.append(Object.assign(document.createElement("em"), { textContent: "đánh dấu xem lại" }));
    });
    byId("nop").addEventListener("submit", async (event) => {
      event.preventDefault();
      try {
        if (!(await handIn())) location.reload();
      } catch {
        complain(AWAY);
      }
    });
  }

  if (form) listen();
  else listenToReview();
  window.addEventListener("online", () => { send(); catchUp(); });
  window.addEventListener("pageshow", (event) => { if (event.persisted) catchUp(); });
  document.addEventListener("visibilitychange", () => {
    if (document.visibilityState === "visible") catchUp();
  });
  tick();
  setInterval(tick, 250);
})();
