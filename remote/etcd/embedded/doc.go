// Package embedded runs an etcd server within a program: for development, for tests, and
// for three nodes that are always the same ones.
//
//	s, err := embedded.Start(ctx, embedded.Config{Dir: "data"})
//	...
//	defer s.Close()
//	dir, err := etcd.New(etcd.Config{Endpoints: []string{s.Endpoint()}})
//
// In production etcd runs by itself: a server that shares a program with what depends on
// it is gone when it is needed, and 58 modules are linked instead of 16.
package embedded
