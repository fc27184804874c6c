"""The real program under load: people of the simulated Discord who remember what they were told, and a live that sends
gifts. tests/crash and tests/soak drive it. Python 3 and nothing else; all chance comes from one seed."""

import collections
import http.client
import json
import os
import random
import re
import signal
import sqlite3
import subprocess
import threading
import time
from pathlib import Path

ROOT = Path(__file__).resolve().parent.parent
HOST = "night.owl"
# The price of a skip, and what "/coins" gives to whoever is to buy one.
PRICE, POCKET_MONEY = 1000, 2500


def build_binary():
    """Builds the program as the tests use it, which is quick where they have run, and gives its path."""
    # A plain `cargo build` would choose other features of dependencies than the tests, and build them all once more.
    subprocess.run(["cargo", "test", "--locked", "--quiet", "--no-run", "--test", "it"], cwd=ROOT, check=True)
    described = subprocess.run(["cargo", "metadata", "--format-version", "1", "--no-deps"],
                               cwd=ROOT, check=True, capture_output=True, text=True)
    return Path(json.loads(described.stdout)["target_directory"]) / "debug" / "greenroom"


class Process:
    """A greenroom that goes on until it is ended. What it says goes to a file."""

    def __init__(self, binary, arguments, folder, log, variables=None):
        self.log = log
        self.since = log.stat().st_size if log.exists() else 0
        with open(log, "ab") as out:
            self.child = subprocess.Popen([str(binary), *arguments], cwd=folder, env=variables or {},
                                          stdin=subprocess.DEVNULL, stdout=out, stderr=out)

    def said(self):
        with open(self.log, "rb") as log:
            log.seek(self.since)
            return log.read().decode(errors="replace")

    def until_it_says(self, text, seconds=60):
        end = time.monotonic() + seconds
        while text not in self.said():
            if self.child.poll() is not None or time.monotonic() > end:
                raise SystemExit(f"never said {text!r} (exit code {self.child.poll()}):\n{self.said()[-3000:]}")
            time.sleep(0.005)
        return self.said()

    def end(self, signal_number=signal.SIGTERM):
        """Sends a signal, and gives the exit code and how long the end took."""
        began = time.monotonic()
        self.child.send_signal(signal_number)
        return self.child.wait(timeout=30), time.monotonic() - began

    def resident(self, what="VmRSS"):
        """Resident memory in MiB, or with VmHWM the most there ever was."""
        status = Path(f"/proc/{self.child.pid}/status").read_text()
        return int(re.search(rf"{what}:\s+(\d+) kB", status)[1]) / 1024


class Simulator:
    """`greenroom sim` with one guild in which people can act."""

    def __init__(self, binary, folder, people):
        self.process = Process(binary, ["sim"], folder, folder / "sim.log")
        ready = self.process.until_it_says("}")
        self.addresses = json.loads(next(line for line in ready.splitlines() if line.startswith("{")))
        host, self.base = re.match(r"http://([^/]+)(/.*)", self.addresses["control"]).groups()
        self.host = host
        self.local = threading.local()
        self.ids = self.post("/guilds", {
            "name": "Night Owl Reviews", "channels": ["submissions", "staff", "queue", "now-playing"],
            "members": [{"name": "host", "permissions": ["ADMINISTRATOR"]}, *({"name": name} for name in people)],
            "bot_joined_days_ago": 30})

    def variables(self):
        """What a bot needs to be on this simulator."""
        live = self.addresses["live"]
        return {"DISCORD_API_URL": self.addresses["discord"], "TIKTOK_WEB_URL": live, "TIKTOK_SIGN_URL": live,
                "TIKTOK_WEBCAST_URL": f"{live}/webcast", "TIKTOK_TRANSPORT": "euler", "ALLOW_ANY_HANDLE_LINKING": "true"}

    def call(self, method, path, body=None):
        connection = getattr(self.local, "connection", None)
        if connection is None:
            connection = self.local.connection = http.client.HTTPConnection(self.host, timeout=60)
        connection.request(method, self.base + path, json.dumps(body) if body is not None else None,
                           {"content-type": "application/json"})
        answer = connection.getresponse()
        content = answer.read()
        if answer.status >= 300:
            raise RuntimeError(f"{method} {path}: {answer.status} {content[:500]!r}")
        return json.loads(content)

    def post(self, path, body):
        return self.call("POST", path, body)

    def command(self, user, name, options=None, wait_ms=1500, channel="submissions"):
        return self.post("/command", {
            "guild": self.ids["guild"], "channel": self.ids["channels"][channel], "user": self.ids["members"][user],
            "name": name, "options": options or {}, "wait_ms": wait_ms})

    def submit(self, user, link, title, wait_ms=1500):
        opened = self.command(user, "submit", wait_ms=wait_ms)
        if opened.get("error") or (opened.get("response") or {}).get("type") != 9:
            return opened
        return self.post("/modal", {"user": self.ids["members"][user], "interaction": opened["interaction"],
                                    "fields": {"link": link, "song_title": title}, "wait_ms": wait_ms})


