package conn

import (
	"errors"
)

var errHeld = errors.New("too many processes that wait for a release")

// Hold takes note of a process of this node that the peer is to release. over tells that the
// connection is, so that the peer never will. An error ends the connection.
func (c *Conn) Hold(id uint64, release func()) (over bool, err error) {
	c.mu.Lock()
	defer c.mu.Unlock()
	if c.torn {
		return true, nil
	}
	put(&c.held, id, release)
	c.heldSpawns.set(int64(len(c.held)))
	if len(c.held) > c.Config.MaxHeldSpawns || c.heldSpawns.exceeded() {
		return false, errHeld
	}
	return false, nil
}

// Release releases a process.
func (c *Conn) Release(id uint64) {
	c.mu.Lock()
	defer c.mu.Unlock()
	if release, ok := remove(&c.held, id); ok {
		release()
		c.heldSpawns.set(int64(len(c.held)))
	}
}
