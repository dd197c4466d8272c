package runtime_test

import (
	"testing"

	"github.com/stretchr/testify/require"

	"github.com/starlang-go/starlang/runtime"
)

// What few processes use stands in the record, which only those have that use something
// of it, and what hardly any uses in rare. The number is a size class of the allocator,
// so one byte more costs thirty. The size of a process itself: see layout_test.go.
func TestRecord_StaysSmall(t *testing.T) {
	if ^uint(0)>>32 == 0 {
		return // pointers are half as long
	}
	require.LessOrEqual(t, int(runtime.RecordBytes), 288)
}
