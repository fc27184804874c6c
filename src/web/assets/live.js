// Keeps a page true while somebody looks: one stream brings the parts of it ("regions") that changed. What differs by
// person or filter is only hinted at, and the page asks for it. Without script a page is simply as of when it was opened.

import * as session from "./session.js";
import { clock, pause, say } from "./session.js";

const BEAT = 40_000; // the server beats every 15 s; so long without a sign of life, and the connection is dead
const STALE = 20_000; // whoever comes back to a page that heard nothing for so long has a stream that died in their sleep
const MUTE = 10_000; // a stream begins with a sign of life; where none comes for so long, something on the way keeps it back
const HIDDEN = 30_000; // so long a hidden tab keeps one of the six connections that all tabs share
// At most one question for the same address in that time.
const ASK_AGAIN = 700;
const POLL = 15_000; // where there is no room for another stream
const NEAR = 5_000; // the longest pause where nobody answers: Greenroom starts anew
const FAR = 30_000; // the longest where somebody answers, and has no stream
const ENDS = { 204: "nothing to follow any more", 401: "signed out", 403: "no longer allowed" };

const root = document.documentElement;

const policy = globalThis.trustedTypes?.createPolicy("greenroom", { createHTML: (html) => html });

/** A document out of markup of our own server. Scripts in it do not run. */
export const parse = (html) => {
  const page = new DOMParser().parseFromString(policy ? policy.createHTML(html) : html, "text/html");
  for (const script of page.querySelectorAll("script")) script.remove();
  return page;
};

// What a person opened or typed stays, whatever the server says of it.
const isTheirs = (element, name) =>
  (name === "open" && /^(DETAILS|DIALOG)$/.test(element.tagName)) ||
  (name === "hidden" && element.hasAttribute("data-script"));

const takeAttributes = (old, fresh) => {
  const isOwn = isFilledIn(old);
  for (const { name } of [...old.attributes])
    if (!fresh.hasAttribute(name) && !isTheirs(old, name)) old.removeAttribute(name);
  for (const { name, value } of fresh.attributes)
    if (old.getAttribute(name) !== value && !isTheirs(old, name)) old.setAttribute(name, value);
  if (old.tagName !== "INPUT" || isOwn) return;
  // A field in which somebody typed, and thought better of it, does not follow its attributes by itself.
  if (old.value !== old.defaultValue) old.value = old.defaultValue;
  if (old.checked !== old.defaultChecked) old.checked = old.defaultChecked;
};

/** Whether somebody changed a field. */
export const isFilledIn = (field) => {
  if (field.type === "hidden") return false;
  if (field.type === "checkbox" || field.type === "radio") return field.checked !== field.defaultChecked;
  if (field.tagName === "SELECT") {
    const options = [...field.options];
    const chosen = Math.max(0, options.findLastIndex((option) => option.defaultSelected));
    return options.some((option, at) => option.selected !== (field.multiple ? option.defaultSelected : at === chosen));
  }
  return /^(INPUT|TEXTAREA)$/.test(field.tagName) && field.value !== field.defaultValue;
};

/** Whether a form was sent and waits for its answer, or is kept until it can be sent. */
export const isPending = (form) => Boolean(form.dataset.sent) || session.holds(form);

/** Whether a form is somebody's: they filled something in, or sent it. */
export const isInUse = (form) => isPending(form) || [...form.elements].some(isFilledIn);

// What a node is known by among its neighbours, wherever it goes.
const keyOf = (node) => node.id || node.dataset?.id || node.getAttribute?.("aria-labelledby") || "";
const isAlike = (old, wanted) => old && old.nodeName === wanted.nodeName && keyOf(old) === keyOf(wanted);

const nothing = () => false;

const holdsSpared = (node, spares) =>
  node.nodeType === Node.ELEMENT_NODE && [...node.querySelectorAll("form")].some((form) => spares(form));

/**
 * Makes `old` look like `fresh`. What is the same stays the same node, and with it focus, scroll and selection. A form that
 * `spares` is true of stays as it is, also where it would be gone: what is newer is told when it is sent.
 */
export const morph = (old, fresh, spares = nothing) => {
  if (old.tagName === "FORM" && spares(old)) return;
  takeAttributes(old, fresh);
  const named = new Map([...old.children].filter(keyOf).map((child) => [keyOf(child), child]));
  let at = old.firstChild;
  for (const wanted of [...fresh.childNodes]) {
    const match = isAlike(at, wanted) ? at : named.get(keyOf(wanted));
    if (!match || !isAlike(match, wanted)) {
      old.insertBefore(document.importNode(wanted, true), at);
      continue;
    }
    if (match === at) at = at.nextSibling;
    else old.insertBefore(match, at);
    if (match.nodeType === Node.ELEMENT_NODE) morph(match, wanted, spares);
    else if (match.data !== wanted.data) match.data = wanted.data;
  }
  while (at) {
    const next = at.nextSibling;
    if (!(at.tagName === "FORM" && spares(at)) && !holdsSpared(at, spares)) at.remove();
    at = next;
  }
};

