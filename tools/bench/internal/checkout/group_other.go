//go:build !unix

package checkout

import "os/exec"

// ownGroup does nothing where process groups are not as on Unix.
func ownGroup(*exec.Cmd) {}
