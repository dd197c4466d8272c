package supervisor

import "time"

// Delay is how long the n-th restart in a row waits.
func Delay(b Backoff, n int) time.Duration { return b.withDefaults().delay(n) }