const sayings = (within) => [...within.querySelectorAll("[data-says]")].map((element) => element.dataset.says);

/** Finds, once its row is gone, what stands in the place of an element: the first thing to press in the row that is there. */
const successor = (element) => {
  const row = element.closest("li[id]");
  const section = row?.closest("section");
  const at = row ? [...row.parentElement.children].indexOf(row) : 0;
  return () => {
    const rows = [...(section?.isConnected ? section.querySelectorAll("li[id]") : [])];
    return rows[Math.min(at, rows.length - 1)]?.querySelector("a[href], summary, button");
  };
};

/** Brings a part of the page up to date, and the focus back to where it was if it had to move, or near it. */
export const swap = (old, fresh, spares = nothing) => {
  const focused = document.activeElement;
  const next = old !== focused && old.contains(focused) ? successor(focused) : null;
  const before = new Set(sayings(old));
  morph(old, fresh, spares);
  if (focused && focused !== document.activeElement && focused.isConnected) focused.focus({ preventScroll: true });
  if (next && !focused.isConnected) (next() ?? document.getElementById("main"))?.focus({ preventScroll: true });
  // What is new is told once and together: a second telling would take the place of the first.
  const news = new Set(sayings(old).filter((text) => text && !before.has(text)));
  if (news.size) say([...news].join(" "));
  old.dispatchEvent(new CustomEvent("fresh", { bubbles: true }));
};

const READ = 800; // nobody reads what a button has become, and presses it, in less
const meanings = new WeakMap();
let settled = 0;

const meaningOf = (button) => ({ action: button.getAttribute("formaction"), value: button.value });
const buttonsIn = (part) => [...part.querySelectorAll("button[form]")].map((button) => [button, meaningOf(button)]);

let refusal = null; // what the page says that it refused: when it was said, and of which part

/** Something was refused that belongs to this part of the page, or to all of it. */
export const refuse = (part) => (refusal = { at: new Date(), part });

/** What a refusal says of how things were is no news any more: it says by itself when that was, where it is of this part. */
const age = ({ region }) => {
  const errors = document.getElementById("errors");
  if (!errors || !refusal || (refusal.part && refusal.part !== region)) return;
  const textContent = `Said at ${clock(refusal.at)}. Something has changed since.`;
  refusal = null;
  errors.removeAttribute("role");
  errors.classList.add("past");
  errors.prepend(Object.assign(document.createElement("p"), { className: "hint", textContent }));
};

const meaningsIn = (part) => JSON.stringify(buttonsIn(part).map(([, meant]) => meant));

/** Brings a part up to date that others changed, and notes what its buttons meant before. One that is held stays as it is. */
const swapByOthers = (old, fresh) => {
  const before = buttonsIn(old);
  const said = meaningsIn(old);
  const isHeld = "held" in old.dataset;
  if (!isHeld) swap(old, fresh, isInUse);
  if (meaningsIn(isHeld ? fresh : old) !== said) age(old.dataset);
  for (const [button, { action, value }] of before) {
    const now = meaningOf(button);
    if (now.action !== action || now.value !== value) meanings.set(button, { action, value, at: performance.now() });
  }
};

/**
 * What a button meant to whoever presses it: what it was until a moment ago, where somebody else just changed that. So a press
 * that comes together with theirs is refused, and does nothing that nobody wanted. Nothing where it means what it says.
 */
export const meantBy = (button) => {
  const before = meanings.get(button);
  return before && before.at > settled && performance.now() < before.at + READ ? before : null;
};

/** What somebody did was answered: from now on its buttons mean what they say. */
export const settle = () => (settled = performance.now());

const regions = () => [...document.querySelectorAll("[data-region]")];
const regionOf = (page, name) =>
  [...page.querySelectorAll("[data-region]")].find((region) => region.dataset.region === name);
// Parts that differ by person or filter, and follow a topic or the form that is the same for all.
const following = (name) => regions().filter((region) => region.dataset.topics?.split(" ").includes(name));

let heard = () => {};
let source = null;
let last = root.dataset.revision;
let lastAt = new Date();
let ended = false;
let failures = 0;
let watchdog, retry, hiding, mute;
let hasSpoken = false; // whether anything came by the present stream

// Whether this page is kept up to date: that has nothing to do with the live on TikTok, so it has words of its own.
const show = (state, why) => {
  const sign = document.getElementById("sign");
  if (!sign) return;
  sign.hidden = false;
  sign.dataset.state = state;
  const since = `as of ${clock(lastAt)}`;
  const text = state === "live" ? "up to date" : state === "waiting" ? "reconnecting" : (why ?? since);
  sign.title = since;
  if (sign.firstElementChild.textContent !== text) sign.firstElementChild.textContent = text;
};

