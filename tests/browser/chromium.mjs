// Chromium, wherever it is: $CHROMIUM, or by one of its names on the path.

import { existsSync } from "node:fs";
import { delimiter, join } from "node:path";
import { chromium } from "playwright-core";

const NAMES = ["chromium-headless-shell", "chromium", "chromium-browser", "google-chrome"];
const QUIET = [
  "--disable-gpu",
  "--disable-quic",
  "--no-first-run",
  "--disable-background-networking",
  "--disable-component-update",
  "--disable-sync",
];

const onPath = () => {
  const folders = (process.env.PATH ?? "").split(delimiter);
  return NAMES.flatMap((name) => folders.map((folder) => join(folder, name))).find(existsSync);
};

/** Starts it. */
export const launched = () => {
  const executablePath = process.env.CHROMIUM || onPath();
  if (!executablePath) throw new Error(`there is none of ${NAMES.join(", ")} on the path, and CHROMIUM is not set`);
  // Inside of a container of root there is no sandbox to be had.
  return chromium.launch({ executablePath, chromiumSandbox: process.getuid?.() !== 0, args: QUIET });
};
