package supervisor

import "time"

// Delay is how long the n-th restart in a row waits.
func Delay(b Backoff, n int) time.Duration { return b.withDefaults().delay(n) }

// WireValues has one of each request and reply that travels between nodes.
var WireValues = []any{
	startInstance{Arg: "a"},
	terminateChild{childRef{ID: "a"}},
	restartChild{"a"},
	deleteChild{"a"},
	whichChildren{},
	countChildren{},
	describe{},
	childList{[]ChildInfo{{ID: "a", State: Running, Type: Supervisor, Restart: Temporary, Significant: true, Restarts: 7}}},
	description{Name: "top", Strategy: RestForOne, Children: []ChildInfo{{ID: "a"}}},
	Counts{1, 2, 3, 4},
}
