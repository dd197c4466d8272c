package runtime

import (
	"bytes"
	"fmt"
	goruntime "runtime"
	"runtime/pprof"
	"strings"

	"github.com/starlang-go/starlang/runtime/internal/text"
)

// A dump of all stacks stops the whole program for 24 µs a goroutine, and tells which
// process is which. A profile stops nobody for longer than a few milliseconds, however
// many they are, and counts equal stacks. (Go 1.26, two cores.)
const maxDumpGoroutines = 1000

// maxDumpBytes bounds the memory for a dump.
const maxDumpBytes = 16 << 20

func areFewGoroutines() bool { return goruntime.NumGoroutine() <= maxDumpGoroutines }

const runFrame = "/runtime.(*process).run"

// frameOf is how the stack of p's goroutine shows p: as the receiver of run, or of
// runHere.
func frameOf(p *process) string { return fmt.Sprintf("%p", p) }

// processStacks returns the stacks of the goroutines of processes, by frameOf.
func processStacks() map[string]string {
	stacks := make(map[string]string)
	for stack := range bytes.SplitSeq(dump(), []byte("\n\n")) {
		at := bytes.Index(stack, []byte(runFrame))
		if at < 0 {
			continue
		}
		_, args, _ := bytes.Cut(stack[at:], []byte("process).run"))
		_, args, _ = bytes.Cut(args, []byte("("))
		if end := bytes.IndexAny(args, ",) ?{"); end > 0 {
			stacks[string(args[:end])] = text.Cut(string(stack), text.MaxReportBytes)
		}
	}
	return stacks
}

func dump() []byte {
	for size := 64 << 10; ; size *= 4 {
		buf := make([]byte, min(size, maxDumpBytes))
		n := goruntime.Stack(buf, true)
		if n < len(buf) || len(buf) == maxDumpBytes {
			return buf[:n]
		}
	}
}

// stackGroups returns the stacks of the goroutines of processes, equal ones together
// with their number, the most frequent first.
func stackGroups(maxBytes int) string {
	var groups strings.Builder
	for group := range strings.SplitSeq(goroutineProfile(), "\n\n") {
		if strings.Contains(group, runFrame) {
			groups.WriteString(group)
			groups.WriteString("\n\n")
		}
		if groups.Len() > maxBytes {
			break
		}
	}
	return text.Cut(groups.String(), maxBytes)
}

func goroutineProfile() string {
	var profile strings.Builder
	_ = pprof.Lookup("goroutine").WriteTo(&profile, 1)
	return profile.String()
}
