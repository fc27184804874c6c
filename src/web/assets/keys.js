// Keys: Ctrl+K opens the palette, / goes to the search, ? lists the keys, g and a letter go somewhere, and a page's own
// buttons have a letter each. Whoever wants none of the single keys switches them off at the foot of a page
// (data-keys="off"); Ctrl+K stays. No key does anything in a field or while a dialog is open.

import { say } from "./session.js";

const root = document.documentElement;
const AFTER_G = 1_500;
const PAUSE = 120;

const isTyping = (target) =>
  target.closest?.('input, textarea, select, [contenteditable=""], [contenteditable="true"]');
const isAsked = () => document.querySelector("dialog[open]");
const isSeen = (element) => element.getClientRects().length > 0;
const make = (tag, values = {}, ...content) => {
  const element = Object.assign(document.createElement(tag), values);
  element.append(...content);
  return element;
};

let dialog, input, list, note, before;
let answer = new AbortController();
let pause;
let afterG = 0;

// On a page of no server the pages are its tabs.
const places = () => [...document.querySelectorAll(".side a, .alone .tabs a")];

const options = () => [...list.children];
const chosen = () => list.querySelector('[aria-selected="true"]');

const choose = (option) => {
  for (const each of options()) each.setAttribute("aria-selected", String(each === option));
  input.setAttribute("aria-activedescendant", option?.id ?? "");
  option?.scrollIntoView({ block: "nearest" });
};

/** Says below the list what is not in it. */
const remark = (text) => {
  note.textContent = text;
  note.hidden = !text;
};

/** Closes the palette; a browser lets go of a field that is gone only with the next picture, and a key would be lost. */
const shut = () => {
  dialog.close();
  if (dialog.contains(document.activeElement)) document.activeElement.blur();
};

const go = (option) => {
  const address = option && new URL(option.dataset.href, location.href);
  // The palette leads to pages of this Greenroom and nowhere else.
  if (!address || address.origin !== location.origin) return;
  shut();
  location.assign(address);
};

const show = (found) => {
  list.replaceChildren(
    ...found.map(({ href, label, kind }, at) => {
      const option = make(
        "li",
        { id: `found-${at}` },
        make("span", { textContent: label }),
        make("span", { className: "hint", textContent: kind ?? "" }),
      );
      option.setAttribute("role", "option");
      option.dataset.href = href;
      return option;
    }),
  );
  choose(list.firstElementChild);
};

const ownPages = (text) =>
  places()
    .map((link) => ({ href: link.getAttribute("href"), label: link.textContent.trim(), kind: "page" }))
    .filter(({ label }) => label.toLowerCase().includes(text.toLowerCase()));

const search = () => {
  clearTimeout(pause);
  answer.abort();
  const text = input.value.trim();
  const pages = ownPages(text);
  show(pages);
  remark("");
  if (!text || !root.dataset.palette) return;
  pause = setTimeout(async () => {
    answer = new AbortController();
    const address = new URL(root.dataset.palette, location.href);
    address.searchParams.set("q", text);
    try {
      const got = await fetch(address, { headers: { Accept: "application/json" }, signal: answer.signal });
      const { items = [], partial } = got.ok ? await got.json() : {};
      const known = new Set(pages.map(({ href }) => href));
      const found = [...pages, ...items.filter(({ href }) => !known.has(href))];
      show(found);
      if (!got.ok) remark("Only pages were looked through: the server did not answer. Try again in a moment.");
      else if (partial) remark("There is more. Type more of the name to find it.");
      else if (!found.length) remark("Nothing is called so.");
    } catch {
      // A newer search took its place, or there is no connection: the pages stay.
      if (!answer.signal.aborted) remark("Only pages were looked through: there is no connection.");
    }
  }, PAUSE);
};

const move = (event) => {
  const all = options();
  const at = all.indexOf(chosen());
  const to = { ArrowDown: at + 1, ArrowUp: at - 1, PageDown: all.length - 1, PageUp: 0 }[event.key];
  if (to !== undefined) {
    event.preventDefault();
    if (all.length) choose(all[(to + all.length) % all.length]);
  } else if (event.key === "Enter") {
    event.preventDefault();
    go(chosen());
  } else if (event.key === "Escape") {
    // By itself a browser would only empty the field at first.
    event.preventDefault();
    shut();
  }
};

