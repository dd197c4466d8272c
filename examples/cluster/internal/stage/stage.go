// Package stage lets a program start itself several times, as nodes that can be killed.
package stage

import (
	"bufio"
	"context"
	"errors"
	"fmt"
	"log/slog"
	"net"
	"os"
	"os/exec"
	"time"

	"github.com/starlang-go/starlang/remote"
)

// Variable is set for programs that are started here: a test binary that finds it is the
// program itself.
const Variable = "STARLANG_CLUSTER_EXAMPLE"

// lull is how long nobody need say anything on a machine that is very busy.
const lull = 2 * time.Minute

// Actor is a program that was started.
type Actor struct {
	Name  string
	cmd   *exec.Cmd
	lines chan string // what it prints; closed at its end
}

// Start starts this program with other arguments. It is killed when ctx ends.
func Start(ctx context.Context, name string, args ...string) (*Actor, error) {
	program, err := os.Executable()
	if err != nil {
		return nil, err
	}
	cmd := exec.CommandContext(ctx, program, append(args, "-name", name)...)
	cmd.Env = append(os.Environ(), Variable+"=1")
	cmd.Stderr = os.Stderr
	out, err := cmd.StdoutPipe()
	if err != nil {
		return nil, err
	}
	if err := cmd.Start(); err != nil {
		return nil, err
	}
	a := &Actor{Name: name, cmd: cmd, lines: make(chan string, 100)}
	go func() { // ends with the program
		defer close(a.lines)
		for lines := bufio.NewScanner(out); lines.Scan(); {
			a.put(lines.Text())
		}
	}()
	return a, nil
}

// put keeps a line, in place of the oldest one if nobody reads.
func (a *Actor) put(line string) {
	for {
		select {
		case a.lines <- line:
			return
		default:
		}
		select {
		case <-a.lines:
		default:
		}
	}
}

// Next returns the next line that the program prints for which match says true. It passes
// over others.
func (a *Actor) Next(ctx context.Context, match func(string) bool) (string, error) {
	late := time.After(lull)
	for {
		select {
		case line, ok := <-a.lines:
			if !ok {
				return "", fmt.Errorf("%s has ended", a.Name)
			}
			if match(line) {
				return line, nil
			}
		case <-late:
			return "", fmt.Errorf("%s does not say what it should", a.Name)
		case <-ctx.Done():
			return "", context.Cause(ctx)
		}
	}
}

// Kill ends the program without giving it a chance to do anything: kill -9.
func (a *Actor) Kill() error {
	if err := a.cmd.Process.Kill(); err != nil && !errors.Is(err, os.ErrProcessDone) {
		return err
	}
	for range a.lines {
	}
	_ = a.cmd.Wait() // it was killed, and says so
	return nil
}

// FreeAddress returns an address of loopback on which nobody listens.
func FreeAddress() (string, error) {
	l, err := net.Listen("tcp", "127.0.0.1:0")
	if err != nil {
		return "", err
	}
	return l.Addr().String(), l.Close()
}

// Place returns the name of a node and how it talks to others: at an address where tools find
// it by its name, and may steer it, or anywhere on loopback if that is "".
func Place(name, observe string) (node string, cfg remote.Config) {
	cfg.Logger = slog.New(slog.DiscardHandler)
	if observe == "" {
		cfg.Listen = "127.0.0.1:0"
		return name + "@127.0.0.1", cfg
	}
	cfg.Listen, cfg.Inspect = observe, remote.InspectControl
	return name + "@" + observe, cfg
}
