// Keeps an overlay true in OBS. The browser in it may be years old, so this is plain; nobody sits before it, so whatever
// happens (a restart of Greenroom, a network that is gone, a machine that slept) it finds its way back by itself.
"use strict";

const TICK = 1000; // all waiting is done by the clock on the wall, which goes on while a machine sleeps
const SILENCE = 40000; // the server beats every 15 s; so long without a sign of life, and the connection is dead
const CALM = 15000; // so often the page is asked for where no stream is to be had
const GONE = 60000; // the same where the address opens nothing
const SOON = 1000; // the first pause before another stream; then twice as long each time
const NEAR = 5000; // the longest where nobody answers: Greenroom starts anew
const FAR = 30000; // the longest where somebody answers, and has no room for another stream

const root = document.documentElement;
const policy = window.trustedTypes && window.trustedTypes.createPolicy("greenroom", { createHTML: (html) => html });

let address = root.dataset.live; // of the stream; a page that could not be shown has none
let last = root.dataset.revision;
let source = null;
let opened = 0; // when the stream was
let heard = 0; // when something came by it
let failures = 0;
let openAt = 0;
let askAt = Infinity;

/** A document out of markup of our own server. Scripts in it do not run. */
const parse = (html) => new DOMParser().parseFromString(policy ? policy.createHTML(html) : html, "text/html");

/** Shows what these nodes are, unless that is seen already. */
const show = (nodes) => {
  const old = document.querySelector("main");
  const fresh = old.cloneNode(false);
  for (const node of Array.from(nodes)) fresh.appendChild(node);
  if (!fresh.isEqualNode(old)) old.parentNode.replaceChild(fresh, old);
};

const region = () => document.querySelector("[data-region]");

const close = () => {
  if (source) source.close();
  source = null;
};

/** Waits before another stream is tried, longer each time, and not as long as all others do. */
const pause = (longest) => {
  const wait = Math.min(longest, SOON * Math.pow(2, failures - 1));
  openAt = Date.now() + wait * (0.75 + Math.random() / 2);
};

const fail = () => {
  // One that went on for a while and broke is no reason to wait long.
  if (source && Date.now() - opened > CALM) failures = 0;
  close();
  failures = Math.min(failures + 1, 16);
  pause(NEAR);
  ask();
};

/** The page as it is now, where there is no stream that would bring it. */
const ask = () => {
  askAt = Date.now() + CALM;
  fetch(location.href, { cache: "no-store" })
    .then((answer) => answer.text().then((text) => take(answer, parse(text))))
    .catch(() => {});
};

const take = (answer, page) => {
  if (source && source.readyState === EventSource.OPEN) return; // the stream was faster, and knows better
  if (answer.status === 404) {
    // The address opens nothing any more: nothing is seen, and it is asked for now and then.
    show([]);
    address = null;
    askAt = Date.now() + GONE;
    return;
  }
  if (!answer.ok) return pause(FAR);
  const fresh = page.documentElement.dataset;
  if (fresh.live && !address) openAt = 0;
  else if (failures > 1) pause(FAR);
  address = fresh.live || address;
  last = fresh.revision || last;
  show(page.querySelector("main").childNodes);
};

const listen = () => {
  const now = Date.now();
  const mine = new EventSource(address + "?since=" + encodeURIComponent(last || ""));
  source = mine;
  opened = heard = now;
  askAt = now + CALM;
  const on = (kind, then) =>
    mine.addEventListener(kind, (event) => {
      if (source !== mine) return;
      heard = Date.now();
      if (event.lastEventId) last = event.lastEventId;
      then(event);
    });
  on("beat", () => {
    askAt = Infinity;
  });
  on("region", (event) => {
    const told = JSON.parse(event.data);
    const old = region();
    if (!old || old.dataset.region !== told.region) return;
    const fresh = old.cloneNode(false);
    for (const node of Array.from(parse(told.html).body.childNodes)) fresh.appendChild(node);
    if (!fresh.isEqualNode(old)) old.parentNode.replaceChild(fresh, old);
  });
  on("goodbye", () => {
    close();
    show([]);
    address = null;
    askAt = Date.now() + GONE;
  });
  mine.onerror = () => {
    if (source === mine) fail();
  };
};

/** A moment that lies further ahead than anything waits is one of a clock that was set back. */
const isDue = (moment, now) => now >= moment || (moment !== Infinity && moment - now > 2 * GONE);

setInterval(() => {
  const now = Date.now();
  if (source && Math.abs(now - heard) > SILENCE) fail();
  if (!source && address && isDue(openAt, now)) listen();
  if (isDue(askAt, now)) ask();
}, TICK);

if (address) listen();
else askAt = Date.now() + CALM;
