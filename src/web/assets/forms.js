// What forms do better with script: no double sending, a question before what matters, no lost typing, no leaving of the
// page for a small change. Without script each of them is sent as it is, and the server holds to the same rules.

import { forget, parse, say, swap } from "./live.js";

const RELEASE = 10_000; // after so long without an answer a form may be sent again, under the same key
const unsaved = new Set();
const channel = "BroadcastChannel" in globalThis ? new BroadcastChannel("greenroom") : null;
const root = document.documentElement;

const hiddenFields = (name, within = document) => within.querySelectorAll(`input[type="hidden"][name="${name}"]`);

const freshKey = () =>
  Array.from(crypto.getRandomValues(new Uint8Array(16)), (byte) => byte.toString(16).padStart(2, "0")).join("");

/** Gives each form a new key, so that sending it again is a new wish. */
const renewKeys = (form) => {
  for (const field of hiddenFields("idempotency_key", form)) field.value = freshKey();
};

const takeToken = (token) => {
  if (!token) return;
  for (const field of hiddenFields("csrf")) field.value = token;
  document.querySelector('meta[name="csrf"]')?.setAttribute("content", token);
};

const tokenOf = (page) => page.querySelector('meta[name="csrf"]')?.content;

const release = (form) => {
  delete form.dataset.sent;
  delete root.dataset.busy;
};

/** A question above the page; gives whether the answer was yes. The focus comes back where it was. */
const question = (text, verb) =>
  new Promise((done) => {
    const dialog = document.createElement("dialog");
    const asked = Object.assign(document.createElement("p"), { id: "question", textContent: text });
    const answers = Object.assign(document.createElement("form"), { method: "dialog", className: "actions" });
    const button = (label, value, look) =>
      Object.assign(document.createElement("button"), { type: "submit", textContent: label, value, className: look });
    answers.append(button("Cancel", "no", "button"), button(verb, "yes", "button main"));
    dialog.setAttribute("aria-labelledby", "question");
    dialog.append(asked, answers);
    dialog.addEventListener("close", () => {
      dialog.remove();
      done(dialog.returnValue === "yes");
    });
    document.body.append(dialog);
    dialog.showModal();
  });

const sendQuietly = async (form, submitter) => {
  const action = submitter?.getAttribute("formaction") ?? form.getAttribute("action");
  const fields = new FormData(form);
  if (submitter?.name) fields.append(submitter.name, submitter.value);
  try {
    const body = new URLSearchParams(fields);
    const answer = await fetch(action || location.href, { method: "POST", body, headers: { Accept: "text/html" } });
    const led = new URL(answer.url, location.href);
    // It ended on another page: that one has the say.
    if (answer.redirected && led.pathname !== location.pathname) return location.assign(led);
    const page = parse(await answer.text());
    const [old, fresh] = [document, page].map((each) => each.getElementById("main"));
    if (!old || !fresh) return location.reload();
    swap(old, fresh);
    forget();
    takeToken(tokenOf(page));
    channel?.postMessage({ csrf: tokenOf(page) });
    const notice = document.querySelector("#notices p");
    if (notice) say(notice.textContent);
    document.getElementById("errors")?.focus();
  } catch {
    notSent();
  } finally {
    release(form);
  }
};

const notSent = () => {
  const textContent = "Not sent: there is no connection. It can be sent again.";
  document
    .getElementById("notices")
    ?.replaceChildren(Object.assign(document.createElement("p"), { className: "notice bad", textContent }));
  say(textContent);
};

// The words of a button, without the key beside them.
const verbOf = (button) => {
  const words = [...(button?.childNodes ?? [])]
    .filter((node) => node.nodeType === Node.TEXT_NODE)
    .map((node) => node.data);
  return words.join("").trim() || "Yes";
};