def words(outcome):
    """Every word that the person saw; empty where there was no answer."""
    found = []

    def look(part):
        for key, value in part.items() if isinstance(part, dict) else enumerate(part):
            if isinstance(value, (dict, list)):
                look(value)
            elif isinstance(value, str) and key in ("content", "title", "description", "name", "value", "text"):
                found.append(value)

    look([message for message in [outcome.get("original"), *outcome.get("followups", [])] if message])
    return "\n".join(found)


# What the bot says when something is stored, and when it refuses. Anything else is no acknowledgement.
DONE = re.compile(r"is in\.|moved from|gets \*\*|are taken from|Listen")
REFUSED = re.compile(r"are needed|The queue is empty|no Luxury Coins to remove|no song|just being stopped", re.I)
NUMBER = re.compile(r"#(\d{6})")


class Person(threading.Thread):
    """Somebody who does one thing after the other, and keeps what was acknowledged.

    What was asked and not answered may have happened or not, in whole: it is `open`. A person with something open waits
    until the store was looked at."""

    def __init__(self, simulator, name, seed):
        super().__init__(daemon=True)
        self.simulator, self.name = simulator, name
        self.dice = random.Random(f"{seed} {name}")
        self.go, self.leave = threading.Event(), False
        self.idle = threading.Event()
        self.idle.set()
        self.acknowledged = 0
        self.songs, self.played, self.lifted = set(), [], set()
        self.balance = 0
        # How many entries of each type the ledger owes to what was acknowledged.
        self.entries = collections.Counter()
        self.open = None
        self.counter = 0
        self.strange = []
        self.pause = 0.0
        # In a soak what was not answered is let go, because nobody looks at the store in between.
        self.waits_for_certainty = True
        self.unanswered = 0

    def run(self):
        while not self.leave:
            if not self.go.wait(timeout=0.2):
                self.idle.set()
                continue
            self.idle.clear()
            if self.open is not None:
                self.idle.set()
                time.sleep(0.02)
                continue
            kind = self.choose()
            self.open = kind
            try:
                seen = words(self.act(kind))
            except (OSError, RuntimeError, http.client.HTTPException) as error:
                self.strange.append(f"{self.name}: {error}")
                continue
            if DONE.search(seen):
                self.note(kind, seen)
                self.open, self.acknowledged = None, self.acknowledged + 1
            elif REFUSED.search(seen):
                self.open = None
            elif seen.strip():
                self.strange.append(f"{self.name} {kind}: {seen[:300]}")
            if self.open is not None and not self.waits_for_certainty:
                self.open, self.unanswered = None, self.unanswered + 1
            time.sleep(self.pause)

    def choose(self):
        roll = self.dice.random()
        if self.name == "host":
            return ("next",)
        if roll < 0.45:
            return ("submit",)
        if roll < 0.75:
            return ("add", self.dice.randrange(1, POCKET_MONEY))
        if roll < 0.9:
            return ("remove", self.dice.randrange(1, PRICE))
        return ("buy",)

    def act(self, kind):
        self.counter += 1
        member = self.simulator.ids["members"][self.name]
        if kind[0] == "next":
            return self.simulator.command("host", "next")
        if kind[0] == "submit":
            link = f"https://soundcloud.com/{self.name}/song-{self.dice.randrange(10**12)}"
            return self.simulator.submit(self.name, link, f"Song {self.counter} of {self.name}")
        if kind[0] == "buy":
            return self.simulator.command(self.name, "buy-skip")
        return self.simulator.command("host", "coins", {"user": member, "action": kind[0], "amount": kind[1]})

    def note(self, kind, seen):
        number = NUMBER.search(seen)
        if kind[0] == "submit":
            self.songs.add(number[1])
        elif kind[0] == "next":
            self.played.append(number[1])
        else:
            self.balance = self.balance_after(kind)
            self.entries[{"add": "admin_add", "remove": "admin_remove", "buy": "buy_skip"}[kind[0]]] += 1
            if kind[0] == "buy":
                self.lifted.add(number[1])

    def balance_after(self, kind):
        if kind[0] == "add":
            return self.balance + kind[1]
        if kind[0] == "remove":
            return max(0, self.balance - kind[1])
        return self.balance - PRICE if kind[0] == "buy" else self.balance


