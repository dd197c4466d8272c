package suite

import (
	"bytes"
	"context"
	"encoding/json"
	"errors"
	"fmt"
	"os"
	"os/exec"
	"slices"
	"strconv"
	"strings"
	"time"

	"github.com/starlang-go/starlang/tools/bench/internal/worker"
)

// A program is a built system: the command that runs it, and what it can do.
type program struct {
	System
	argv      []string
	env       []string
	workloads []string
}

// newProgram asks the program behind argv what it can do.
func newProgram(ctx context.Context, s System, argv []string, procs int) (*program, error) {
	p := &program{System: s, argv: argv, env: append(os.Environ(), "GOMAXPROCS="+strconv.Itoa(procs))}
	ctx, cancel := context.WithTimeout(ctx, time.Minute)
	defer cancel()
	out, _, err := p.execute(ctx, "list")
	if err != nil {
		return nil, fmt.Errorf("ask %s for its workloads: %w", s.Name, err)
	}
	p.workloads = strings.Fields(string(out))
	return p, nil
}

// has says whether the system can do the workload at all.
func (p *program) has(w Workload) bool { return slices.Contains(p.workloads, w.Name) }

// run measures one workload in a process of its own. It returns within the
// context's bound whatever the process does.
func (p *program) run(ctx context.Context, w Workload, n int) (Sample, error) {
	out, peak, err := p.execute(ctx, w.Name, strconv.Itoa(n))
	if err != nil {
		return Sample{}, err
	}
	var result worker.Result
	if err := json.Unmarshal(out, &result); err != nil {
		return Sample{}, fmt.Errorf("read its result %q: %w", out, err)
	}
	if result.N != n {
		return Sample{}, fmt.Errorf("it did %d operations of %d", result.N, n)
	}
	return newSample(p.System, w, result, peak), nil
}

// execute runs the program to its end and returns what it printed and its peak
// resident memory.
func (p *program) execute(ctx context.Context, args ...string) ([]byte, int64, error) {
	cmd := exec.CommandContext(ctx, p.argv[0], slices.Concat(p.argv[1:], args)...)
	cmd.Env = p.env
	// A worker that waits for ever must not keep the suite waiting for its pipes.
	cmd.WaitDelay = 10 * time.Second
	var stdout, stderr bytes.Buffer
	cmd.Stdout, cmd.Stderr = &stdout, &stderr
	ownGroup(cmd)
	err := cmd.Run()
	switch {
	case errors.Is(ctx.Err(), context.DeadlineExceeded):
		return nil, 0, errors.New("it took too long")
	case err != nil:
		return nil, 0, fmt.Errorf("%w: %s", err, lastLine(stderr.Bytes()))
	}
	return stdout.Bytes(), peakMemory(cmd.ProcessState), nil
}

// lastLine is what a program said last, which is mostly why it failed.
func lastLine(text []byte) []byte {
	text = bytes.TrimSpace(text)
	return text[bytes.LastIndexByte(text, '\n')+1:]
}
