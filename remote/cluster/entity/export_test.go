package entity

import "context"

// Placed returns how often this node has computed who is to have which shard.
func (e *Entities) Placed() int64 { return e.placed.Load() }

// Route finds who has an entity's shard, as a call does.
func (e *Entities) Route(ctx context.Context, id string) error {
	_, err := e.routeTo(ctx, e.Shard(id), 0)
	return err
}

// Remembers reports whether processes that send to an entity ask earlier owners first.
func (e *Entities) Remembers(id string) bool {
	r := e.table.routes[e.Shard(id)].Load()
	return r != nil && r.before.Load() != nil
}