const openPalette = () => {
  if (!dialog) {
    const placeholder = root.dataset.server ? "Pages, members, songs, settings" : "Pages, servers";
    input = make("input", { type: "search", autocomplete: "off", placeholder });
    list = make("ul", { id: "found" });
    note = make("p", { className: "hint", hidden: true });
    note.setAttribute("role", "status");
    dialog = make("dialog", { className: "palette" }, input, list, note);
    dialog.setAttribute("aria-label", "Go to");
    list.setAttribute("role", "listbox");
    list.setAttribute("aria-label", "Found");
    for (const [name, value] of Object.entries({
      role: "combobox",
      "aria-expanded": "true",
      "aria-controls": "found",
      "aria-label": "Go to",
    }))
      input.setAttribute(name, value);
    input.addEventListener("input", search);
    input.addEventListener("keydown", move);
    list.addEventListener("click", ({ target }) => go(target.closest("[role=option]")));
    dialog.addEventListener("close", () => {
      clearTimeout(pause);
      answer.abort();
      if (before?.isConnected) before.focus();
    });
    document.body.append(dialog);
  }
  if (isAsked()) return;
  before = document.activeElement;
  input.value = "";
  search();
  dialog.showModal();
};

const buttons = () => [...document.querySelectorAll("[data-key]")].filter((each) => isSeen(each) && !each.disabled);

const labelOf = (element) => {
  const copy = element.cloneNode(true);
  for (const key of copy.querySelectorAll("kbd, .heard")) key.remove();
  return (element.getAttribute("aria-label") ?? copy.textContent).trim();
};

const openList = () => {
  const rows = [
    [["Ctrl", "K"], "Go to a page, a member, a song, a setting"],
    [["/"], "Search"],
    [["Ctrl", "S"], "Save"],
    [["?"], "This list"],
    ...buttons().map((each) => [[each.dataset.key], labelOf(each)]),
    ...places()
      .filter((link) => link.dataset.go)
      .map((link) => [["g", link.dataset.go], labelOf(link)]),
  ];
  const entries = rows.flatMap(([keys, what]) => [
    make("dt", { className: "keys" }, ...keys.map((key) => make("kbd", { textContent: key }))),
    make("dd", { textContent: what }),
  ]);
  const closing = make(
    "form",
    { method: "dialog" },
    make("button", { type: "submit", className: "button", textContent: "Close" }),
  );
  const shown = make(
    "dialog",
    {},
    make("h2", { id: "keys-title", textContent: "Keys" }),
    make("dl", { className: "key-list" }, ...entries),
    make("p", { className: "hint", textContent: "Single keys can be switched off at the foot of each page." }),
    closing,
  );
  shown.setAttribute("aria-labelledby", "keys-title");
  shown.addEventListener("close", () => shown.remove());
  document.body.append(shown);
  shown.showModal();
};

const find = () => {
  const field = [...document.querySelectorAll("[data-search]")].find(isSeen);
  if (!field) return openPalette();
  field.focus();
  field.select();
};

/** Says above the page, for a moment, what a key could not do. */
const tell = (text) => {
  say(text);
  const place = document.getElementById("notices");
  if (!place || document.getElementById("told")) return;
  const notice = make("div", { id: "told", className: "notice info" }, make("p", { textContent: text }));
  notice.dataset.for = "5";
  place.append(notice);
  place.dispatchEvent(new CustomEvent("fresh", { bubbles: true }));
};

/** Does what a single key stands for; gives whether it stands for anything. */
const single = (key) => {
  if (Date.now() < afterG) {
    afterG = 0;
    const link = places().find(({ dataset }) => dataset.go === key.toLowerCase());
    if (link) link.click();
    return Boolean(link);
  }
  if (key === "/") find();
  else if (key === "?") openList();
  else if (key === "g") afterG = Date.now() + AFTER_G;
  else {
    const button = buttons().find(({ dataset }) => dataset.key === key);
    button?.click();
    if (!button && key === "u") tell("There is nothing to undo here.");
    return Boolean(button) || key === "u";
  }
  return true;
};

const pressed = (event) => {
  if (event.defaultPrevented || event.isComposing) return;
  const isCommand = event.ctrlKey || event.metaKey;
  if (isCommand && !event.altKey && !event.shiftKey && event.key.toLowerCase() === "k" && root.dataset.palette) {
    event.preventDefault();
    return openPalette();
  }
  if (isCommand || event.altKey || event.repeat || root.dataset.keys === "off") return;
  if (isTyping(event.target) || isAsked()) return;
  if (single(event.key)) event.preventDefault();
};

/** Begins. */
export const start = () => {
  document.addEventListener("keydown", pressed);
  document.addEventListener("click", ({ target }) => target.closest?.("button[data-palette]") && openPalette());
};
