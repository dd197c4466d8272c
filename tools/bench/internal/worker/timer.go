package worker

import "time"

// Never is the delay of timers that are cancelled.
const Never = time.Hour

// TimerDelay is the delay of the timers that are not cancelled, where n are started:
// long enough that all of them are running at once.
func TimerDelay(n int) time.Duration {
	return 20*time.Millisecond + time.Duration(n)*3*time.Microsecond
}

// Without is the result without a time in which the measuring program only waited, if
// there was any.
func (r Result) Without(wait time.Duration) Result {
	r.Elapsed -= max(wait, 0)
	return r
}
