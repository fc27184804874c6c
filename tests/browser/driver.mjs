// Looks at pages with a real browser for the tests in `tests/it/web`. Each line of the input is a request as JSON, with the
// verb as `do`; each line of the output is its answer, `{"is": …}` or `{"error": "…"}`. The tests decide what is right; this
// only does and tells. A screen is a window of its own, with its own cookies.

import { readFileSync } from "node:fs";
import { createRequire } from "node:module";
import { createInterface } from "node:readline";
import { inflateSync } from "node:zlib";
import { launched } from "./chromium.mjs";

const AXE = readFileSync(createRequire(import.meta.url).resolve("axe-core/axe.min.js"), "utf8");
const LEVELS = ["wcag2a", "wcag2aa", "wcag21a", "wcag21aa", "wcag22aa"];
const PATIENCE = 60_000;

const browser = await launched();
const screens = new Map();

/** Notes everything that should not happen on a page, and what was fetched. */
const watch = (screen, origin) => {
  const note = (what) => screen.troubles.push(what);
  screen.page.on("console", (message) => {
    if (["error", "warning"].includes(message.type())) note(`console: ${message.text()}`);
  });
  screen.page.on("pageerror", (error) => note(`script: ${error.message}`));
  screen.page.on("crash", () => note("the page crashed"));
  screen.page.on("dialog", async (dialog) => {
    screen.dialogs.push(dialog.message());
    await (screen.accepts ? dialog.accept() : dialog.dismiss());
  });
  screen.page.on("request", (request) => {
    const { protocol, origin: of } = new URL(request.url());
    if (protocol !== "data:" && of !== origin) note(`request to elsewhere: ${request.url()}`);
  });
  screen.page.on("requestfinished", (request) => screen.fetched.push(request));
  screen.page.on("response", (response) => {
    if (response.status() >= 400 && !response.request().isNavigationRequest()) note(`${response.status()} ${response.url()}`);
  });
};

/** What runs in each page before its own script does. */
const inside = () => {
  globalThis.reports = [];
  document.addEventListener("securitypolicyviolation", (event) => {
    globalThis.reports.push(`policy: ${event.violatedDirective} forbids ${event.blockedURI || event.sample}`);
  });
  globalThis.shifted = 0;
  globalThis.moved = new Set();
  new PerformanceObserver((list) => {
    for (const shift of list.getEntries()) {
      if (shift.hadRecentInput) continue;
      globalThis.shifted += shift.value;
      for (const { node, previousRect: from, currentRect: to } of shift.sources) {
        const name = node?.className || node?.parentElement?.className || node?.nodeName;
        globalThis.moved.add(`${name} (${from.x},${from.y} to ${to.x},${to.y})`);
      }
    }
  }).observe({ type: "layout-shift", buffered: true });
};

/** What an element is for whoever listens: its role and its name. */
const spoken = (element) => {
  const name = element.getAttribute("aria-label") ?? element.labels?.[0]?.textContent ?? element.textContent ?? "";
  return `${element.getAttribute("role") ?? element.localName} ${name.trim().replace(/\s+/g, " ")}`.trim();
};

/** The colour of a picture of one point: behind the sign of its filter, which has nothing to go by, stand its parts. */
const colour = (png) => {
  const data = [];
  for (let at = 8; at < png.length; at += 12 + png.readUInt32BE(at)) {
    const length = png.readUInt32BE(at);
    if (png.toString("latin1", at + 4, at + 8) === "IDAT") data.push(png.subarray(at + 8, at + 8 + length));
  }
  return [...inflateSync(Buffer.concat(data)).subarray(1, 4)];
};

const found = ({ page }, { role, name, exact = true }) => page.getByRole(role, { name, exact }).first();

/** What a finger can press in the content of a page, and is not this high: by its name. */
const low = (least) =>
  [...document.querySelectorAll("main :is(a[href], button, summary)")]
    .filter((element) => element.getClientRects().length > 0 && element.getBoundingClientRect().height < least)
    .map((element) => `${element.getAttribute("aria-label") ?? element.textContent.trim()}: ${element.getBoundingClientRect().height}`);

/** The lines on which a text lies, from one place of a node to another. */
const lines = (node, from, to) => {
  const range = document.createRange();
  range.setStart(node, from);
  range.setEnd(node, to);
  const tops = [...range.getClientRects()].filter(({ width }) => width > 1).map(({ top, height }) => Math.round(top / height));
  return new Set(tops).size;
};

