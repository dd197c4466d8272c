// Package entity spreads many servers over the nodes of a cluster, each addressed by its
// kind and its ID: carts, accounts, devices.
//
//	carts, err := entity.Register(c, entity.Kind{
//		Name:  "cart",
//		Start: func(l entity.Lease, id string) (any, error) { return &Cart{ID: id, lease: l}, nil },
//	})
//	...
//	n, err := entity.Call(ctx, carts, "cart-17", Add{Item: "tea"})
//
// What Start returns is a server of package genserver. It is started by the first message
// to its ID, and stopped when it has had none for a while.
//
// # How
//
// IDs are hashed to shards, and a shard is what the directory knows: a key that a node's
// session holds. Each node computes by itself which node is to have which shard, and claims
// what is to be its own and is free. The claim alone decides: a node with a wrong view
// only delays. A shard moves by being drained: its entities handle what they have, stop,
// and then its key is freed.
//
// # What it guarantees
//
//   - At most one node runs the entities of a shard. Before each message an entity looks
//     whether its node's session is still good, so also a program that was stopped handles
//     nothing afterwards.
//   - Each call ends in a reply, an error, or with its context. It is made again only if
//     it was certainly not handled.
//   - What one process sends to one entity is handled in that order, also while the shard
//     moves.
//
// # What it does not
//
// State is not replicated: an entity that is started anew reads it from where it was
// written. A message of Cast is lost with the node that it was sent to. A write must carry
// [Lease.Fence], and the place where it is written must refuse smaller ones.
//
// Calls and casts wait, in the caller, while a shard has no owner; of those who wait for one
// shard there may be [MaxWaiting], others get [ErrShardBusy].
package entity
