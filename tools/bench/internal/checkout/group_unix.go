//go:build unix

package checkout

import (
	"os/exec"
	"syscall"
)

// ownGroup keeps an interrupt of the terminal from git: it is told by its context
// when to stop, and what removes the checkout must not be stopped.
func ownGroup(cmd *exec.Cmd) { cmd.SysProcAttr = &syscall.SysProcAttr{Setpgid: true} }
