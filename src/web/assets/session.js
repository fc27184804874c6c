// Keeps the person and the server behind an open page, and says in words when one of them is gone. A session is renewed
// before its end, by one tab for all of them. What could not be sent stays on the page, under the key by which it counts
// once, until somebody sends it again.

import { now } from "./times.js";

const EARLY = 2 * 3_600_000; // so long before its end a session is renewed
const REST = 600_000; // so long one waits after that, whatever came of it
const LOOK = 30_000; // so often it is looked whether it is time
const SOON = 1_000; // the first pause before the server is asked for again; then twice as long each time
const LONGEST = 15_000;
const PATIENCE = 8_000; // so long a server may take that is there
const MOST = 20; // so many acts wait to be sent at most
const OUT = "signed out";
const OTHER = "another";

const root = document.documentElement;
const channel = "BroadcastChannel" in globalThis ? new BroadcastChannel("greenroom") : null;

/** The token of forms, as this page has it. */
export const token = () => document.querySelector('meta[name="csrf"]')?.content;
const { viewer } = root.dataset; // for whom the page was made

/** Tells all other tabs something, and hears what they tell. */
const pass = (message) => channel?.postMessage(message);
const onTold = (listener) => channel?.addEventListener("message", ({ data }) => listener(data ?? {}));

/** Tells whoever listens what happened. */
export const say = (text) => {
  const place = document.getElementById("said");
  if (place) place.textContent = text;
};

/** Tells it to everybody: above the page, for a moment. */
export const tell = (text) => {
  say(text);
  const place = document.getElementById("notices");
  if (!place) return;
  document.getElementById("told")?.remove();
  const notice = Object.assign(document.createElement("div"), { id: "told", className: "notice info" });
  notice.append(Object.assign(document.createElement("p"), { textContent: text }));
  notice.dataset.for = "5";
  place.append(notice);
  place.dispatchEvent(new CustomEvent("fresh", { bubbles: true }));
};

/** A pause that grows with what failed, and is not the same for all. */
export const pause = (failures, longest = LONGEST) =>
  Math.min(longest, SOON * 2 ** Math.min(failures, 10)) * (0.75 + Math.random() / 2);

let ends = Date.parse(root.dataset.session ?? "");
let restsUntil = 0;
let over = null; // why nothing more comes of this page
let isAway = false;
let seenAt = new Date();
let failures = 0;
let waiting, bar;
const unsent = []; // what was not sent, in its order
let refused = false; // whether sending it stopped, because something was refused
const turns = [];

/** What is done when the server is gone, and when server or person are there again: it is given which. */
export const onTurn = (go) => turns.push(go);
const turn = (isThere) => turns.forEach((go) => go(isThere));

const link = (textContent, href, more = {}) =>
  Object.assign(document.createElement("a"), { className: "button", textContent, href, ...more });

const here = () => location.pathname + location.search;

const OVER = {
  [OUT]: () => [
    "You are signed out. What you see is as it was. Sign in again, and what you typed here can still be sent.",
    link("Sign in", `/sign-in?next=${encodeURIComponent(here())}`, { target: "_blank" }),
  ],
  "no longer allowed": () => [
    "You may not see this any more: a right of yours has changed. What you see is as it was.",
    link("Load the page again", here()),
  ],
  [OTHER]: () => [
    "Somebody else is signed in by now than this page was made for. Nothing can be sent from here.",
    link("Load the page again", here()),
  ],
};

/** A moment, as people say it. */
export const clock = (at) => at.toLocaleTimeString([], { hour: "2-digit", minute: "2-digit" });

const button = (textContent, onclick) =>
  Object.assign(document.createElement("button"), { type: "button", className: "button", textContent, onclick });

/** What waits, but for what is on its way. */
const kept = () => unsent.filter(({ isOnItsWay }) => !isOnItsWay);

/** How many things wait, and why; nothing where none does. */
const waits = (number) => {
  if (!number) return "";
  if (refused) return `That was refused. What you did after it was not sent: ${number} in all.`;
  const many = number > 1 && `${number} things that you did wait here, in their order.`;
  const reason = unsent.find(({ why }) => why)?.why;
  return [reason, many].filter(Boolean).join(" ") || "What you sent did not arrive, and is kept here.";
};

