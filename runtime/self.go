package runtime

import "time"

// Received returns how many messages the process has received so far.
func (c *Context) Received() uint64 { return c.process().box.Taken() }

// QueueLen returns how many messages are in the process's mailbox.
func (c *Context) QueueLen() int { return c.process().box.Len() }

// Age returns how long ago the process was spawned.
func (c *Context) Age() time.Duration { return c.rt.Uptime() - c.process().started }
