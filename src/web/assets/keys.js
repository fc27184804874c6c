// Keys: Ctrl+K opens the palette, / goes to the search, ? lists the keys, g and a letter go somewhere, and a page's own
// buttons have a letter each. Whoever wants none of the single keys switches them off at the foot of a page
// (data-keys="off"); Ctrl+K stays. No key does anything in a field or while a dialog is open.

import { tell } from "./session.js";

const root = document.documentElement;
const AFTER_G = 1_500;

const isTyping = (target) =>
  target.closest?.('input, textarea, select, [contenteditable=""], [contenteditable="true"]');
const isAsked = () => document.querySelector("dialog[open]");
const isSeen = (element) => element.getClientRects().length > 0;

/** An element with these values and this content. */
export const make = (tag, values = {}, ...content) => {
  const element = Object.assign(document.createElement(tag), values);
  element.append(...content);
  return element;
};

let dialog, input, before;
let afterG = 0;

/** The pages that somebody may go to from here: on a page of no server they are its tabs. */
export const places = () => [...document.querySelectorAll(".side a, .alone .tabs a")];

/** The buttons of the page that have a key. */
export const buttons = () =>
  [...document.querySelectorAll("[data-key]")].filter((each) => isSeen(each) && !each.disabled);

/** What the palette finds and what the list of keys says is fetched by whoever opens them. */
const fetched = async (then) => {
  try {
    then(await import("./palette.js"));
  } catch {
    if (dialog?.open) shut();
    tell("There is no connection, so this cannot be opened.");
  }
};

/** Closes the palette; a browser lets go of a field that is gone only with the next picture, and a key would be lost. */
export const shut = () => {
  dialog.close();
  if (dialog.contains(document.activeElement)) document.activeElement.blur();
};

// The field is there at once, so no letter is lost that is typed right after the key.
const makePalette = () => {
  const placeholder = root.dataset.server ? "Pages, members, songs, tasks, settings" : "Pages, servers";
  input = make("input", { type: "search", autocomplete: "off", placeholder });
  const list = make("ul", { id: "found" });
  dialog = make("dialog", { className: "palette" }, input, list);
  for (const [element, role, name] of [
    [dialog, "dialog", "Go to"],
    [input, "combobox", "Go to"],
    [list, "listbox", "Found"],
  ]) {
    element.setAttribute("role", role);
    element.setAttribute("aria-label", name);
  }
  input.setAttribute("aria-expanded", "true");
  input.setAttribute("aria-controls", "found");
  input.addEventListener("keydown", (event) => {
    if (event.key !== "Escape") return;
    // By itself a browser would only empty the field at first.
    event.preventDefault();
    shut();
  });
  dialog.addEventListener("close", () => before?.isConnected && before.focus());
  document.body.append(dialog);
};

const openPalette = () => {
  if (isAsked()) return;
  if (!dialog) makePalette();
  before = document.activeElement;
  input.value = "";
  dialog.showModal();
  fetched(({ attend }) => attend(dialog));
};

const find = () => {
  const field = [...document.querySelectorAll("[data-search]")].find(isSeen);
  if (!field) return openPalette();
  field.focus();
  field.select();
};

/** Presses a button; what that opens has the focus in its first field, so that the reason can be typed at once. */
const press = (button) => {
  button.click();
  button.closest("details[open]")?.querySelector("textarea, select")?.focus();
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
  else if (key === "?") fetched(({ openList }) => openList());
  else if (key === "g") afterG = Date.now() + AFTER_G;
  else {
    const button = buttons().find(({ dataset }) => dataset.key === key);
    if (button) press(button);
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
