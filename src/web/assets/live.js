// Keeps a page true while somebody looks: one stream brings the parts of it ("regions") that changed. What differs by
// person or filter is only hinted at, and the page asks for it. Without script a page is simply as of when it was opened.

import * as session from "./session.js";
import { pause, say } from "./session.js";

const BEAT = 40_000; // the server beats every 15 s; so long without a sign of life, and the connection is dead
const HIDDEN = 30_000; // so long a hidden tab keeps one of the six connections that all tabs share
const ASK_AGAIN = 2_000; // at most one question for the same address in that time
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
  for (const { name } of [...old.attributes])
    if (!fresh.hasAttribute(name) && !isTheirs(old, name)) old.removeAttribute(name);
  for (const { name, value } of fresh.attributes)
    if (old.getAttribute(name) !== value && !isTheirs(old, name)) old.setAttribute(name, value);
  if (old.tagName === "INPUT" && old.type === "hidden") old.value = fresh.value;
};

const isAlike = (old, wanted) => old && old.nodeName === wanted.nodeName && (old.id ?? "") === (wanted.id ?? "");

/** Makes `old` look like `fresh`. What is the same stays the same node, and with it focus, scroll and selection. */
export const morph = (old, fresh) => {
  takeAttributes(old, fresh);
  const named = new Map([...old.children].filter((child) => child.id).map((child) => [child.id, child]));
  let at = old.firstChild;
  for (const wanted of [...fresh.childNodes]) {
    const match = isAlike(at, wanted) ? at : named.get(wanted.id);
    if (!match || !isAlike(match, wanted)) {
      old.insertBefore(document.importNode(wanted, true), at);
      continue;
    }
    if (match === at) at = at.nextSibling;
    else old.insertBefore(match, at);
    if (match.nodeType === Node.ELEMENT_NODE) morph(match, wanted);
    else if (match.data !== wanted.data) match.data = wanted.data;
  }
  while (at) {
    const next = at.nextSibling;
    at.remove();
    at = next;
  }
};

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
export const swap = (old, fresh) => {
  const focused = document.activeElement;
  const next = old !== focused && old.contains(focused) ? successor(focused) : null;
  const said = new Set([...old.querySelectorAll("[data-says]")].map((element) => element.dataset.says));
  morph(old, fresh);
  if (focused && focused !== document.activeElement && focused.isConnected) focused.focus({ preventScroll: true });
  if (next && !focused.isConnected) (next() ?? document.getElementById("main"))?.focus({ preventScroll: true });
  for (const element of old.querySelectorAll("[data-says]"))
    if (!said.has(element.dataset.says)) say(element.dataset.says);
  old.dispatchEvent(new CustomEvent("fresh", { bubbles: true }));
};

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
let watchdog, retry, hiding;

const show = (state, why) => {
  const sign = document.getElementById("sign");
  if (!sign) return;
  sign.hidden = false;
  sign.dataset.state = state;
  const since = `as of ${lastAt.toLocaleTimeString([], { hour: "2-digit", minute: "2-digit" })}`;
  const text = state === "live" ? "live" : state === "waiting" ? "reconnecting" : why ? `${since}, ${why}` : since;
  if (sign.firstElementChild.textContent !== text) sign.firstElementChild.textContent = text;
};

const close = () => {
  clearTimeout(watchdog);
  clearTimeout(retry);
  source?.close();
  source = null;
};

/** Stops for good, and says why. */
const end = (why) => {
  ended = true;
  close();
  show("off", why);
  say(`This page is no longer live: ${why}.`);
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
  show("live");
  clearTimeout(watchdog);
  watchdog = setTimeout(fail, BEAT);
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
      swap(old, fresh);
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
  source.onopen = alive;
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
  watchdog = setTimeout(fail, BEAT);
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
const asked = new Map();

/** Brings these regions up to date by asking: each address at most once in two seconds, and by its tag. */
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

const askNow = async (address) => {
  const headers = { Accept: "text/html" };
  if (tags.has(address)) headers["If-None-Match"] = tags.get(address);
  try {
    const answer = await fetch(address, { headers, cache: "no-store" });
    if (answer.status === 401) return endUnlessRenewed(ENDS[401]);
    if (ENDS[answer.status]) return end(ENDS[answer.status]);
    // Whoever is signed out is led to the sign-in.
    if (answer.redirected && new URL(answer.url).pathname !== new URL(address, location.href).pathname)
      return end(ENDS[401]);
    if (answer.ok) {
      const tag = answer.headers.get("ETag");
      if (tag) tags.set(address, tag);
      place(address, parse(await answer.text()));
    }
    if (answer.ok || answer.status === 304) lastAt = new Date();
  } catch {
    // No connection: the sign says how old the page is.
  }
  if (!source) show("off");
};

// The answer is a page with regions, or the inside of the only one that is asked for there.
const place = (address, page) => {
  for (const old of regions()) {
    if ((old.dataset.fragment ?? location.href) !== address) continue;
    const fresh = regionOf(page, old.dataset.region);
    if (fresh) swap(old, fresh);
    else if (old.dataset.fragment && !page.querySelector("[data-region]")) {
      const inside = old.cloneNode(false);
      inside.append(...page.body.childNodes);
      swap(old, inside);
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
    else open();
  });
  session.onReturn(() => {
    // What came to its end by a sign-out goes on after the next sign-in.
    ended = false;
    if (!source && !document.hidden) open();
  });
  addEventListener("pagehide", close);
  addEventListener("pageshow", (event) => event.persisted && !ended && open());
};
