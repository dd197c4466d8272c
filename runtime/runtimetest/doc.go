// Package runtimetest is for tests of programs that are made of processes: a node that
// ends with the test and fails it for what is left behind, a process for the test itself,
// and servers that are driven without a goroutine.
//
//	func TestCounter(t *testing.T) {
//		node := runtimetest.New(t)
//		_, err := genserver.StartLink(node.Probe(), &counter{}, genserver.Options{Name: "counter"})
//		require.NoError(t, err)
//		n, err := genserver.Call(node.Probe(), "counter", Add{By: 2})
//		...
//	}
//
//	func TestCounter_Adds(t *testing.T) {
//		c := &counter{n: 1} // the state before
//		d := runtimetest.Drive(runtimetest.New(t), c)
//		n, err := runtimetest.Call(d, Add{By: 2}) // runs in this goroutine
//		require.Equal(t, 3, c.n)                  // the state after
//		require.Nil(t, d.Effects().Stop)
//	}
//
// All of it works in a testing/synctest bubble, where it takes no time to wait, and under
// the race detector. The README says how such tests are written.
//
// # What a node holds a test to
//
// When the test has ended, its probes end, and with them what is linked to them, as
// StartLink does. What is then still there is a leak. So is, by other names, a process
// that had to be killed, a [runtime.Zombie], and a crash that no ExpectCrash has asked for.
package runtimetest
