package replay

import "time"

// The recorder looks in the same way: three times the same, with a pause before each.
const (
	settlePause = 4 * time.Millisecond
	settleLooks = 3
)

// Poll is a [Settle] by the clock on the wall: nothing changes any more if it has not for
// a while.
func Poll(pause func(time.Duration), look func() string) string {
	last, same := look(), 0
	for same < settleLooks {
		pause(settlePause)
		if now := look(); now == last {
			same++
		} else {
			last, same = now, 0
		}
	}
	return last
}
