//go:build gc && go1.26 && !go1.28 && !race && !starlang_portable

package mailbox

import (
	"bytes"
	"runtime"
)

// init makes a program that was built with a release of Go whose wait reasons have other
// numbers stop at once and say what to do. The build constraint knows releases, not their
// patches, and a wrong reason can do worse than misname a wait in a traceback: by its
// number the garbage collector knows whose stack it may scan.
//
// It costs a start about 0.1 ms. A dump too long for the buffer proves nothing and is let
// pass: the package's tests look closer.
func init() {
	var p parker
	done := make(chan struct{})
	go parkForCheck(&p, done) // ends below
	for !p.isParked() {
		runtime.Gosched()
	}
	dump := make([]byte, 16<<10)
	dump = dump[:runtime.Stack(dump, true)]
	p.notifyUnlocked().wake()
	<-done
	if reason := waitOf(dump, "mailbox.parkForCheck("); reason != "" && reason != waitReasonText {
		panic("mailbox: " + runtime.Version() + " says " + reason + " for " + waitReasonText +
			": build with -tags starlang_portable until this package knows that release")
	}
}

//go:noinline
func parkForCheck(p *parker, done chan<- struct{}) {
	p.park()
	close(done)
}

// waitOf returns what the goroutine that runs a function waits for, by a dump of all
// stacks: the text in brackets of "goroutine 7 [text]:". It returns "" if the dump does
// not have it.
func waitOf(dump []byte, function string) string {
	for stack := range bytes.SplitSeq(dump, []byte("\n\n")) {
		header, frames, _ := bytes.Cut(stack, []byte("\n"))
		if !bytes.Contains(frames, []byte(function)) {
			continue
		}
		_, reason, _ := bytes.Cut(header, []byte("["))
		reason, _, _ = bytes.Cut(reason, []byte("]"))
		return string(reason)
	}
	return ""
}
