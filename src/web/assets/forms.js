// What forms do better with script: no double sending, a question before what matters, no lost typing, no leaving of the
// page for a small change. Without script each of them is sent as it is, and the server holds to the same rules.

import { forget, isFilledIn, isInUse, isPending, meantBy, parse, refuse, settle, swap } from "./live.js";
import * as session from "./session.js";
import { say } from "./session.js";

const RELEASE = 10_000; // after so long without an answer a form may be sent again, under the same key
const unsaved = new Set();
const root = document.documentElement;

const hiddenFields = (name, within = document) => within.querySelectorAll(`input[type="hidden"][name="${name}"]`);

const freshKey = () =>
  Array.from(crypto.getRandomValues(new Uint8Array(16)), (byte) => byte.toString(16).padStart(2, "0")).join("");

/** Gives each form a new key, so that sending it again is a new wish. */
const renewKeys = (form) => {
  for (const field of hiddenFields("idempotency_key", form)) field.value = freshKey();
};

const tokenOf = (page) => page.querySelector('meta[name="csrf"]')?.content;

const release = (form) => {
  for (const ask of hiddenFields("ask", form)) ask.disabled = false;
  delete form.dataset.sent;
  delete form.dataset.sure;
  delete root.dataset.busy;
};

/** Keeps a form that was not sent, until somebody sends it again as it is: under the same key it counts once. */
const keep = (form, submitter, why) => {
  if ("quiet" in form.dataset) return keepAct(actOf(form, submitter), why);
  release(form);
  if ("guard" in form.dataset) unsaved.add(form);
  session.hold({ form, again: () => submit(form, submitter), why });
};

/** What a press sends: what it meant to whoever pressed it, and the key under which it counts once. */
const actOf = (form, submitter) => {
  const meant = submitter && meantBy(submitter);
  const fields = new FormData(form);
  if (submitter?.name) fields.append(submitter.name, meant ? meant.value : submitter.value);
  const at = meant ? meant.action : submitter?.getAttribute("formaction");
  const action = at ?? form.getAttribute("action");
  const said = [...fields].filter(([name]) => name !== "csrf" && name !== "idempotency_key");
  return {
    form,
    action,
    fields,
    key: submitter?.name === "key" ? submitter.value : null,
    sign: JSON.stringify([action, said]),
    name: nameOf(submitter),
    part: submitter?.closest("[data-region]")?.dataset.region,
    menu: submitter?.closest("details.menu"),
  };
};

/** Keeps an act that was not sent, behind those that wait already. What is pressed next is another one. */
const keepAct = (act, why) => {
  release(act.form);
  closeMenu(act.menu);
  const { form, sign, name } = act;
  if (session.hold({ form, sign, name, again: () => send(act), why })) renewKeys(form);
  else say("Not kept: too much waits to be sent already.");
};

/** Sends a form by its button, also by one that the stream has replaced meanwhile. */
const submit = (form, submitter) => {
  // What was agreed to is not asked about by a page either.
  for (const ask of hiddenFields("ask", form)) ask.disabled = true;
  let button = submitter;
  if (button && !button.isConnected) {
    button = button.cloneNode(true);
    button.hidden = true;
    form.append(button);
  }
  // A phone of some years ago sends a form by its button alone.
  if (form.requestSubmit) form.requestSubmit(button);
  else (button ?? form.querySelector('[type="submit"]'))?.click();
};

/** Leaves the page with a form, if there is a server that takes it: a browser forgets a page that it cannot leave well. */
const sendSurely = async (form, submitter) => {
  if (!(await session.reach())) return keep(form, submitter);
  delete form.dataset.sent;
  form.dataset.sure = "1";
  submit(form, submitter);
};

/** Asks something above the page; gives whether the answer was yes. Without a connection the browser asks in its own way. */
const asks = async (text, verb) => {
  try {
    const { question } = await import("./question.js");
    return question(text, verb);
  } catch {
    return confirm(text);
  }
};

/** Closes a menu in which something was chosen, or that was left; the focus is on what opened it. */
const closeMenu = (menu) => {
  if (!menu?.open) return;
  const hadFocus = menu.contains(document.activeElement);
  menu.open = false;
  if (hadFocus) menu.querySelector("summary").focus({ preventScroll: true });
};

/**
 * What somebody did themselves on this page is no news to them: a setting that their act changed is shown as it is now. Where
 * something is typed that is not sent yet it stays, and beside it is said what it would take the place of.
 */