/**
 * Numbers, moments and the states in lists of a page that begin on one line and go on on the next. A number stands by itself: digits
 * in a name or an address are none, nor is an id of Discord.
 */
const torn = () => {
  const found = [];
  const texts = document.createTreeWalker(document.querySelector("main"), NodeFilter.SHOW_TEXT);
  for (let text = texts.nextNode(); text; text = texts.nextNode()) {
    const within = text.parentElement;
    if (!within.getClientRects().length || within.closest(".heard, code, pre, textarea, option")) continue;
    const isWhole = within.closest("time, tbody .badge");
    const parts = isWhole ? [[0, text.data.length]] : [...text.data.matchAll(/(?<![^\s#(])[-+]?\d[\d,.:]{0,14}\d(?![^\s),.;:!?])/g)].map(({ 0: part, index }) => [index, index + part.length]);
    for (const [from, to] of parts) if (lines(text, from, to) > 1) found.push(text.data.slice(from, to));
  }
  return found;
};

/** What can be pressed or filled in and lies behind a bar that stays in sight, once it is scrolled to from above or below. */
const covered = () => {
  const stays = (element) => {
    for (let at = element; at; at = at.parentElement) if (/fixed|sticky/.test(getComputedStyle(at).position)) return at;
    return null;
  };
  const things = [...document.querySelectorAll("a[href], button, summary, select, textarea, input:not([type=hidden])")];
  const seen = things.filter((thing) => thing.checkVisibility() && thing.matches(":enabled, a, summary") && !stays(thing));
  const found = new Set();
  for (const thing of [...seen, ...seen.toReversed()]) {
    thing.scrollIntoView({ block: "nearest" });
    thing.focus();
    const [{ left, right, top, bottom } = {}] = thing.getClientRects();
    for (const [x, y] of [[(left + right) / 2, (top + bottom) / 2], [left + 2, top + 2], [right - 2, bottom - 2]]) {
      const bar = stays(document.elementFromPoint(x, y));
      if (bar && !bar.contains(thing)) found.add(`${spoken(thing)} behind ${bar.className || bar.localName}`);
    }
  }
  return [...found];
};

const verbs = {
  // Whoever zooms has less room, and more points for each.
  async screen({ origin, width, height = 800, dark = false, script = true, cookies = {}, calm = false, touch = false, zoom = 1 }) {
    const context = await browser.newContext({
      viewport: { width: Math.floor(width / zoom), height: Math.floor(height / zoom) },
      deviceScaleFactor: zoom,
      hasTouch: touch,
      isMobile: touch,
      colorScheme: dark ? "dark" : "light",
      reducedMotion: calm ? "reduce" : "no-preference",
      javaScriptEnabled: script,
      baseURL: origin,
      serviceWorkers: "block",
    });
    context.setDefaultTimeout(PATIENCE);
    await context.addCookies(Object.entries(cookies).map(([name, value]) => ({ name, value, url: origin })));
    if (script) await context.addInitScript(inside);
    return verbs.tab({ context, origin });
  },
  async go(screen, { path }) {
    screen.fetched.length = 0;
    const response = await screen.page.goto(path, { waitUntil: "load" });
    return { status: response.status(), type: (await response.allHeaders())["content-type"] ?? "" };
  },
  where: ({ page }) => page.url(),
  text: ({ page }, { selector = "body" }) => page.locator(selector).first().innerText(),
  // Waits until a text stands on the page.
  see: ({ page }, { text }) => page.getByText(text).filter({ visible: true }).first().waitFor(),
  // Waits until a text was told to whoever listens.
  hear: ({ page }, { text }) => page.locator("#said").filter({ hasText: text }).waitFor({ state: "attached" }),
  // Waits until the page has this address.
  arrive: ({ page }, { path }) => page.waitForURL((address) => address.pathname + address.search === path),
  back: ({ page }) => page.goBack().then(() => null),
  click: (screen, what) => found(screen, what).click(),
  tap: (screen, what) => found(screen, what).tap(),
  // Opens what has this label: a fold has no role of its own.
  unfold: ({ page }, { label }) => page.getByLabel(label, { exact: true }).first().tap(),
  // Unfolds everything in the content of the page but its menus.
  unfold_all: ({ page }) => page.evaluate(() => { for (const fold of document.querySelectorAll("main details:not(.menu)")) fold.open = true; }),
  // Goes to the end of the page.
  end: ({ page }) => page.evaluate("scrollTo(0, document.documentElement.scrollHeight)"),
  // Where something lies on the screen, and how large that is.
  async lies({ page, ...screen }, what) {
    const { x, y, width, height } = await found({ page, ...screen }, what).boundingBox();
    const room = page.viewportSize();
    return { left: x, top: y, right: x + width, bottom: y + height, wide: room.width, high: room.height };
  },
  torn: ({ page }) => page.evaluate(`const lines = ${lines}; (${torn})()`),
  covered: ({ page }) => page.evaluate(`const spoken = ${spoken}; (${covered})()`),
  // The window is this wide from now on.
  resize: ({ page }, { width }) => page.setViewportSize({ width, height: page.viewportSize().height }),
  // A finger on this point of the screen.
  touch: ({ page }, { x, y }) => page.touchscreen.tap(x, y),
  low: ({ page }, { least }) => page.evaluate(`(${low})(${least})`),
  // How many of these are seen.
  shown: ({ page }, { selector }) => page.locator(selector).filter({ visible: true }).count(),
  // What moves on the page for longer than nobody notices.
  moving: ({ page }) =>
    page.evaluate(() =>
      document
        .getAnimations()
        .filter((each) => Number(each.effect.getComputedTiming().duration) > 1)
        .map((each) => each.animationName ?? each.transitionProperty ?? "something"),
    ),
  fill: ({ page }, { label, text }) => page.getByLabel(label, { exact: true }).first().fill(text),
  focus: (screen, what) => found(screen, what).focus(),
  press: ({ page }, { key }) => page.keyboard.press(key),
  type: ({ page }, { text }) => page.keyboard.type(text),
  focused: ({ page }) => page.evaluate(`(${spoken})(document.activeElement)`),
  offline: ({ context }, { on }) => context.setOffline(on),
  // What a stream brings is kept back on the way, as some proxies do, or is not any more.
  muffle: ({ page }, { on }) => {
    const isStream = ({ pathname }) => pathname === "/live";
    return on ? page.route(isStream, () => {}) : page.unrouteAll({ behavior: "ignoreErrors" });
  },
  // So many seconds go by in which the page does not run, as on a phone in a pocket; then somebody looks again.
  sleep: ({ page }, { seconds }) =>
    page.evaluate((away) => {
      const now = Date.now.bind(Date);
      Date.now = () => now() + away;
      document.dispatchEvent(new Event("visibilitychange"));
    }, seconds * 1_000),
  // The browser takes the page out of its memory, as it does when somebody goes back.
  restore: ({ page }) =>
    page.evaluate(() => dispatchEvent(new PageTransitionEvent("pageshow", { persisted: true }))).then(() => null),
  // From the next page on the browser has nothing of what one of some years ago had not, as far as a script would notice.
  forget: ({ page }) =>
    page.addInitScript(() => {
      delete HTMLFormElement.prototype.requestSubmit;
      delete AbortSignal.timeout;
      delete globalThis.BroadcastChannel;
      delete Navigator.prototype.locks;
      delete HTMLButtonElement.prototype.commandForElement;
    }),
  // Something in the browser puts each text of the page into elements of its own, as translators do.
  translate: ({ page }) =>
    page.evaluate(() => {
      const texts = document.createTreeWalker(document.getElementById("main"), NodeFilter.SHOW_TEXT);
      const all = [];
      while (texts.nextNode()) all.push(texts.currentNode);
      for (const text of all) {
        const [outer, inner] = [document.createElement("font"), document.createElement("font")];
        inner.textContent = text.data;
        outer.append(inner);
        text.replaceWith(outer);
      }
    }),
  // Fields in which a phone would make the page larger when somebody types, because their letters are small.
  small: ({ page }) =>
    page.evaluate(() =>
      [...document.querySelectorAll("input:not([type=hidden], [type=checkbox], [type=radio]), select, textarea")]
        .filter((field) => field.getClientRects().length && parseFloat(getComputedStyle(field).fontSize) < 16)
        .map((field) => `${field.localName} ${field.name}`),
    ),
  // The value of a cookie; nothing where there is none.
  cookie: async ({ context }, { name }) => (await context.cookies()).find((cookie) => cookie.name === name)?.value ?? null,
  value: ({ page }, { label }) => page.getByLabel(label, { exact: true }).first().inputValue(),
  // Another tab of the same window, with the same cookies.
  async tab({ context, origin }) {
    const screen = { context, origin, page: await context.newPage(), troubles: [], dialogs: [], fetched: [], accepts: true };
    watch(screen, origin);
    screens.set(screens.size + 1, screen);
    return screens.size;
  },
  // The colour of a point of a page that lies on a ground of this colour, as OBS would lay it on a picture.
  async point({ context, page }, { x, y, ground: [r, g, b] }) {
    const devtools = await context.newCDPSession(page);
    await devtools.send("Emulation.setDefaultBackgroundColorOverride", { color: { r, g, b, a: 1 } });
    const seen = colour(await page.screenshot({ clip: { x, y, width: 1, height: 1 } }));
    await devtools.send("Emulation.setDefaultBackgroundColorOverride", {});
    await devtools.detach();
    return seen;
  },
  shot: ({ page }, { path }) => page.screenshot({ path, fullPage: true }).then(() => null),
  async troubles(screen) {
    const reports = await screen.page.evaluate("globalThis.reports?.splice(0) ?? []");
    return [...screen.troubles.splice(0), ...reports];
  },
  dialogs: (screen) => screen.dialogs.splice(0),
  // What hinders people who see, hear or move differently, as far as a program can tell.
  async audit({ page }) {
    await page.evaluate(AXE);
    // What lies behind a bar that stays in sight is scrolled from behind it by whoever wants it: that is looked at by itself.
    const bars = ".top, .save, #notices";
    await page.evaluate(`for (const bar of document.querySelectorAll("${bars}")) bar.style.position = "static"`);
    const { violations } = await page.evaluate(
      (values) => axe.run(document, { runOnly: { type: "tag", values }, resultTypes: ["violations"] }),
      LEVELS,
    );
    await page.evaluate(`for (const bar of document.querySelectorAll("${bars}")) bar.style.position = ""`);
    return violations.flatMap(({ id, help, nodes }) =>
      nodes.map(({ target, failureSummary, any }) => {
        const beside = any.flatMap(({ relatedNodes }) => relatedNodes.map((node) => node.target.join(" ")));
        const why = (failureSummary ?? "").split("\n").pop().trim();
        return `${id} at ${target.join(" ")}: ${help} (${why})${beside.length ? ` beside ${beside.join(", ")}` : ""}`;
      }),
    );
  },
  // How wide a page is, how far it moved while it came, and what had to be fetched for it, as it was sent. The pictures that
  // members handed in are not counted: they come when they are in sight, and there are as many as there are.
  async measure(screen) {
    const { page, fetched } = screen;
    const [wide, room, shifted, moved] = await page.evaluate(
      "[document.documentElement.scrollWidth, document.documentElement.clientWidth, globalThis.shifted ?? 0, [...(globalThis.moved ?? [])]]",
    );
    const sizes = await Promise.all(
      fetched.filter((request) => !request.url().includes("/reviews/pictures/")).map(async (request) => {
        const { responseBodySize, responseHeadersSize } = await request.sizes();
        return [request.resourceType(), responseBodySize + responseHeadersSize];
      }),
    );
    const sum = (kept) => sizes.filter(([kind]) => kept(kind)).reduce((all, [, bytes]) => all + bytes, 0);
    return { wide, room, shifted, moved, requests: sizes.length, bytes: sum(() => true), script: sum((kind) => kind === "script") };
  },
  // Forms that somebody cannot send without a script, by their addresses.
  stuck: ({ page }) =>
    page.evaluate(() => {
      const isSeen = (element) => element.getClientRects().length > 0;
      const sends = (form) => [...form.elements].some((element) => element.type === "submit" && isSeen(element));
      const shown = [...document.forms].filter((form) => [...form.elements].some(isSeen));
      return shown.filter((form) => !sends(form)).map((form) => form.getAttribute("action"));
    }),
  close: (screen) => screen.context.close(),
};

for await (const line of createInterface({ input: process.stdin })) {
  const { do: verb, screen, ...more } = JSON.parse(line);
  let answer;
  try {
    const is = await (verb === "screen" ? verbs.screen(more) : verbs[verb](screens.get(screen), more));
    answer = { is: is ?? null };
  } catch (error) {
    // What a browser says in colours is of no use in a report.
    answer = { error: `${verb}: ${error.message.replace(/\u001b\[\d+m/g, "").trim()}` };
  }
  process.stdout.write(`${JSON.stringify(answer)}\n`);
}
await browser.close();
