package world

import "github.com/starlang-go/starlang/tools/oracle/internal/scenario"

// unspreadable returns why a scenario cannot be spread over several nodes, "" if it
// can.
func unspreadable(s scenario.Scenario) string {
	for _, step := range s.Steps {
		for _, act := range append([]scenario.Step{step}, step.Do...) {
			if act.Name != "" || act.ToName != "" {
				return "it uses registered names, and each node has names of its own"
			}
		}
	}
	return ""
}

// places spreads the processes of a scenario: puppets get numbers in turn. Those
// that have to do with one timer get the same one: in Erlang a timer can only be
// aimed at a process of the same node, and cancelled only there. So do a process that
// is linked and monitored at its birth and its spawner: another node can only be
// asked for one of the two.
func places(s scenario.Scenario) map[string]int {
	at := map[string]int{}
	var spawned []string
	for _, step := range s.Steps {
		if _, known := at[step.P]; step.Op == "spawn" && !known {
			at[step.P] = len(spawned)
			spawned = append(spawned, step.P)
		}
	}
	setters := map[string]string{} // of timers
	for _, step := range s.Steps {
		switch step.Op {
		case "spawn":
			if step.LinkTo != "" && step.MonitoredBy != "" {
				bring(at, step.P, step.LinkTo)
			}
		case "send_after":
			setters[step.Timer] = step.By
			bring(at, step.By, step.To)
		case "cancel_timer":
			bring(at, step.By, setters[step.Timer])
		}
	}
	return inTurn(at, spawned)
}

// bring moves all who are where p is to where q is. Who is never spawned is nowhere.
func bring(at map[string]int, p, q string) {
	from, known := at[p]
	to, alsoKnown := at[q]
	if !known || !alsoKnown {
		return
	}
	for name, place := range at {
		if place == from {
			at[name] = to
		}
	}
}

// inTurn numbers the places again, without gaps, in the order of spawned.
func inTurn(at map[string]int, spawned []string) map[string]int {
	numbers := map[int]int{}
	for _, p := range spawned {
		number, known := numbers[at[p]]
		if !known {
			number = len(numbers)
			numbers[at[p]] = number
		}
		at[p] = number
	}
	return at
}
