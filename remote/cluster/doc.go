// Package cluster makes nodes a cluster: they find each other, and on a directory such
// as etcd they decide what exists once.
//
//	c, err := cluster.Start(ctx, rt, cluster.Config{
//		Remote:    remote.Config{Cookie: cookie},
//		Directory: etcd.New(client),
//	})
//	...
//	defer c.Leave(context.Background())
//
// A node has one session with the directory at a time, a lease that it renews. Names,
// singletons and shards of entities are keys that the session holds. Packages group and
// topic need no directory.
//
// # What it guarantees
//
//   - A key has one holder at a time. A node counts its session as lost when 0.9 of TTL
//     have passed since the last good renewal was sent; then it kills what it owned. The
//     directory gives the keys to others no earlier than TTL after it handled that
//     renewal. What is left is for clocks that run at different rates, up to a tenth.
//   - A process that was stopped for longer, by SIGSTOP or with its machine, finds its
//     session shut when it looks: see [Session.Open].
//   - [Left] comes only from the directory, [Unreachable] only from a lost connection.
//     Neither is taken for the other.
//   - A name is not taken for free because the directory gave no answer: what is unknown
//     is cleared up first, see [Session.Claim].
//
// # What it does not
//
// A lease makes no side effect safe. The holder may be stopped between its look at the
// session and a write to a database, and go on when another is the holder. Every claim
// has a fence, a number that grows: write it along, and have the database refuse
// smaller ones.
//
// Without a directory there are no names that exist once, and none that two may have:
// what needs a directory returns [ErrNoDirectory].
//
// # Limits
//
// When a holder is lost its keys are free within TTL + 0.5 s. A new leader of etcd lets
// the time of every session begin anew, so that the worst is 2·TTL + 3 s.
package cluster
