// Keeps the page true without a reload: asks what is new, moves the bars, shows how tasks ended.

const IDLE = 10_000;
const BUSY = 1_000;
const PATIENCE = 15_000;
const LONGEST_PAUSE = 60_000;

const tasks = document.querySelector("#tasks");
const percent = new Intl.NumberFormat(document.documentElement.lang, { style: "percent" });

let asking = false;
let failures = 0;
let timer;

// What this tab has shown, kept between its pages: what happened in between is shown on the next
// page, and nothing is shown twice. A page that Back brought up again may be older than that.
const key = `seen by ${tasks?.dataset.user}`;
const seen = () => Number(sessionStorage.getItem(key) ?? tasks.dataset.since);
let cursor = tasks && Math.min(seen(), Number(tasks.dataset.since));

function fill(element, data) {
  for (const slot of element.querySelectorAll("[data-slot]")) {
    slot.textContent = data[slot.dataset.slot];
  }
  for (const part of element.querySelectorAll("[data-when]")) {
    part.hidden = !part.dataset.when.split(" ").includes(data.state);
  }
  return element;
}

function add(name, data) {
  const template = document.querySelector(`template[data-for="${name}"]`);
  const element = fill(template.content.firstElementChild.cloneNode(true), data);
  tasks.prepend(element);
  return element;
}

function showTask(task, isNew) {
  let bar = tasks.querySelector(`[data-task="${task.task_id}"]`);
  if (task.state === "finished" || task.state === "failed") {
    const ending = document.querySelector(`[data-ending="${task.task_id}"]`);
    if (ending) fill(ending, task);
    bar?.remove();
    if (!isNew) return;
    document.querySelector("[data-until-the-end]")?.remove(); // "Your export has started."
    add(task.state, task);
  } else {
    bar ??= add("unfinished", task);
    bar.dataset.task = task.task_id;
    bar.dataset.name = task.name;
    bar.querySelector("progress").value = task.progress;
    fill(bar, { ...task, percent: percent.format(task.progress / 100) });
  }
}

function showUnread(count) {
  const badge = document.querySelector("#unread");
  fill(badge, { count });
  badge.hidden = count === 0;
}

function show({ name, data, timestamp }) {
  if (name === "task_progress") showTask(data, timestamp > seen());
  if (name === "unread_message_count") showUnread(data);
  cursor = timestamp;
  sessionStorage.setItem(key, Math.max(cursor, seen()));
}

// A button that starts a task is there only while no such task is unfinished.
function showButtons() {
  const bars = tasks.querySelectorAll("[data-task]");
  const names = Array.from(bars, (bar) => bar.dataset.name);
  for (const form of document.querySelectorAll("[data-starts]")) {
    form.hidden = names.includes(form.dataset.starts);
  }
}

// The news are missing while the server is away; a redirect leads to the login page.
async function ask() {
  try {
    const signal = AbortSignal.timeout(PATIENCE);
    const url = `${tasks.dataset.url}?since=${cursor}`;
    const response = await fetch(url, { redirect: "manual", signal });
    if (response.type === "opaqueredirect") return { loggedOut: true };
    return { news: await response.json() };
  } catch {
    return {};
  }
}

async function poll() {
  clearTimeout(timer);
  if (asking || document.hidden) return;
  asking = true;
  const { news, loggedOut } = await ask();
  if (loggedOut) return; // and never ask again
  asking = false;
  failures = news ? 0 : failures + 1;
  news?.forEach(show);
  showButtons();
  const usual = tasks.querySelector("[data-task]") ? BUSY : IDLE;
  timer = setTimeout(poll, Math.min(usual * 2 ** failures, LONGEST_PAUSE));
}

document.addEventListener("click", ({ target }) => {
  if (!target.matches("[data-dismiss]")) return;
  target.parentElement.remove();
  document.querySelector("#main").focus({ preventScroll: true });
});

if (tasks) {
  sessionStorage.setItem(key, seen());
  document.addEventListener("visibilitychange", poll);
  poll();
}