class Live(threading.Thread):
    """The host's live: gifts, likes and comments as fast as it is told."""

    def __init__(self, simulator, seed, pause=0.02):
        super().__init__(daemon=True)
        self.simulator, self.dice, self.pause = simulator, random.Random(f"{seed} live"), pause
        self.go, self.leave, self.sent, self.group = threading.Event(), False, 0, 0

    def run(self):
        while not self.leave:
            if not self.go.wait(timeout=0.2):
                continue
            try:
                self.simulator.post(f"/live/{HOST}/events", [self.event() for _ in range(self.dice.randrange(1, 6))])
            except (OSError, RuntimeError, http.client.HTTPException):
                pass
            time.sleep(self.pause)

    def event(self):
        self.sent += 1
        user = f"viewer{self.dice.randrange(30)}"
        roll = self.dice.random()
        if roll < 0.5:
            self.group += 1
            return {"type": "gift", "user": user, "id": 5655, "name": "Rose", "diamonds": self.dice.choice([1, 5, 500]),
                    "count": self.dice.randrange(1, 4), "end": True, "group": self.group}
        if roll < 0.8:
            return {"type": "like", "user": user, "count": self.dice.randrange(1, 15)}
        return {"type": "comment", "user": user, "text": f"great song {self.sent}"}


