package runtime_test

import (
	"testing"

	"github.com/stretchr/testify/require"

	"github.com/starlang-go/starlang/runtime"
)

// Every process has these bytes, and most have no others: a million of them are
// that many megabytes. Whoever needs a field that few processes use puts it into
// the record, which only those have who use something of it. Both numbers are
// size classes of the allocator, so one byte more costs sixteen or more.
func TestProcess_StaysSmall(t *testing.T) {
	if ^uint(0)>>32 == 0 {
		return // pointers are half as long
	}
	require.LessOrEqual(t, int(runtime.ProcessBytes), 128)
	require.LessOrEqual(t, int(runtime.RecordBytes), 288)
}
