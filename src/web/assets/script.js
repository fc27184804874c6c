// The entry of the pages' script. Pages are made by the server and work without any of this; it adds what moves.

import * as forms from "./forms.js";
import * as keys from "./keys.js";
import * as live from "./live.js";
import * as session from "./session.js";
import * as times from "./times.js";

const KEPT = 100;

/** What the page shows, as plain values, for whoever writes a script of their own. */
export const state = {
  currentServer: null,
  servers: [],
  users: [],
  transactions: [],
  tasks: [],
  shop: [],
  currentView: location.pathname,
  selectedServer: null,
  realTimeData: [],
};

const rows = (name) =>
  [...document.querySelectorAll(`[data-list="${name}"] [data-id]`)].map((row) => ({
    id: row.dataset.id,
    ...Object.fromEntries(
      [...row.querySelectorAll("[data-label]")].map((cell) => [cell.dataset.label, cell.textContent.trim()]),
    ),
  }));

/** Reads what the page shows of the server into the state. */
export const loadServerData = () => {
  const id = document.documentElement.dataset.server ?? null;
  const links = [...document.querySelectorAll('nav[aria-label="Servers"] a[href^="/g/"]')];
  state.servers = links.map((link) => ({ id: link.getAttribute("href").split("/")[2], name: link.textContent.trim() }));
  state.selectedServer = id;
  state.currentServer = state.servers.find((server) => server.id === id) ?? null;
  for (const name of ["users", "transactions", "tasks", "shop"]) state[name] = rows(name);
  return state;
};

/** Takes an event of the stream: keeps it, and reads anew what the page shows. */
export const handleSSE = (kind, data) => {
  state.realTimeData.push({ kind, data, at: new Date() });
  state.realTimeData.splice(0, state.realTimeData.length - KEPT);
  if (kind === "region") loadServerData();
};

/** Asks the server for the list of members as it is now, and shows it. */
export const renderUsers = async () => {
  const lists = [...document.querySelectorAll('[data-list="users"]')].map((list) => list.closest("[data-region]"));
  await live.ask(lists.filter(Boolean));
  return loadServerData().users;
};

times.start();
session.start();
forms.start();
keys.start();
loadServerData();
live.start(handleSSE);
