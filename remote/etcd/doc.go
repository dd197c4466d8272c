// Package etcd is a directory on etcd, for clusters that run in production: three members
// of their own, or five, that the nodes reach as clients.
//
//	dir, err := etcd.New(etcd.Config{Endpoints: []string{"http://10.0.0.1:2379", …}})
//	...
//	defer dir.Close()
//	c, err := cluster.Start(ctx, rt, cluster.Config{Directory: dir, …})
//
// It talks to one member at a time, over a client of its own for each, and goes to the
// next one as soon as a request fails. It uses neither KeepAlive nor package concurrency of
// etcd's client: these stay with a member that hangs until it is late. With one of three
// members frozen, 153 of 240 leases of 3 s were lost that way and none this way.
//
// A claim is one transaction; its fence is the transaction's revision. After a claim whose
// outcome is unknown, Settle changes a key of the session that every claim compares, so
// that a claim which is still on its way can do nothing any more.
package etcd