class Evening:
    """Everything together: the simulator, the bot, the people and the live, in one folder."""

    def __init__(self, binary, folder, seed, people=6, variables=None):
        self.binary, self.folder, self.seed, self.variables = binary, folder, seed, variables or {}
        names = [f"member{number}" for number in range(people)]
        self.simulator = Simulator(binary, folder, names)
        self.people = [Person(self.simulator, name, seed) for name in ["host", *names]]
        self.live = Live(self.simulator, seed)
        self.bot = None
        self.runs = 0

    def start_bot(self):
        """Starts the bot; gives how long it took until it answered a command, in seconds."""
        began = time.monotonic()
        self.runs += 1
        self.bot = Process(self.binary, ["run"], self.folder, self.folder / "bot.log",
                           {**self.simulator.variables(), **self.variables})
        self.bot.until_it_says("connected to Discord")
        while not self.is_answering():
            if self.bot.child.poll() is not None:
                raise SystemExit(f"the bot ended:\n{self.bot.said()[-3000:]}")
        return time.monotonic() - began

    def is_answering(self):
        try:
            return bool(words(self.simulator.command("host", "queue", wait_ms=300)))
        except RuntimeError:
            # Before the first registration there is no such command.
            time.sleep(0.02)
            return False

    def set_up(self):
        """The usual settings, and the host's live with viewers who are linked."""
        channels = self.simulator.ids["channels"]
        self.simulator.command("host", "set-submission-channel", {"channel": channels["submissions"]})
        self.simulator.command("host", "setdebugchannel", {"channel": channels["staff"]})
        self.simulator.command("host", "setnowplayingchannel", {"channel": channels["now-playing"]})
        self.simulator.command("host", "setup-live-queue", {"channel": channels["queue"]})
        for number in range(3):
            self.simulator.command(self.people[1].name, "link-tiktok", {"handle": f"viewer{number}"})
        self.simulator.post(f"/live/{HOST}", {"live": True, "title": "Reviews"})
        self.simulator.command("host", "tiktok connect", {"unique_id": HOST}, wait_ms=10_000)
        for thread in [*self.people, self.live]:
            thread.start()

    def let_them(self, act):
        for thread in [*self.people, self.live]:
            thread.go.set() if act else thread.go.clear()

    def until_idle(self):
        """Waits until nobody waits for an answer any more."""
        for person in self.people:
            person.idle.wait(timeout=30)

    def check(self):
        """`greenroom check`; gives what it found."""
        done = subprocess.run([str(self.binary), "check"], cwd=self.folder, env={}, capture_output=True, text=True)
        return [] if done.returncode == 0 else [f"check ended with {done.returncode}: {done.stdout}{done.stderr}"]

    def tables(self):
        """The store as an SQLite connection."""
        path = self.folder / "look.db"
        path.unlink(missing_ok=True)
        subprocess.run([str(self.binary), "export", "sqlite", str(path), "--guild", self.simulator.ids["guild"]],
                       cwd=self.folder, env={}, check=True, capture_output=True)
        return sqlite3.connect(path)

    def compare(self):
        """Compares what the store holds with what people were told. Gives what is lost and what is half, and lets
        everybody go on from what is there."""
        tables = self.tables()
        lines, owners = {}, {}
        for number, user, line in tables.execute("SELECT public_id, user_id, queue_line FROM submissions"):
            number = str(number).lstrip("#").zfill(6)
            lines[number] = line
            owners.setdefault(str(user), set()).add(number)
        balances = {str(user): int(balance) for user, balance in tables.execute("SELECT user_id, balance FROM luxury_coins")}
        tables.close()
        wrong = []
        played = [number for person in self.people for number in person.played]
        wrong += [f"{number} was played twice" for number in set(played) if played.count(number) > 1]
        wrong += [f"{number} was played, and is in {lines.get(number)}" for number in played
                  if lines.get(number) != "Songs Played"]
        for person in self.people:
            member = self.simulator.ids["members"][person.name]
            stored, kind = owners.get(member, set()), person.open
            wrong += [f"{person.name}: {number} was acknowledged and is not there" for number in person.songs - stored]
            more = stored - person.songs
            if len(more) > (1 if kind and kind[0] == "submit" else 0):
                wrong.append(f"{person.name}: songs that nobody submitted: {more}")
            balance = balances.get(member, 0)
            # Gifts on the live pay into one purse, too; the check compares that one with its ledger.
            if person is not self.people[1]:
                allowed = {person.balance} | ({person.balance_after(kind)} if kind else set())
                if balance not in allowed:
                    wrong.append(f"{person.name}: the balance is {balance}, and should be one of {allowed} ({kind})")
                has_paid = bool(kind) and kind[0] == "buy" and balance == person.balance - PRICE
                lifted = {number for number in stored if lines[number] != "Free"}
                if has_paid and not lifted - person.lifted:
                    wrong.append(f"{person.name}: a skip was paid, and no song was moved")
            wrong += [f"{person.name}: {number} was lifted, and is in Free" for number in person.lifted
                      if lines.get(number) == "Free"]
            person.songs, person.balance, person.open = set(stored), balance, None
        return wrong

    def missing(self):
        """What was acknowledged and is not in the store, where people went on without certainty."""
        tables = self.tables()
        lines = {str(number).lstrip("#").zfill(6): line
                 for number, line in tables.execute("SELECT public_id, queue_line FROM submissions")}
        entries = collections.Counter({(str(user), kind): count for user, kind, count in tables.execute(
            "SELECT user_id, type, COUNT(*) FROM transactions GROUP BY user_id, type")})
        tables.close()
        wrong = []
        for person in self.people:
            member = self.simulator.ids["members"][person.name]
            wrong += [f"{number} was acknowledged and is not there" for number in person.songs if number not in lines]
            wrong += [f"{number} was played, and is in {lines.get(number)}" for number in person.played
                      if lines.get(number) != "Songs Played"]
            wrong += [f"{number} was lifted, and is in Free" for number in person.lifted if lines.get(number) == "Free"]
            # What was not answered may have happened as well.
            wrong += [f"{person.name}: {count} x {kind} were acknowledged, and the ledger has {entries[member, kind]}"
                      for kind, count in person.entries.items() if entries[member, kind] < count]
        return wrong

    def heard(self):
        """How many events of lives the store holds, and of how many sessions."""
        tables = self.tables()
        counts = [tables.execute(f"SELECT COUNT(*) FROM {table}").fetchone()[0]
                  for table in ("tiktok_interactions", "live_sessions")]
        tables.close()
        return counts

    def acknowledged(self):
        return sum(person.acknowledged for person in self.people)

    def strange(self):
        return [line for person in self.people for line in person.strange]

    def end(self):
        for thread in [*self.people, self.live]:
            thread.leave = True
        self.simulator.process.end(signal.SIGKILL)


def environment_seed():
    return int(os.environ.get("SEED", time.time_ns() % 10**9))
