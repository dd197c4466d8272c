package supervisor

import (
	"context"
	"time"

	"github.com/starlang-go/starlang/pid"
	"github.com/starlang-go/starlang/pid/signal"
)

// child is a child of a supervisor, with or without a process. Only the supervisor's
// own process touches it, but for spec, which never changes.
type child struct {
	spec     ChildSpec // with defaults filled in
	seq      uint64    // position among its siblings: they are in start order
	state    State
	pid      pid.PID       // of Running, and of the last process of a Dynamic one that is Restarting
	retry    retry         // of Restarting
	since    time.Duration // uptime at which it started to run
	streak   int           // restarts in a row, for the backoff
	restarts uint64        // how often it was restarted
	// left is what its last process, a supervisor, has left behind; nil: nothing. It is
	// dropped when gone is closed, because all of it has ended.
	left *children
	gone <-chan struct{}
}

// awaitsOrphans reports whether the child must not be started yet.
func (c *child) awaitsOrphans() bool {
	select {
	case <-c.gone:
		c.left, c.gone = nil, nil
	default:
	}
	return c.left != nil
}

// awaitNoted waits until it is noted that all that the child's last process has left has
// ended, if so: that takes no time.
func (c *child) awaitNoted(ctx context.Context) {
	if c.left == nil || c.left.hasOrphans() {
		return
	}
	select {
	case <-c.gone:
	case <-ctx.Done():
	}
}

// present returns why there is no room for another child of the same ID.
func (c *child) present() error {
	switch c.state {
	case Running:
		return ErrAlreadyStarted
	case Restarting:
		return ErrRestarting
	}
	return ErrAlreadyPresent
}

// retry is a restart that is to come.
type retry struct {
	ref     pid.Ref           // which wakes the supervisor
	counted bool              // it has been counted already
	reason  signal.ExitReason // of what is still to be counted
}

// ChildInfo describes a child. It is a copy.
type ChildInfo struct {
	ID          string
	PID         pid.PID // zero unless it is Running
	State       State
	Type        Type
	Restart     Restart
	Significant bool
	Restarts    uint64 // how often it was restarted
}

func (c *child) info() ChildInfo {
	info := ChildInfo{
		ID: c.spec.ID, State: c.state, Type: c.spec.Type,
		Restart: c.spec.Restart, Significant: c.spec.Significant, Restarts: c.restarts,
	}
	if c.state == Running {
		info.PID = c.pid
	}
	return info
}
