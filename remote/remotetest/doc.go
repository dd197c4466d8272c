// Package remotetest is a network in memory, for tests of programs with several
// nodes: with delay, cuts, partitions, and connections that go silent, all in one
// program and, under testing/synctest, in no time.
//
//	synctest.Test(t, func(t *testing.T) {
//		net := remotetest.New(1)
//		rt := runtime.MustNew(runtime.Config{Name: "a@test"})
//		node, err := remote.Start(rt, net.Config("a@test"))
//		...
//		net.Partition([]string{"a@test"}, []string{"b@test", "c@test"})
//	})
//
// The delays follow from the seed. Which goroutine runs first does not, so two runs
// with one seed are alike but not the same.
package remotetest
