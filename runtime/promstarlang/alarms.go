package promstarlang

import (
	"context"
	"time"

	"github.com/starlang-go/starlang/pid"
	"github.com/starlang-go/starlang/runtime"
	"github.com/starlang-go/starlang/runtime/inspect"
)

// maxAsk is how long it may take to ask for the alarms.
const maxAsk = time.Second

// alarmKinds are the values of the label alarm.
var alarmKinds = []inspect.AlarmKind{
	inspect.AlarmMailbox, inspect.AlarmGrowth, inspect.AlarmStalled, inspect.AlarmCycle,
	inspect.AlarmZombies, inspect.AlarmConn, inspect.AlarmCrashes,
}

// activeAlarms returns how many alarms of each kind are active, nil if the node is not
// inspected, is too busy to say, or ends.
func activeAlarms(rt *runtime.Runtime) map[inspect.AlarmKind]int {
	if _, there := rt.Whereis(inspect.Name); !there {
		return nil
	}
	ctx, cancel := context.WithTimeout(context.Background(), maxAsk)
	defer cancel()
	list, err := inspect.NewClient(rt, pid.Name{Name: inspect.Name}).Alarms(ctx, inspect.Alarms{})
	if err != nil {
		return nil
	}
	active := make(map[inspect.AlarmKind]int)
	for _, kind := range alarmKinds {
		active[kind] = 0
	}
	for _, a := range list.Active {
		active[a.Kind]++
	}
	return active
}
