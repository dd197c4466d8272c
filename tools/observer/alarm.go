package observer

import (
	"fmt"

	"github.com/starlang-go/starlang/pid"
	"github.com/starlang-go/starlang/runtime/inspect"
)

// processOf returns the PID that an alarm is about, "" if it is about something else.
func processOf(a inspect.Alarm) string {
	if _, err := pid.ParsePID(a.Subject); err != nil {
		return ""
	}
	return a.Subject
}

// meaning returns an alarm's value in words.
func meaning(a inspect.Alarm) string {
	n := int(a.Value)
	switch a.Kind {
	case inspect.AlarmMailbox:
		return whole(n) + " messages wait"
	case inspect.AlarmGrowth:
		return "the mailbox has grown by " + whole(n) + " since the last look"
	case inspect.AlarmStalled:
		return whole(n) + " messages wait, and none was received since the last look"
	case inspect.AlarmCycle:
		return plural(n, "process") + " wait for each other in a circle"
	case inspect.AlarmZombies:
		return plural(n, "zombie")
	case inspect.AlarmRestarts:
		return fmt.Sprintf("%d %% of the restarts are used after which the supervisor gives up", int(a.Value*100))
	case inspect.AlarmConn:
		return fmt.Sprintf("the queue of the connection is full by %d %%", int(a.Value*100))
	case inspect.AlarmCrashes:
		return plural(n, "crash") + " since the last look"
	}
	return fmt.Sprint(a.Value)
}
