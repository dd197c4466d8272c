package suite

import (
	"os"
	"os/exec"
	"syscall"
)

// ownGroup puts the command and the nodes that it starts into a process group,
// which is killed as a whole when the command's time is up.
func ownGroup(cmd *exec.Cmd) {
	cmd.SysProcAttr = &syscall.SysProcAttr{Setpgid: true}
	cmd.Cancel = func() error { return syscall.Kill(-cmd.Process.Pid, syscall.SIGKILL) }
}

// peakMemory is the largest resident memory in bytes of the ended process or of
// a process that it started and waited for, whichever is larger.
func peakMemory(state *os.ProcessState) int64 {
	usage, ok := state.SysUsage().(*syscall.Rusage)
	if !ok {
		return 0
	}
	return usage.Maxrss << 10 // Linux counts in KiB
}
