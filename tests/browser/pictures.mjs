// Takes the pictures for docs/dashboard.md: every page in the bar of a server, light and dark, with the made evening on it.
//
//   greenroom demo --keep                            prints a link that signs in
//   npm ci --ignore-scripts --prefix tests/browser
//   node tests/browser/pictures.mjs LINK             writes docs/pictures/NAME-light.png and NAME-dark.png
//
// The link works once, so both rows of pictures are taken by one session.

import { mkdirSync } from "node:fs";
import { join } from "node:path";
import { fileURLToPath } from "node:url";
import { launched } from "./chromium.mjs";

const [link, folder = fileURLToPath(new URL("../../docs/pictures", import.meta.url))] = process.argv.slice(2);
if (!link) {
  console.error("usage: node tests/browser/pictures.mjs LINK [FOLDER]");
  process.exit(2);
}
const SIZE = { width: 1280, height: 800 };
const PHONE = { width: 390, height: 844 };
/** These are taken on a phone as well. */
const ON_A_PHONE = ["home", "desk"];

mkdirSync(folder, { recursive: true });
const browser = await launched();
const page = await browser.newPage({ viewport: SIZE, deviceScaleFactor: 2, reducedMotion: "reduce" });

const take = async (name) => {
  for (const colorScheme of ["light", "dark"]) {
    await page.emulateMedia({ colorScheme });
    const file = `${name}-${colorScheme}.png`;
    await page.screenshot({ path: join(folder, file) });
    console.log(file);
  }
};

await page.goto(link);
await page.getByRole("button", { name: /^Sign in/ }).click();
if (!new URL(page.url()).pathname.startsWith("/g/")) await page.locator('main a[href^="/g/"]').first().click();
const links = await page.locator(".side a").evaluateAll((all) => all.map((each) => each.getAttribute("href")));
for (const href of links) {
  const name = href.split("/").slice(3).join("-") || "home";
  const answer = await page.goto(new URL(href, link).href);
  if (!answer.ok()) {
    console.error(`${href}: ${answer.status()}`);
    process.exitCode = 1;
    continue;
  }
  await take(name);
  if (!ON_A_PHONE.includes(name)) continue;
  await page.setViewportSize(PHONE);
  await take(`${name}-phone`);
  await page.setViewportSize(SIZE);
}
await browser.close();
