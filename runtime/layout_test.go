package runtime_test

import (
	"testing"
	"unsafe"

	"github.com/stretchr/testify/require"

	"github.com/starlang-go/starlang/runtime"
)

// cacheLine is the size of what two cores hand to each other, on most machines.
const cacheLine = 64

// TestProcess_Layout: a process fits into two cache lines. The allocator puts a struct
// of 128 bytes at a multiple of 128. The receiver's part of the mailbox, two words,
// ends the first line; the senders' part begins the second, together with the id that
// they compare.
func TestProcess_Layout(t *testing.T) {
	size, box, id := runtime.ProcessLayout()
	require.LessOrEqual(t, size, uintptr(2*cacheLine))
	require.Greater(t, size, uintptr(112), "the allocator's next smaller size has another alignment")
	require.Equal(t, uintptr(cacheLine-2*unsafe.Sizeof(uintptr(0))), box)
	require.GreaterOrEqual(t, id, uintptr(cacheLine))
}
