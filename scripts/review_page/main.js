// What the page does in the browser. Nothing here is trusted: the server checks everything again.
import htmx from "htmx.org";
import { mountEditor } from "./editor.js";

const byId = (id) => document.getElementById(id);

function post(path, fields) {
  return fetch(path, { method: "POST", body: new URLSearchParams(fields), credentials: "same-origin" });
}

function announce(name) {
  document.body.dispatchEvent(new CustomEvent(name));
}

function policyPage() {
  const place = byId("editor"), text = byId("text"), state = byId("edit-state"), save = byId("save");
  let saved = text.value, problems = [], clean = true;
  let checked = 0, saving = false, previewed = null;

  function tell() {
    const changed = text.value !== saved;
    save.disabled = !changed || !clean;
    const count = problems.length;
    state.textContent = count ? `${count} mistake${count === 1 ? "" : "s"}` : changed ? "Changes not saved" : "Saved";
    state.className = count ? "bad" : changed ? "warn" : "quiet";
  }

  async function check(value) {
    const number = ++checked;
    text.value = value;
    const answer = await post("/check", { text: value });
    if (number !== checked || !answer.ok) return null; // something newer is on its way
    const told = await answer.json();
    problems = told.problems;
    clean = problems.length === 0;
    list(told.lints || []);
    tell();
    // A comment changes nothing: the preview, and where the reader is in it, stay.
    if (!clean || told.digest !== previewed) announce("policy-changed");
    previewed = clean ? told.digest : null;
    return problems.concat(told.lints || []);
  }

  function list(lints) {
    const box = byId("problems");
    const all = problems.length ? problems : lints.filter((one) => one.severity === "warning");
    box.replaceChildren();
    if (!all.length) return;
    const items = document.createElement("ol");
    items.className = problems.length ? "errors" : "warnings";
    for (const problem of all) {
      const item = document.createElement("li"), go = document.createElement("button");
      go.type = "button";
      go.className = "plain";
      go.textContent = `Line ${problem.line}, column ${problem.column}`;
      go.addEventListener("click", () => editor.goTo(problem.line, problem.column));
      const what = document.createElement("span"), code = document.createElement("code");
      what.textContent = ` ${problem.message}${problem.hint ? ` (${problem.hint})` : ""} `;
      code.textContent = problem.code;
      item.append(go, what, code);
      items.append(item);
    }
    box.append(items);
  }

  async function write() {
    if (save.disabled || saving) return;
    saving = true;
    const value = text.value;
    const answer = await post("/save", { text: value, base: place.dataset.base });
    const told = await answer.json().catch(() => ({ saved: false, told: "the page did not answer" }));
    saving = false;
    if (told.saved) {
      saved = value;
      place.dataset.base = told.base;
      tell();
      announce("policy-saved");
    } else {
      state.textContent = told.told;
      state.className = "bad";
    }
  }

  const editor = mountEditor(place, text.value, { check, save: write, typed: (value) => { text.value = value; tell(); } });
  save.addEventListener("click", write);
  document.addEventListener("click", (event) => {
    const to = event.target.closest("[data-line]");
    if (to) editor.goTo(Number(to.dataset.line), 1);
  });
  document.body.addEventListener("htmx:afterSwap", (event) => {
    if (event.target.id === "preview") editor.mark([]);
    if (event.target.id !== "why") return;
    editor.mark([...event.target.querySelectorAll("[data-line]")].map((own) => Number(own.dataset.line)));
    event.target.querySelector(".why")?.focus({ preventScroll: true });
    event.target.scrollIntoView({ block: "nearest" });
  });
  addEventListener("beforeunload", (event) => { if (text.value !== saved) event.preventDefault(); });
  window.addEventListener("boundary:unmark", () => editor.mark([]));
}

// Why: closing it gives the focus back to what was asked about.
let asked = null;
document.addEventListener("click", (event) => {
  const chip = event.target.closest(".chip");
  if (chip) {
    document.querySelector(".chip[aria-expanded]")?.removeAttribute("aria-expanded");
    chip.setAttribute("aria-expanded", "true");
    asked = chip;
  }
  if (event.target.closest("[data-close]")) close();
});
document.addEventListener("keydown", (event) => {
  if (event.key === "Escape" && byId("why")?.contains(document.activeElement)) close();
});
function close() {
  byId("why").replaceChildren();
  asked?.removeAttribute("aria-expanded");
  asked?.focus();
  window.dispatchEvent(new Event("boundary:unmark"));
}

// Tabs, as the ARIA practices have them: arrows move, the chosen one is in the order of Tab.
let chosen = "tab-texts";
function choose(tab, focus) {
  chosen = tab.id;
  for (const other of tab.parentElement.querySelectorAll("[role=tab]")) {
    const on = other === tab;
    other.setAttribute("aria-selected", String(on));
    other.tabIndex = on ? 0 : -1;
    byId(other.getAttribute("aria-controls")).hidden = !on;
  }
  if (focus) tab.focus();
}
document.addEventListener("click", (event) => {
  const tab = event.target.closest("[role=tab]");
  if (tab) choose(tab, false);
});
document.addEventListener("keydown", (event) => {
  const tab = event.target.closest?.("[role=tab]");
  if (!tab || !["ArrowLeft", "ArrowRight", "Home", "End"].includes(event.key)) return;
  const all = [...tab.parentElement.querySelectorAll("[role=tab]")], at = all.indexOf(tab);
  const to = { ArrowLeft: at - 1, ArrowRight: at + 1, Home: 0, End: all.length - 1 }[event.key];
  choose(all[(to + all.length) % all.length], true);
  event.preventDefault();
});
document.body.addEventListener("htmx:afterSwap", (event) => {
  if (event.target.id === "preview" && byId(chosen)) choose(byId(chosen), false);
});

// The slider between a screen as captured and as it would leave; the region that a row of the table is about.
document.addEventListener("input", (event) => {
  if (!event.target.matches("[data-compare]")) return;
  const compare = event.target.closest(".shot").querySelector(".compare");
  compare.style.setProperty("--cut", `${event.target.value}%`);
});
for (const [name, on] of [["pointerover", true], ["pointerout", false]]) {
  document.addEventListener(name, (event) => {
    const row = event.target.closest?.("[data-region]");
    if (!row) return;
    const mark = row.closest(".shot").querySelector(`[data-mark="${row.dataset.region}"]`);
    mark?.classList.toggle("on", on);
  });
}

window.htmx = htmx;
if (byId("editor")) policyPage();
