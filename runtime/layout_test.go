//go:build gc && go1.26 && !go1.28 && !race && !starlang_portable && (amd64 || arm64)

package runtime_test

import (
	"testing"
	"unsafe"

	"github.com/stretchr/testify/require"

	"github.com/starlang-go/starlang/runtime"
)

// cacheLine is the size of what two cores hand to each other, on most machines.
const cacheLine = 64

// Elsewhere the mailbox parks its receiver by a channel and has another size.

// TestProcess_Layout: a process fits into two cache lines. The allocator puts a struct
// of 128 bytes at a multiple of 128. The senders' part of the mailbox ends the first
// line; the receiver's part, its last two words, begins the second. A sender must not
// touch that one, not even to see that a pointer is not nil, which is read at the very
// beginning: a flood then takes a quarter more time.
func TestProcess_Layout(t *testing.T) {
	size, box, boxSize, id := runtime.ProcessLayout()
	require.LessOrEqual(t, size, uintptr(2*cacheLine))
	require.Greater(t, size, uintptr(112), "the allocator's next smaller size has another alignment")
	require.Equal(t, uintptr(cacheLine), box+boxSize-2*unsafe.Sizeof(uintptr(0)))
	require.Less(t, id, uintptr(cacheLine))
}