const takeOwn = (old, fresh, meant) => {
  for (const [was, by] of changedBetween(old, fresh)) {
    const [mine, theirs] = [was, by].map((field) => field.closest(".setting"));
    const isMine = [...mine.querySelectorAll("input, select, textarea")].some(isFilledIn);
    if (!isMine) {
      swap(mine, theirs);
      continue;
    }
    was.value = by.value;
    if (was.name !== `was.${meant}`) remark(mine, `This is “${by.value}” by now.`).dataset.stays = "1";
  }
};

/** Sends an act without leaving the page; says whether it was done, was refused, or is to be kept. */
const send = async (act, isRenewed = false) => {
  const { form, action, fields, menu, key } = act;
  const stop = new AbortController();
  const late = setTimeout(() => stop.abort(), RELEASE);
  // The token may be another one by now.
  if (fields.has("csrf")) fields.set("csrf", session.token() ?? "");
  try {
    const body = new URLSearchParams(fields);
    // Another page to which this leads is opened by itself: what is to be said there is not said to this request.
    const headers = { Accept: "text/html", Quiet: location.pathname + location.search };
    const answer = await fetch(action || location.href, { method: "POST", body, headers, signal: stop.signal });
    session.found();
    if (answer.status === 401) {
      const isIn = !isRenewed && (await session.renew().catch(() => false));
      return isIn ? send(act, true) : { is: "kept", why: "You are signed out." };
    }
    const led = new URL(answer.url, location.href);
    // It ended on another page: that one has the say.
    if (answer.redirected && led.pathname !== location.pathname) {
      location.assign(led);
      return { is: "left" };
    }
    const page = parse(await answer.text());
    const [old, fresh] = [document, page].map((each) => each.getElementById("main"));
    // What may pass tells so, and takes nothing away.
    if (answer.status === 429 || answer.status >= 500)
      return { is: "kept", why: fresh?.querySelector("p")?.textContent ?? "That did not work. Please try again." };
    if (!old || !fresh) {
      location.reload();
      return { is: "left" };
    }
    closeMenu(menu);
    takeOwn(old, fresh, key);
    // Another form that somebody is filling in is no part of the answer to this one.
    swap(old, fresh, (other) => other !== form && isInUse(other));
    settle();
    forget();
    session.takeToken(tokenOf(page));
    session.share();
    const notice = document.querySelector("#notices p");
    if (notice) say(notice.textContent);
    const errors = document.getElementById("errors");
    if (errors) refuse(act.part);
    errors?.focus();
    return { is: answer.ok ? "done" : "refused" };
  } catch {
    session.lose();
    return { is: "kept" };
  } finally {
    clearTimeout(late);
    release(form);
  }
};

let before = Promise.resolve();

const sendQuietly = (form, submitter) => {
  const act = actOf(form, submitter);
  // What was done before comes first, also where it waits.
  before = before.catch(() => {}).then(async () => {
    if (session.holdsActs()) return keepAct(act);
    const { is, why } = await send(act);
    if (is === "kept") keepAct(act, why);
  });
  return before;
};

// The words of a button, without the key beside them.
const verbOf = (button) => {
  const words = [...(button?.childNodes ?? [])]
    .filter((node) => node.nodeType === Node.TEXT_NODE)
    .map((node) => node.data);
  return words.join("").trim() || "Yes";
};

// What a button does, and to which song.
const nameOf = (button) => {
  const about = button?.querySelector(".heard")?.textContent.trim();
  return button?.getAttribute("aria-label") ?? [verbOf(button), about].filter(Boolean).join(": ");
};

const submitted = async (event) => {
  const { target: form, submitter } = event;
  const method = submitter?.getAttribute("formmethod") ?? form.getAttribute("method");
  if (event.defaultPrevented || method?.toLowerCase() !== "post") return;
  if (form.dataset.sent) return event.preventDefault();
  if (session.isOver()) {
    event.preventDefault();
    return keep(form, submitter);
  }
  const isSure = "sure" in form.dataset;
  const [ask] = hiddenFields("ask", form);
  if (ask && !ask.disabled) {
    event.preventDefault();
    if (!(await asks(ask.value, verbOf(submitter)))) return;
    // Meanwhile the page may have been brought up to date, and what was asked about be gone.
    if (!form.isConnected || (submitter && !submitter.isConnected)) return say("Not sent: it is not there any more.");
    return submit(form, submitter);
  }
  form.dataset.sent = "1";
  root.dataset.busy = "1";
  unsaved.delete(form);
  setTimeout(() => release(form), RELEASE);
  if ("quiet" in form.dataset) {
    event.preventDefault();
    await sendQuietly(form, submitter);
  } else if (!isSure) {
    event.preventDefault();
    await sendSurely(form, submitter);
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
  mirror(target);
};

const expect = (field) => {
  const { expect: text } = field.dataset;
  const folded = (typed) => typed.trim().toLowerCase();
  if (text) field.setCustomValidity(folded(field.value) === folded(text) ? "" : `Type “${text}”.`);
};

const count = (field) => {
  const place = field.id && document.querySelector(`[data-counts="${CSS.escape(field.id)}"]`);
  if (place) place.textContent = `${[...field.value].length} of ${field.maxLength}`;
};

/** Shows what is typed where the page says how it will look. */
const mirror = (field) => {
  if (!field.id) return;
  const shown = field.value && (field.selectedOptions?.[0].text ?? field.value);
  for (const place of document.querySelectorAll(`[data-mirrors="${CSS.escape(field.id)}"]`))
    place.textContent = shown || (place.dataset.empty ?? "");
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
  closeMenus((menu) => !menu.contains(event.target));
};

const closeMenus = (which) => {
  for (const menu of document.querySelectorAll("details.menu[open]")) if (which(menu)) menu.open = false;
};

// So it does when the focus leaves it: what lies behind a sheet is not seen. Around it is no way out of it.
const focused = ({ target }) => closeMenus((menu) => !menu.contains(target) && !target.contains(menu));

const pressed = (event) => {
  if (event.defaultPrevented || document.querySelector("dialog[open]")) return;
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
    form.requestSubmit?.();
  }
};