const close = () => {
  clearTimeout(watchdog);
  clearTimeout(retry);
  clearTimeout(mute);
  source?.close();
  source = null;
};

/** Stops for good, and says why. */
const end = (why) => {
  ended = true;
  close();
  show("off", why);
  say(`This page is not kept up to date any more: ${why}.`);
  session.end(why);
};

/** A session that is over may go on; if it does, so does the page. */
const endUnlessRenewed = async (why) => {
  close();
  try {
    if (await session.renew()) return reopen(0);
  } catch {
    return reopen(FAR);
  }
  end(why);
};

// Not all pages come back at the same moment after a restart.
const reopen = (least = 500) => {
  close();
  show("waiting");
  retry = setTimeout(open, least + Math.random() * 2_500);
};

/** The stream broke, or there was none: another try, after a pause that grows. */
const fail = (longest = NEAR) => {
  close();
  show("waiting");
  if (failures > 0 && longest === NEAR) session.lose();
  retry = setTimeout(open, pause(failures++, longest));
};

const alive = () => {
  session.found();
  lastAt = new Date();
  hasSpoken = true;
  show("live");
  clearTimeout(mute);
  clearTimeout(watchdog);
  watchdog = setTimeout(silent, BEAT);
};

/** Nothing came for long. Whether anybody is there is another question: something on the way may keep the stream back. */
const silent = () => {
  close();
  show("waiting");
  session.reach();
  if (hasSpoken) retry = setTimeout(open, pause(failures++, NEAR));
  else poll();
};

/** Until something comes by the stream, the page asks by itself. */
const askMeanwhile = async () => {
  await ask(regions());
  if (!source || hasSpoken || ended) return;
  show("off");
  mute = setTimeout(askMeanwhile, POLL);
};

const streamAddress = () => {
  const address = new URL(root.dataset.live, location.href);
  if (last) address.searchParams.set("since", last);
  return address;
};

const read = (event) => {
  try {
    return JSON.parse(event.data || "{}");
  } catch {
    return {};
  }
};

const take = {
  region: ({ region, html }) => {
    const old = regionOf(document, region);
    if (old && !old.dataset.topics && typeof html === "string") {
      // Only what the region holds was sent; what it is called stays.
      const fresh = old.cloneNode(false);
      fresh.append(...parse(html).body.childNodes);
      swapByOthers(old, fresh);
    }
    ask(following(region));
  },
  hint: ({ topic }) => ask(following(topic)),
  beat: () => {},
  goodbye: ({ reason = ENDS[401] }) => (reason === ENDS[401] ? endUnlessRenewed(reason) : end(reason)),
};

const open = () => {
  if (ended || source) return;
  clearTimeout(retry);
  source = new EventSource(streamAddress());
  hasSpoken = false;
  source.onerror = () => {
    // A browser would try again by itself, always after the same pause, and not at all where the answer was no stream.
    if (source?.readyState === EventSource.CLOSED) probe();
    else if (source && !ended) fail();
  };
  for (const kind of Object.keys(take))
    source.addEventListener(kind, (event) => {
      alive();
      failures = 0;
      if (event.lastEventId) last = event.lastEventId;
      const data = read(event);
      take[kind](data);
      heard(kind, data);
    });
  watchdog = setTimeout(silent, BEAT);
  mute = setTimeout(askMeanwhile, MUTE);
};

/** A stream that did not open does not tell why; a question to the same address does. */
const probe = async () => {
  close();
  const stop = new AbortController();
  let status = 0;
  let rest = 2_000;
  try {
    const headers = { Accept: "text/event-stream" };
    const answer = await fetch(streamAddress(), { headers, cache: "no-store", signal: stop.signal });
    status = answer.status;
    // What is not there now may be in a moment: whoever serves it may only have begun.
    if (status === 404) rest = POLL;
    rest = Math.max(rest, 1_000 * (Number(answer.headers.get("Retry-After")) || 0));
  } catch {
    // No connection: like any other failure, it is tried again.
  }
  stop.abort();
  if (status === 401) endUnlessRenewed(ENDS[401]);
  else if (ENDS[status]) end(ENDS[status]);
  // Where there is no room it may be long; whoever has only begun knows in a moment who may listen.
  else if (status === 503 && rest > POLL) poll();
  else if (status === 0) fail();
  else if (status >= 500 && status !== 503) fail(FAR);
  else reopen(status === 200 ? 0 : rest);
};

// Half a minute, which is what the server asks for, and not the same moment for all.
const poll = async () => {
  const pause = POLL + Math.random() * 5_000;
  await ask(regions());
  retry = setTimeout(async () => {
    await ask(regions());
    if (!ended) retry = setTimeout(open, pause);
  }, pause);
};

