"""A single-threaded model of the rules in ../README.md.

gen uses it to know who is alive; as a program it is a cross-check of the
recorded results:  python3 model.py IN.jsonl EXPECTED.jsonl
"""
import json
import sys


class Process:
    def __init__(self, trap):
        self.trap = trap
        self.reason = None      # set when dead
        self.links = set()
        self.box = []           # mailbox, canonical order
        self.new = []           # messages this step brought, arrival order


class Monitor:
    def __init__(self, owner, target, shown):
        self.owner, self.target, self.shown = owner, target, shown
        self.active = True


class World:
    def __init__(self):
        self.procs = {}
        self.names = {}
        self.monitors = {}      # ref label -> Monitor
        self.timers = {}        # timer label -> [due, step, active]
        self.clock = 0

    # Signals

    def alive(self, p):
        return self.procs[p].reason is None

    def deliver(self, p, message):
        if self.alive(p):
            self.procs[p].new.append(message)

    def exit_signal(self, sender, to, reason, by_link):
        q = self.procs[to]
        if not self.alive(to):
            return
        if reason == "kill" and not by_link:
            self.die(to, "killed")
        elif q.trap:
            self.deliver(to, {"exit": {"from": sender, "reason": reason}})
        elif reason != "normal" or (sender == to and not by_link):
            self.die(to, reason)

    def die(self, p, reason):
        proc = self.procs[p]
        proc.reason = reason
        self.names = {n: q for n, q in self.names.items() if q != p}
        for timer in self.timers.values():
            if timer[1].get("to") == p:
                timer[2] = False
        for ref, m in self.monitors.items():
            if m.active and m.owner == p:
                m.active = False
            elif m.active and m.target == p:
                self.down(ref, m, reason)
        links, proc.links = proc.links, set()
        for q in links:
            self.procs[q].links.discard(p)
        for q in sorted(links):
            self.exit_signal(p, q, reason, by_link=True)

    def down(self, ref, m, reason):
        m.active = False
        self.deliver(m.owner, {"down": {"ref": ref, "pid": m.shown, "reason": reason}})

    # Acts of one process

    def act(self, by, a):
        op, to = a["op"], a.get("to")
        if "to_name" in a:
            to = self.names.get(a["to_name"])
        me = self.procs.get(by)
        if op == "stop":
            self.die(by, a["reason"])
        elif op == "exit":
            self.exit_signal(by, to, a["reason"], by_link=False)
        elif op == "send":
            if to is None:
                return "badarg"
            self.deliver(to, {"user": a["msg"]})
        elif op == "link":
            return self.link(by, to)
        elif op == "unlink":
            me.links.discard(to)
            self.procs[to].links.discard(by)
        elif op == "monitor":
            m = self.monitors[a["ref"]] = Monitor(by, to, a.get("to", a.get("to_name")))
            if to == by:
                m.active = False
            elif to is None or not self.alive(to):
                self.down(a["ref"], m, "noproc")
        elif op == "demonitor":
            return self.demonitor(by, a)
        elif op == "trap":
            was, me.trap = me.trap, a["on"]
            return was
        elif op == "register":
            if a["name"] in self.names or a["p"] in self.names.values() or not self.alive(a["p"]):
                return "badarg"
            self.names[a["name"]] = a["p"]
        elif op == "unregister":
            if self.names.pop(a["name"], None) is None:
                return "badarg"
        elif op == "whereis":
            return self.names.get(a["name"])
        elif op == "send_after":
            dead = "to" in a and not self.alive(a["to"])
            self.timers[a["timer"]] = [self.clock + a["ms"], a, not dead]
        elif op == "cancel_timer":
            timer = self.timers[a["timer"]]
            was, timer[2] = timer[2], False
            return was
        else:
            raise ValueError(op)
        return "ok"

    def link(self, by, to):
        if by == to:
            return "ok"
        if self.alive(to):
            self.procs[by].links.add(to)
            self.procs[to].links.add(by)
        elif not self.procs[by].trap:
            return "noproc"
        else:
            self.deliver(by, {"exit": {"from": to, "reason": "noproc"}})
        return "ok"

    def demonitor(self, by, a):
        m = self.monitors[a["ref"]]
        found = m.active and m.owner == by
        if found:
            m.active = False
        if a.get("flush") and m.owner == by:
            me = self.procs[by]
            for box in (me.box, me.new):
                box[:] = [x for x in box if x.get("down", {}).get("ref") != a["ref"]]
        return found if a.get("info") else "ok"

    # Steps

    def step(self, s):
        op, actor = s["op"], actor_of(s)
        named = named_in(s)
        if any(p not in self.procs for p in named):
            return "unborn"
        if actor and not self.alive(actor):
            return "dead"
        if actor and not self.labels_known(s):
            return "unborn"
        if op in ("links", "monitors", "monitored_by", "queue_len") and not self.alive(s["p"]):
            return "dead"
        result = self.do(s, actor)
        for p in self.procs.values():
            p.box += sort_runs(p.new)
            p.new = []
        if actor and not self.alive(actor):
            return "ok"
        return result

    def labels_known(self, s):
        op = s["op"]
        if op == "seq":
            known = set(self.monitors)
            for a in s["do"]:
                if a["op"] == "monitor":
                    known.add(a["ref"])
                elif a["op"] == "demonitor" and a["ref"] not in known:
                    return False
        elif op == "demonitor" or (op == "recv_match" and "ref" in s):
            return s["ref"] in self.monitors
        elif op == "cancel_timer":
            return s["timer"] in self.timers
        return True

    def do(self, s, actor):
        op, p = s["op"], self.procs.get(s.get("p"))
        if op == "spawn":
            self.procs[s["p"]] = Process(s.get("trap", False))
            if "link_to" in s:
                self.link(s["link_to"], s["p"])
            if "monitored_by" in s:
                self.act(actor, {"op": "monitor", "to": s["p"], "ref": s["ref"]})
            return "ok"
        if op == "alive":
            return self.alive(s["p"])
        if op == "links":
            return sorted(p.links)
        if op == "monitors":
            return sorted(m.shown for m in self.monitors.values() if m.active and m.owner == s["p"])
        if op == "monitored_by":
            return sorted(m.owner for m in self.monitors.values() if m.active and m.target == s["p"])
        if op == "queue_len":
            return len(p.box)
        if op in ("recv", "recv_match"):
            for i, message in enumerate(p.box):
                if wanted(s, message):
                    return p.box.pop(i)
            return "empty"
        if op == "wait":
            self.clock += s["ms"]
            for timer in sorted(self.timers.values(), key=lambda t: t[0]):
                if timer[2] and timer[0] <= self.clock:
                    timer[2] = False
                    self.act(None, dict(timer[1], op="send"))
            return "ok"
        if op == "seq":
            results = []
            for a in s["do"]:
                if self.alive(actor):
                    results.append(self.act(actor, a))
            return results
        return self.act(actor, s)

    def final(self):
        alive = sorted(p for p in self.procs if self.alive(p))
        return {
            "alive": alive,
            "dead": {p: self.procs[p].reason for p in self.procs if not self.alive(p)},
            "mailboxes": {p: self.procs[p].box for p in alive},
            "links": {p: sorted(self.procs[p].links) for p in alive},
            "registered": self.names,
        }


