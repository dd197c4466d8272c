package worker

// The sizes of the bodies of large messages.
const (
	Large1M  = 1 << 20
	Large64M = 64 << 20
)

// Watchers is how many processes share out the monitors of churn among them, and Rounds how
// often these are set and told.
const (
	Watchers = 8
	Rounds   = 2
)
