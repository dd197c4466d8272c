// Package directorytest holds a driver of package directory against its contract.
//
//	func TestConformance(t *testing.T) {
//		directorytest.Run(t, func(t *testing.T) directorytest.Engine { return start(t) })
//	}
//
// It waits for things to happen and does not measure how fast they do, so it runs
// against real servers as well as within a testing/synctest bubble.
package directorytest
