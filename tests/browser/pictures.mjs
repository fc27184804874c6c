// Takes the pictures for docs/dashboard.md: every page in the bar of a server, light and dark, with the made evening on it. A
// picture that is too large for a repository is told, and is an error in the end.
//
//   greenroom demo --keep                            prints a link that signs in
//   npm ci --ignore-scripts --prefix tests/browser
//   node tests/browser/pictures.mjs LINK             writes docs/pictures/NAME-light.png and NAME-dark.png
//
// The link works once, so both rows of pictures are taken by one session.

import { mkdirSync, statSync } from "node:fs";
import { join } from "node:path";
import { fileURLToPath } from "node:url";
import { launched } from "./chromium.mjs";

const [link, folder = fileURLToPath(new URL("../../docs/pictures", import.meta.url))] = process.argv.slice(2);
if (!link) {
  console.error("usage: node tests/browser/pictures.mjs LINK [FOLDER]");
  process.exit(2);
}
const SIZE = { width: 1280, height: 800 };
const PHONE = { width: 360, height: 740 };
/** The most bytes of a picture. */
const MOST = 180 * 1024;
/** These are taken on a phone as well. */
const ON_A_PHONE = ["home", "desk", "members"];

mkdirSync(folder, { recursive: true });
const browser = await launched();
const page = await browser.newPage({ viewport: SIZE, deviceScaleFactor: 1, reducedMotion: "reduce" });

const take = async (name) => {
  for (const colorScheme of ["light", "dark"]) {
    await page.emulateMedia({ colorScheme });
    const file = `${name}-${colorScheme}.png`;
    const path = join(folder, file);
    await page.screenshot({ path, animations: "disabled", caret: "hide" });
    const { size } = statSync(path);
    console.log(`${file} ${Math.ceil(size / 1024)} KB`);
    if (size > MOST) {
      console.error(`${file} is larger than ${MOST / 1024} KB`);
      process.exitCode = 1;
    }
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
