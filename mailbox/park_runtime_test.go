//go:build gc && go1.26 && !go1.28 && !race && !starlang_portable

package mailbox_test

import (
	"go/ast"
	"go/parser"
	"go/token"
	"os/exec"
	"path/filepath"
	"runtime"
	"slices"
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
		go waitToSay(&box) // ends with the close
		synctest.Wait()
		stacks := make([]byte, 1<<20)
		stacks = stacks[:runtime.Stack(stacks, true)]
		// In a bubble the reason is followed by "(durable), synctest bubble 1".
		require.Contains(t, mailbox.WaitOf(stacks, "waitToSay("), mailbox.WaitReasonText)
		box.Close()
	})
}

//go:noinline
func waitToSay(box *mailbox.Mailbox[int]) { _, _ = box.Recv() }

// TestPark_NumbersAreThoseOfTheRunningRelease reads them in the source of the toolchain
// that built this test.
func TestPark_NumbersAreThoseOfTheRunningRelease(t *testing.T) {
	require.Equal(t, mailbox.WaitReasonSyncCondWait,
		numberOf(t, "runtime2.go", "waitReasonZero", "waitReasonSyncCondWait"))
	require.Equal(t, mailbox.TraceBlockCondWait,
		numberOf(t, "traceruntime.go", "traceBlockGeneric", "traceBlockCondWait"))
}

func TestPark_ReasonOfAnotherGoroutineIsNotTaken(t *testing.T) {
	dump := []byte("goroutine 1 [running]:\nmain.main()\n\n" +
		"goroutine 7 [select, 3 minutes]:\nm.other()\n\ngoroutine 9 [GC worker (idle)]:\nm.mine(0x1)\n")
	require.Equal(t, "GC worker (idle)", mailbox.WaitOf(dump, "m.mine("))
	require.Equal(t, "select, 3 minutes", mailbox.WaitOf(dump, "m.other("))
	require.Empty(t, mailbox.WaitOf(dump[:80], "m.mine("), "a dump that was cut off")
}

// numberOf returns the place of a constant behind the first one, which is iota, in a file
// of package runtime.
func numberOf(t *testing.T, file, first, name string) int {
	t.Helper()
	root, err := exec.CommandContext(t.Context(), "go", "env", "GOROOT").Output()
	require.NoError(t, err)
	source := filepath.Join(strings.TrimSpace(string(root)), "src", "runtime", file)
	parsed, err := parser.ParseFile(token.NewFileSet(), source, nil, parser.SkipObjectResolution)
	require.NoError(t, err)
	for _, decl := range parsed.Decls {
		group, ok := decl.(*ast.GenDecl)
		if !ok || group.Tok != token.CONST {
			continue
		}
		var names []string
		for _, spec := range group.Specs {
			names = append(names, spec.(*ast.ValueSpec).Names[0].Name)
		}
		if names[0] == first {
			return slices.Index(names, name)
		}
	}
	require.Failf(t, "no constants", "%s has none that begin with %s", source, first)
	return 0
}