const tags = new Map();
let answers = 0; // to forms that were sent from here: each brought the page up to date
const asked = new Map();
const missed = new Set();

/** Brings these regions up to date by asking: each address at most once in a while, and by its tag. */
export const ask = (some) => {
  const addresses = new Set(some.map((region) => region.dataset.fragment ?? location.href));
  return Promise.all([...addresses].map(askSoon));
};

const askSoon = (address) => {
  const pending = asked.get(address);
  if (pending?.waits) return pending.waits;
  const rest = pending ? pending.at + ASK_AGAIN - performance.now() : 0;
  const entry = { at: performance.now() };
  entry.waits = new Promise((done) => setTimeout(done, Math.max(0, rest))).then(() => {
    asked.set(address, { at: performance.now() });
    return askNow(address);
  });
  asked.set(address, entry);
  return entry.waits;
};

/** Forgets what the page has, because it was brought up to date in another way. */
export const forget = () => {
  answers++;
  tags.clear();
};

/** Whether somebody waits for the answer to what they did here, which brings the page up to date as well. */
const isActing = () => [...document.querySelectorAll("form[data-quiet]")].some((form) => form.dataset.sent);

/** What nobody could answer now is asked for once more, at the latest when the connection is back. */
const askLater = (address) => {
  missed.add(address);
  setTimeout(() => !ended && missed.has(address) && askSoon(address), POLL);
};

const askNow = async (address) => {
  missed.delete(address);
  // Of a page only what is in its frame is asked for.
  const headers = { Accept: "text/html", Part: "content" };
  if (tags.has(address)) headers["If-None-Match"] = tags.get(address);
  const before = answers;
  try {
    const answer = await fetch(address, { headers, cache: "no-store" });
    if (answer.status === 401) return endUnlessRenewed(ENDS[401]);
    if (ENDS[answer.status]) return end(ENDS[answer.status]);
    // Whoever is signed out is led to the sign-in.
    if (answer.redirected && new URL(answer.url).pathname !== new URL(address, location.href).pathname)
      return end(ENDS[401]);
    if (answer.ok) {
      const page = parse(await answer.text());
      // What was asked for before the answer to an own act may be older than it, and what that changed is no news.
      if (before !== answers || isActing()) return askSoon(address);
      place(address, page);
      const tag = answer.headers.get("ETag");
      if (tag) tags.set(address, tag);
    }
    if (answer.ok || answer.status === 304) lastAt = new Date();
    // Whoever asked too often, or of a server that was busy, is as it was.
    else if (answer.status === 429 || answer.status >= 500) askLater(address);
  } catch {
    // No connection: the sign says how old the page is.
    askLater(address);
  }
  if (!source) show("off");
};

// What the stream brings may be newer than what was asked for: inside of a part that was asked for it stays as it is.
const leavingToTheStream = (old, fresh) => {
  for (const inner of fresh.querySelectorAll("[data-region]:not([data-topics])")) {
    const present = regionOf(old, inner.dataset.region);
    if (present) inner.replaceWith(present.cloneNode(true));
  }
  return fresh;
};

// The answer is a page with regions, or the inside of the only one that is asked for there.
const place = (address, page) => {
  for (const old of regions()) {
    if ((old.dataset.fragment ?? location.href) !== address) continue;
    const fresh = regionOf(page, old.dataset.region);
    if (fresh) {
      if (!("held" in old.dataset)) old.dispatchEvent(new CustomEvent("newer", { bubbles: true, detail: leavingToTheStream(old, fresh) }));
      swapByOthers(old, fresh);
    } else if (old.dataset.fragment && !page.querySelector("[data-region]")) {
      const inside = old.cloneNode(false);
      inside.append(...page.body.childNodes);
      swapByOthers(old, inside);
    }
  }
};

const hide = () => {
  close();
  show("off");
};

/** Begins, where the page has regions. `told` hears of every event, by its kind and content. */
export const start = (told) => {
  if (!root.dataset.live) return;
  heard = told;
  open();
  document.addEventListener("visibilitychange", () => {
    clearTimeout(hiding);
    if (ended) return;
    if (document.hidden) hiding = setTimeout(hide, HIDDEN);
    else if (source && Date.now() - lastAt > STALE) reopen(0);
    else open();
  });
  session.onTurn((isThere) => {
    // Whatever the stream still believes: what was asked for did not arrive.
    if (!isThere) return ended || show("waiting");
    // What came to its end by a sign-out goes on after the next sign-in.
    ended = false;
    if (source && hasSpoken) show("live");
    else if (!source && !document.hidden) open();
    for (const address of missed) askSoon(address);
  });
  addEventListener("pagehide", close);
  addEventListener("pageshow", (event) => event.persisted && !ended && open());
};
