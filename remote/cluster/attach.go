package cluster

// attachment is what another package keeps here. Making it may take time, for which others
// wait by made: a lock would hold the time of a test's bubble.
type attachment struct {
	made  chan struct{} // closed when value is there, or making it has failed
	ok    bool
	value any
}

// Attach keeps v with the cluster under key, for packages that extend it, and returns
// what is kept: v, or what was there before. It is made by create, at the first call, in the
// caller's goroutine; if that panics the next call makes it.
func (c *Cluster) Attach(key any, create func() any) any {
	for {
		c.mu.Lock()
		a, ok := c.attached[key]
		if !ok {
			a = &attachment{made: make(chan struct{})}
			c.attached[key] = a
		}
		c.mu.Unlock()
		if !ok {
			c.make(key, a, create)
		}
		if <-a.made; a.ok {
			return a.value
		}
	}
}

// make makes an attachment, or takes it away if create does not return.
func (c *Cluster) make(key any, a *attachment, create func() any) {
	defer close(a.made)
	defer func() {
		if !a.ok {
			c.mu.Lock()
			defer c.mu.Unlock()
			delete(c.attached, key)
		}
	}()
	a.value = create()
	a.ok = true
}

// isMade reports whether value is there.
func (a *attachment) isMade() bool {
	select {
	case <-a.made:
		return a.ok
	default:
		return false
	}
}

// attachments returns what other packages keep here, as far as it is made.
func (c *Cluster) attachments() (values []any) {
	c.mu.Lock()
	defer c.mu.Unlock()
	for _, a := range c.attached {
		if a.isMade() {
			values = append(values, a.value)
		}
	}
	return values
}
