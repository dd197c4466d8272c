//go:build gc && go1.26 && !go1.27 && !race && !starlang_portable

package mailbox_test

import (
	"runtime"
	"strings"
	"testing"
	"testing/synctest"

	"github.com/stretchr/testify/require"

	"github.com/starlang-go/starlang/mailbox"
)

// TestPark_SaysWhatItWaitsFor shows that the number of the reason is this release's: a
// traceback names it, and testing/synctest counts the receiver as waiting.
func TestPark_SaysWhatItWaitsFor(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		var box mailbox.Mailbox[int]
		go func() { _, _ = box.Recv() }() // ends with the close
		synctest.Wait()
		stacks := make([]byte, 1<<20)
		stacks = stacks[:runtime.Stack(stacks, true)]
		var waits string
		for _, stack := range strings.Split(string(stacks), "\n\n") {
			// A goroutine of another test may be about to end.
			if strings.Contains(stack, "/mailbox.(*Mailbox[") && strings.Contains(stack, "TestPark_") {
				waits, _, _ = strings.Cut(stack, "\n")
			}
		}
		require.Contains(t, waits, "sync.Cond.Wait")
		box.Close()
	})
}