/** What stands above the page, and what can be done about it. */
const standing = () => {
  if (OVER[over]) return OVER[over]();
  const number = kept().length;
  const again = button(refused ? "Send the rest" : number > 1 ? `Send all ${number} in order` : "Send it again", sendAgain);
  const actions = number ? [again, ...(refused ? [button("Forget the rest", forgetActs)] : [])] : [];
  const words = waits(number);
  if (isAway)
    return [
      `There is no connection. ${words || `What you see is as of ${clock(seenAt)}, and what you send is kept here.`}`,
      ...actions,
    ];
  return number ? [words, ...actions] : [];
};

const render = () => {
  const [text, ...actions] = standing();
  root.toggleAttribute("data-away", Boolean(isAway || OVER[over]));
  if (!text) {
    if (bar?.isConnected) say("This page goes on.");
    return bar?.remove();
  }
  if (!bar) {
    bar = Object.assign(document.createElement("div"), { id: "standing", className: "notice warn" });
    bar.append(document.createElement("p"), Object.assign(document.createElement("div"), { className: "actions" }));
  }
  // Among the notices it stays in sight, however far down the page is.
  const place = document.getElementById("notices") ?? document.getElementById("main");
  if (bar.parentNode !== place) place.prepend(bar);
  const [words, buttons] = bar.children;
  if (words.textContent !== text) say((words.textContent = text));
  buttons.replaceChildren(...actions);
};

/** Whether nothing may be sent from this page. */
export const isOver = () => over === OUT || over === OTHER;

/** Nothing more comes of this page. */
export const end = (why) => {
  if (over !== OTHER) over = why;
  render();
};

/**
 * Keeps what could not be sent: `again` sends it and says what came of it, `why` what was in the way, unless it was the
 * connection. A form waits once, as it is. An act has a `sign`: each waits behind those before it, and one that says the same as
 * the last is that one; `name` is what it is called. Gives whether there was room.
 */
export const hold = ({ form, again, why = null, sign = null, name = null }) => {
  const last = unsent.filter((each) => each.sign).at(-1);
  const isLast = last && last.sign === sign && !last.isOnItsWay;
  const same = sign ? isLast && last : unsent.find((each) => each.form === form && !each.sign);
  // An act keeps the key under which it was sent first: that one may have arrived.
  if (same) Object.assign(same, sign ? { why } : { again, why });
  else if (unsent.length >= MOST) return false;
  else unsent.push({ form, again, why, sign, name });
  render();
  return true;
};

/** Whether something waits to be sent: this form, or any. */
export const holds = (form) => (form ? unsent.some((each) => each.form === form) : unsent.length > 0);

/** Whether acts wait: what is done now comes behind them. */
export const holdsActs = () => unsent.some(({ sign }) => sign);

const take = (one) => {
  const at = unsent.indexOf(one);
  if (at >= 0) unsent.splice(at, 1);
  if (!holdsActs()) refused = false;
};

const forgetActs = () => {
  for (const act of unsent.filter(({ sign }) => sign)) take(act);
  render();
};

/** Says what was done of several acts that were sent in a row: the page itself tells of the last one alone. */
const sum = (done, last) => {
  const told = done.map((name) => `${name}: done.`);
  const errors = document.getElementById("errors");
  if (!last || !errors) return told.length > 1 && tell(told.join(" "));
  if (!told.length) return;
  const textContent = `${told.join(" ")} ${last}: not done.`;
  errors.prepend(Object.assign(document.createElement("p"), { textContent }));
};

/** Sends what waits, one after the other, until something is refused or does not arrive. */
const sendAgain = async () => {
  if (isOver() || unsent.some(({ isOnItsWay }) => isOnItsWay) || !(await reach())) return;
  refused = false;
  const done = [];
  let act;
  while ((act = unsent.find(({ sign }) => sign))) {
    act.isOnItsWay = true;
    const { is, why = null } = await act.again();
    Object.assign(act, { isOnItsWay: false, why });
    if (is !== "kept") take(act);
    refused = is === "refused" && holdsActs();
    if (is === "done") done.push(act.name);
    else {
      sum(done, is === "refused" && act.name);
      return render();
    }
  }
  sum(done);
  render();
  // One that leads to another page comes last: nothing is sent from here after it.
  const [leading] = unsent;
  if (!leading) return;
  take(leading);
  render();
  await leading.again();
};

/** The server answered. */
export const found = () => {
  seenAt = new Date();
  failures = 0;
  clearTimeout(waiting);
  if (!isAway) return;
  isAway = false;
  render();
  say("The connection is back.");
  turn(true);
};

/** The server does not answer; it is asked for again, after pauses that grow. */
export const lose = () => {
  if (!isAway) {
    isAway = true;
    render();
    turn(false);
  }
  clearTimeout(waiting);
  waiting = setTimeout(reach, pause(failures++));
};