/** What a form says that it showed, each with what a newer page shows in its place. */
const shownAnew = (old, fresh) =>
  [...old.querySelectorAll('form[data-guard] input[type="hidden"][name^="was."]')]
    .map((was) => [was, fresh.querySelector(`input[type="hidden"][name="${CSS.escape(was.name)}"]`)])
    .filter(([, by]) => by);

const changedBetween = (old, fresh) => shownAnew(old, fresh).filter(([was, by]) => was.value !== by.value);

/** Says something of a setting, beside it, in place of what was said of it before; gives what says it. */
const remark = (setting, textContent) => {
  setting.querySelector(".meanwhile")?.remove();
  const said = Object.assign(document.createElement("p"), { className: "meanwhile", textContent });
  setting.append(said);
  return said;
};

/**
 * Somebody changed something while the form of it is open here, and the page is about to be brought up to date: what nobody
 * touched here is shown as it is now, and beside what somebody is about to change stands what it is by now. The server does
 * not overwrite it unseen. What was sent, or waits to be, stays whole: its answer says what became of it.
 */
const meanwhile = ({ target, detail: fresh }) => {
  for (const [was, by] of shownAnew(target, fresh)) {
    if (isPending(was.form)) continue;
    const [mine, theirs] = [was, by].map((field) => field.closest(".setting"));
    const isMine = [...mine.querySelectorAll("input, select, textarea")].some(isFilledIn);
    const told = mine.querySelector(".meanwhile");
    if (by.value === was.value) {
      // What was told of it stays, until somebody begins to change it.
      if (isMine && !told?.dataset.stays) told?.remove();
      else if (told && !isMine) theirs.append(told.cloneNode(true));
      continue;
    }
    const textContent = isMine
      ? `Somebody else changed this meanwhile, to “${by.value}”. If you save, you are asked once more.`
      : "Somebody else changed this just now.";
    remark(isMine ? mine : theirs, textContent);
    if (!isMine) swap(mine, theirs);
    if (textContent !== told?.textContent) say(textContent);
  }
};

const wordsOf = (notice) => `${notice.textContent} ${notice.querySelector("form")?.getAttribute("action")}`;

/** What is due whenever content is new: what only script can do is shown, letters are counted, notices go. */
const arrive = (within) => {
  for (const element of within.querySelectorAll("[data-script][hidden]")) element.hidden = false;
  for (const field of within.querySelectorAll("[maxlength]")) count(field);
  for (const field of within.querySelectorAll("[data-expect]")) expect(field);
  for (const notice of within.querySelectorAll("[data-for]:not([data-goes])")) {
    notice.dataset.goes = "1";
    // The next notice may stand in the same element: it has a time of its own.
    const words = wordsOf(notice);
    const go = () => {
      if (wordsOf(notice) !== words) return;
      if (notice.matches(":hover, :focus-within")) setTimeout(go, 2_000);
      else notice.remove();
    };
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
  document.addEventListener("focusin", focused);
  document.addEventListener("keydown", pressed);
  document.addEventListener("newer", meanwhile);
  document.addEventListener("fresh", ({ target }) => arrive(target));
  addEventListener("beforeunload", (event) => (unsaved.size || session.holds()) && event.preventDefault());
  // A page that comes back from the browser's memory has keys that were used.
  addEventListener("pageshow", ({ persisted }) => {
    if (!persisted) return;
    for (const form of document.forms) {
      release(form);
      renewKeys(form);
    }
  });
};
