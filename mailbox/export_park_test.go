//go:build gc && go1.26 && !go1.28 && !race && !starlang_portable

package mailbox

// What the parker takes for the numbers of the running release.
const (
	WaitReasonSyncCondWait = waitReasonSyncCondWait
	WaitReasonText         = waitReasonText
	TraceBlockCondWait     = traceBlockCondWait
)

// WaitOf returns what the goroutine that runs a function waits for.
func WaitOf(dump []byte, function string) string { return waitOf(dump, function) }
