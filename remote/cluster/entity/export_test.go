package entity

// Placed returns how often this node has computed who is to have which shard.
func (e *Entities) Placed() int64 { return e.placed.Load() }