def actor_of(s):
    if s["op"] in ("stop", "trap", "recv", "recv_match"):
        return s["p"]
    if s["op"] == "spawn":
        return s.get("link_to", s.get("monitored_by"))
    return s.get("by")


def named_in(s):
    keys = ["by", "to", "link_to", "monitored_by"] + (["p"] if s["op"] != "spawn" else [])
    return [s[k] for k in keys if k in s] + [p for a in s.get("do", []) for p in named_in(a)]


def wanted(s, message):
    if "kind" in s:
        return s["kind"] in message
    if "msg" in s:
        return message == {"user": s["msg"]}
    if "ref" in s:
        return message.get("down", {}).get("ref") == s["ref"]
    return True


def sort_runs(messages):
    out, run = [], []
    for m in messages + [None]:
        if m is not None and "user" not in m:
            run.append(m)
            continue
        out += sorted(run, key=sort_key)
        run = []
        if m is not None:
            out.append(m)
    return out


def sort_key(m):
    if "exit" in m:
        return (m["exit"]["from"], 0, "")
    return (m["down"]["pid"], 1, m["down"]["ref"])


def run(scenario):
    world = World()
    results = [world.step(s) for s in scenario["steps"]]
    return {"name": scenario["name"], "steps": results, "final": world.final()}


def main():
    scenarios, expected = ([json.loads(x) for x in open(f)] for f in sys.argv[1:3])
    bad = len(scenarios) != len(expected)
    for s, want in zip(scenarios, expected):
        got, want = (json.dumps(x, sort_keys=True) for x in (run(s), want))
        if got != want:
            bad = True
            print("differs\n  got ", got, "\n  want", want)
    print(sys.argv[1], len(scenarios), "scenarios:", "differences" if bad else "same")
    return 1 if bad else 0


if __name__ == "__main__":
    sys.exit(main())