const submitted = async (event) => {
  const { target: form, submitter } = event;
  const method = submitter?.getAttribute("formmethod") ?? form.getAttribute("method");
  if (event.defaultPrevented || method?.toLowerCase() !== "post") return;
  if (form.dataset.sent) return event.preventDefault();
  const asks = submitter?.dataset.confirm ?? form.dataset.confirm;
  if (asks && !form.dataset.agreed) {
    event.preventDefault();
    if (!(await question(asks, verbOf(submitter)))) return;
    form.dataset.agreed = "1";
    return form.requestSubmit(submitter);
  }
  delete form.dataset.agreed;
  form.dataset.sent = "1";
  root.dataset.busy = "1";
  unsaved.delete(form);
  setTimeout(() => release(form), RELEASE);
  if ("quiet" in form.dataset) {
    event.preventDefault();
    await sendQuietly(form, submitter);
  }
};

const typed = ({ target }) => {
  const form = target.form;
  if (!form) return;
  // A key belongs to what was sent under it; other content is another wish.
  if (form.dataset.tried) renewKeys(form);
  if ("guard" in form.dataset) unsaved.add(form);
  expect(target);
  count(target);
};

const expect = (field) => {
  const { expect: text } = field.dataset;
  if (text) field.setCustomValidity(field.value.trim() === text ? "" : `Type “${text}”.`);
};

const count = (field) => {
  const place = field.id && document.querySelector(`[data-counts="${CSS.escape(field.id)}"]`);
  if (place) place.textContent = `${[...field.value].length} of ${field.maxLength}`;
};

const clicked = async (event) => {
  const opener = event.target.closest("[data-opens]");
  if (opener && !("commandForElement" in HTMLButtonElement.prototype))
    document.getElementById(opener.dataset.opens)?.showModal();
  const copied = event.target.closest("[data-copy]");
  if (copied) {
    try {
      await navigator.clipboard.writeText(copied.dataset.copy);
      say("Copied.");
    } catch {
      // Without a secure address there is no clipboard: what is selected can be copied by hand.
      getSelection().selectAllChildren(copied.previousElementSibling ?? copied);
    }
  }
  // A menu closes when somebody clicks beside it.
  for (const menu of document.querySelectorAll("details.menu[open]"))
    if (!menu.contains(event.target)) menu.open = false;
};

const pressed = (event) => {
  if (event.key === "Escape") {
    const menu = document.querySelector("details.menu[open]");
    if (menu) {
      menu.open = false;
      menu.querySelector("summary").focus();
    }
  }
  if ((event.ctrlKey || event.metaKey) && !event.altKey && event.key.toLowerCase() === "s") {
    const form = document.activeElement?.closest("form[data-guard]") ?? document.querySelector("form[data-guard]");
    if (!form) return;
    event.preventDefault();
    form.requestSubmit();
  }
};

/** What is due whenever content is new: what only script can do is shown, letters are counted, notices go. */
const arrive = (within) => {
  for (const element of within.querySelectorAll("[data-script][hidden]")) element.hidden = false;
  for (const field of within.querySelectorAll("[maxlength]")) count(field);
  for (const field of within.querySelectorAll("[data-expect]")) expect(field);
  for (const notice of within.querySelectorAll("[data-for]:not([data-goes])")) {
    notice.dataset.goes = "1";
    const go = () => (notice.matches(":hover, :focus-within") ? setTimeout(go, 2_000) : notice.remove());
    setTimeout(go, Number(notice.dataset.for) * 1_000);
  }
};

/** Begins. */
export const start = () => {
  arrive(document);
  document.getElementById("errors")?.focus();
  document.addEventListener("submit", submitted);
  document.addEventListener("submit", ({ target }) => (target.dataset.tried = "1"));
  document.addEventListener("input", typed);
  document.addEventListener("click", clicked);
  document.addEventListener("keydown", pressed);
  document.addEventListener("fresh", ({ target }) => arrive(target));
  addEventListener("beforeunload", (event) => unsaved.size && event.preventDefault());
  // A page that comes back from the browser's memory has keys that were used.
  addEventListener("pageshow", ({ persisted }) => {
    if (!persisted) return;
    for (const form of document.forms) {
      release(form);
      renewKeys(form);
    }
  });
  if (!channel) return;
  channel.onmessage = ({ data }) => takeToken(data?.csrf);
  const token = tokenOf(document);
  if (token) channel.postMessage({ csrf: token });
};