/** Whether the server is there. A browser that says that it is offline may still reach one at home. */
export const reach = async () => {
  // By a clock of our own: a browser of some years ago has none for this, and nothing could be sent from it.
  const stop = new AbortController();
  const late = setTimeout(() => stop.abort(), PATIENCE);
  try {
    await fetch(import.meta.url, { method: "HEAD", cache: "no-store", signal: stop.signal });
    found();
    return true;
  } catch {
    lose();
    return false;
  } finally {
    clearTimeout(late);
  }
};

/** Takes the token of forms, which is another one after each change and in each session. */
export const takeToken = (csrf) => {
  if (!csrf) return;
  for (const field of document.querySelectorAll('input[type="hidden"][name="csrf"]')) field.value = csrf;
  document.querySelector('meta[name="csrf"]')?.setAttribute("content", csrf);
};

/** Tells the other tabs by which token forms are sent now. */
export const share = () => token() && pass({ csrf: token(), ends, viewer });

const takeTold = (told) => {
  if (viewer && told.viewer !== viewer) return end(OTHER);
  takeToken(told.csrf);
  if (told.ends) ends = told.ends;
  if (over !== OUT && over !== OTHER) return;
  over = null;
  render();
  turn(true);
};

/** Asks what session this browser has by now; gives whether it has one. */
const look = async () => {
  // What is to be told is told by a page that somebody sees.
  const headers = { Accept: "text/html", Quiet: location.pathname };
  const answer = await fetch("/sign-in", { headers, cache: "no-store" });
  if (!answer.ok) throw new Error(`${answer.status}`);
  const page = await answer.text();
  const value = (pattern) => pattern.exec(page)?.[1] ?? "";
  const csrf = value(/<meta name="csrf" content="([^"]*)"/);
  ends = csrf ? Date.parse(value(/ data-session="([^"]*)"/)) : 0;
  if (csrf) takeTold({ csrf, ends, viewer: value(/ data-viewer="([^"]*)"/) });
  return Boolean(csrf);
};

/**
 * The page comes back out of the browser's memory, where it stayed whatever happened meanwhile. What was somebody's who is
 * out by now is not shown to whoever sits there.
 */
const restored = async () => {
  await check();
  if (over === OUT && !unsent.size) location.reload();
};

const isDue = () => ends - now() < EARLY;

const renewNow = async () => {
  // Another tab may have been quicker.
  if ((await look()) && !isDue()) return over !== OTHER;
  restsUntil = now() + REST;
  await fetch("/api/auth/refresh", { method: "POST", headers: { "X-CSRF-Token": token() ?? "" } });
  const isIn = (await look()) && over !== OTHER;
  if (isIn) share();
  return isIn;
};

let renewing = null;

/** Lets the session go on, one tab at a time. Gives whether somebody is signed in then; fails without a connection. */
export const renew = () => {
  if (!token()) return Promise.resolve(false);
  const alone = (go) => (navigator.locks ? navigator.locks.request("greenroom-session", go) : go());
  renewing ??= alone(renewNow).finally(() => (renewing = null));
  return renewing;
};

/** Looks whether it is still the same person who is signed in, and tells where it is not. */
const check = async () => {
  if (!token() || isOver()) return;
  try {
    if (!(await look()) && !(await renew())) end(OUT);
  } catch {
    // No connection: nobody knows, and it is said elsewhere.
  }
};

const tick = () => {
  if (!token() || isOver() || isAway || !isDue() || now() < restsUntil) return;
  // Where tabs cannot wait for each other, they do not all come at once.
  restsUntil = now() + REST;
  setTimeout(() => isDue() && renew().catch(() => (restsUntil = 0)), navigator.locks ? 0 : Math.random() * 20_000);
};

let hiddenAt = 0;

/** Begins. */
export const start = () => {
  onTold((told) => {
    if (told.nobody) return check();
    if (!told.csrf) return;
    if (token()) takeTold(told);
    // Somebody signed in by a link that opened another tab.
    else if (location.pathname === "/sign-in") location.reload();
  });
  if (token()) share();
  else pass({ nobody: true });
  tick();
  setInterval(tick, LOOK);
  addEventListener("offline", reach);
  addEventListener("online", reach);
  addEventListener("pageshow", ({ persisted }) => persisted && restored());
  document.addEventListener("fresh", render);
  document.addEventListener("visibilitychange", () => {
    if (document.hidden) hiddenAt = Date.now();
    else {
      tick();
      if (Date.now() - hiddenAt > LOOK) check();
    }
  });
};
