package supervisor

// Strategy says who is restarted when a child has ended and is to be restarted.
type Strategy uint8

// The strategies. Source: OTP, supervisor, "Restart Strategies".
const (
	// OneForOne restarts the child alone.
	OneForOne Strategy = iota
	// OneForAll stops all other children, and starts them all again.
	OneForAll
	// RestForOne stops the children that were started after the child, and
	// starts it and them again.
	RestForOne
	// Dynamic is for any number of children that come and go, each for itself:
	// they are started by [StartChild] or [StartInstance], are known by their
	// PIDs, and are stopped all at the same time. OTP's simple_one_for_one.
	Dynamic

	strategies // their number
)

// String returns the name that OTP gives to the strategy.
func (s Strategy) String() string {
	return nameOf(s, "one_for_one", "one_for_all", "rest_for_one", "dynamic")
}

// Restart says when a child that has ended is restarted.
type Restart uint8

// The restart types. Source: OTP, supervisor, "Child specification", restart.
const (
	// Permanent children are always restarted.
	Permanent Restart = iota
	// Transient children are restarted if they fail: for all reasons but
	// normal, shutdown, and "shutdown: text".
	Transient
	// Temporary children are never restarted, not even when the end of
	// another was why they were stopped. Their spec goes when they do.
	Temporary

	restartTypes
)

// String returns OTP's name.
func (r Restart) String() string { return nameOf(r, "permanent", "transient", "temporary") }

// AutoShutdown says whether a supervisor ends when significant children have ended
// that are not restarted.
type AutoShutdown uint8

// Source: OTP, supervisor, "Automatic Shutdown".
const (
	// Never: there are no significant children.
	Never AutoShutdown = iota
	// AnySignificant: when any of them has ended.
	AnySignificant
	// AllSignificant: when the last active one of them has ended.
	AllSignificant

	autoShutdowns
)

// String returns OTP's name.
func (a AutoShutdown) String() string {
	return nameOf(a, "never", "any_significant", "all_significant")
}

// Type says what a child is.
type Type uint8

// Source: OTP, supervisor, "Child specification", type.
const (
	// Worker is any process.
	Worker Type = iota
	// Supervisor is a process started by [StartLink].
	Supervisor

	types
)

// String returns OTP's name.
func (t Type) String() string { return nameOf(t, "worker", "supervisor") }

// State says where a child stands.
type State uint8

// The states of a child.
const (
	// Stopped: it has no process, and none is to come. OTP's undefined.
	Stopped State = iota
	// Running: it has a process.
	Running
	// Restarting: it has no process, but another is to come.
	Restarting
)

// String returns the state's name.
func (s State) String() string { return nameOf(s, "stopped", "running", "restarting") }

// nameOf returns the name of one of a row of constants.
func nameOf[T ~uint8](v T, names ...string) string {
	if int(v) < len(names) {
		return names[v]
	}
	return "invalid"
}
