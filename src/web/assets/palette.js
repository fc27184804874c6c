// What is fetched once somebody asks for it by a key: what the palette finds, and the list of all keys.

import { buttons, make, places, shut } from "./keys.js";

const root = document.documentElement;
const PAUSE = 120;

let dialog, input, list, note;
let answer = new AbortController();
let pause;

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
  }
};

const build = () => {
  [input, list] = dialog.children;
  note = make("p", { className: "hint", hidden: true });
  note.setAttribute("role", "status");
  dialog.append(note);
  input.addEventListener("input", search);
  input.addEventListener("keydown", move);
  list.addEventListener("click", ({ target }) => go(target.closest("[role=option]")));
  dialog.addEventListener("close", () => {
    clearTimeout(pause);
    answer.abort();
  });
};

/** Shows in the palette what is called as its field says, from now on. */
export const attend = (palette) => {
  if (!dialog) {
    dialog = palette;
    build();
  }
  if (dialog.open) search();
};

const labelOf = (element) => {
  const copy = element.cloneNode(true);
  for (const key of copy.querySelectorAll("kbd, .heard")) key.remove();
  return (element.getAttribute("aria-label") ?? copy.textContent).trim();
};

/** The list of all keys that do something here. */
export const openList = () => {
  // It was asked for while it was on its way.
  if (document.querySelector("dialog[open]")) return;
  const rows = [
    [["Ctrl", "K"], "Go to a page, a member, a song, a task, a setting"],
    [["/"], "Search"],
    [["Ctrl", "S"], "Save"],
    [["?"], "This list"],
    [["u"], "Undo what was done last, while that is told above the page"],
    ...buttons()
      .filter((each) => each.dataset.key !== "u")
      .map((each) => [[each.dataset.key], labelOf(each)]),
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
