//go:build !linux

package suite

import (
	"os"
	"os/exec"
)

// ownGroup does nothing where process groups are not as on Linux: a command
// whose time is up is killed alone, and its nodes end with it.
func ownGroup(*exec.Cmd) {}

// peakMemory is known on Linux alone.
func peakMemory(*os.ProcessState) int64 { return 0 }
