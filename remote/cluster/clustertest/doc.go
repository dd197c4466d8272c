// Package clustertest has clusters in one program, for tests: nodes on a network in
// memory with a directory in memory, that crash, freeze, get cut off and have clocks that
// run at different rates.
//
//	synctest.Test(t, func(t *testing.T) {
//		lab := clustertest.New(t, 1)
//		a, b := lab.Start("a@test"), lab.Start("b@test")
//		...
//		a.Crash()
//	})
//
// Within a testing/synctest bubble it takes no time.
package clustertest
