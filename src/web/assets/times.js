// Times in the browser's zone and language. The server writes UTC and says so; that stays as the tooltip.

const DAY = { day: "numeric", month: "short", year: "numeric" };
const CLOCK = { hour: "2-digit", minute: "2-digit" };
const moments = new Intl.DateTimeFormat(undefined, { ...DAY, ...CLOCK });
const clocks = new Intl.DateTimeFormat(undefined, CLOCK);
const spans = new Intl.RelativeTimeFormat(undefined, { numeric: "auto" });
// The server's clock counts: one of the two may be wrong, and a demo has its own.
const told = Date.parse(document.documentElement.dataset.now ?? "");
const ahead = Number.isNaN(told) ? 0 : told - Date.now();

/** The moment, by the clock of the server. */
export const now = () => Date.now() + ahead;

const UNITS = [
  ["year", 31_536_000],
  ["month", 2_592_000],
  ["day", 86_400],
  ["hour", 3_600],
  ["minute", 60],
];

const relative = (at) => {
  const seconds = (at - now()) / 1_000;
  for (const [unit, size] of UNITS)
    if (Math.abs(seconds) >= size) return spans.format(Math.trunc(seconds / size), unit);
  return spans.format(0, "minute");
};

// How long it has lasted, with its units, as the server says it of what is over; while it is short, with the seconds.
const counter = (at) => {
  const seconds = Math.max(0, Math.floor((now() - at) / 1_000));
  const [hours, minutes] = [Math.floor(seconds / 3_600), Math.floor(seconds / 60) % 60];
  if (hours) return `${hours} h ${minutes} min`;
  return minutes ? `${minutes} min ${seconds % 60} s` : `${seconds} s`;
};

const FORMS = { moment: (at) => moments.format(at), clock: (at) => clocks.format(at), relative, since: counter };

const write = (element) => {
  const at = new Date(element.dateTime);
  if (Number.isNaN(at.getTime())) return;
  const form = FORMS[element.dataset.form] ?? FORMS.moment;
  const text = form(at);
  if (element.textContent !== text) element.textContent = text;
  element.title ||= `${moments.format(at)} (${at.toISOString().replace("T", " ").slice(0, 16)} UTC)`;
};

const all = (within, which = "") => within.querySelectorAll(`time[datetime]${which}`);

/** Writes all times, and keeps those that run. */
export const start = () => {
  all(document).forEach(write);
  document.addEventListener("fresh", (event) => all(event.target).forEach(write));
  setInterval(() => all(document, '[data-form="since"]').forEach(write), 1_000);
  setInterval(() => all(document, '[data-form="relative"]').forEach(write), 30_000);
};
