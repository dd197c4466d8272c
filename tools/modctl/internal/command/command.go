// Package command runs other programs.
package command

import (
	"bytes"
	"context"
	"fmt"
	"os"
	"os/exec"
	"strings"
	"time"
)

// Command is a program to run, with all that it depends on said explicitly.
type Command struct {
	// Dir is the directory that it runs in.
	Dir string
	// Env is added to this process's environment.
	Env []string
	// Stdin is what it reads, nothing by default.
	Stdin []byte
}

// Output runs the program with these arguments until it ends or ctx does, and
// returns what it wrote to standard output. The error of one that failed has
// the command line and what it wrote to standard error.
func (c Command) Output(ctx context.Context, name string, args ...string) (string, error) {
	cmd := exec.CommandContext(ctx, name, args...)
	cmd.Dir = c.Dir
	cmd.Env = append(os.Environ(), c.Env...)
	cmd.Stdin = bytes.NewReader(c.Stdin)
	// A grandchild may keep the pipes open after the program itself was killed.
	cmd.WaitDelay = 10 * time.Second
	var stdout, stderr bytes.Buffer
	cmd.Stdout, cmd.Stderr = &stdout, &stderr
	if err := cmd.Run(); err != nil {
		text := strings.TrimSpace(stderr.String())
		return stdout.String(), fmt.Errorf("%s %s: %w: %s", name, strings.Join(args, " "), err, text)
	}
	return stdout.String(), nil
}

// Lines returns the lines of a program's output, without empty ones.
func Lines(output string) []string {
	var lines []string
	for line := range strings.Lines(output) {
		if line = strings.TrimSpace(line); line != "" {
			lines = append(lines, line)
		}
	}
	return lines
}
