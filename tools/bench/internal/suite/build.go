package suite

import (
	"context"
	"errors"
	"fmt"
	"os"
	"os/exec"
	"path/filepath"
	"strconv"

	"github.com/starlang-go/starlang/tools/bench/internal/worker"
	"github.com/starlang-go/starlang/tools/bench/systems/beam"
)

// errNotInstalled is why the BEAM has no column on a machine without Erlang.
var errNotInstalled = errors.New("erl is not installed (Debian: erlang-base)")

// build makes the system's program in dir.
func build(ctx context.Context, s System, dir string, procs int) (*program, error) {
	if s.Name == Beam {
		return buildBeam(ctx, s, dir, procs)
	}
	binary := filepath.Join(dir, s.Name)
	// Without the paths in it, what two checkouts have alike is compiled once.
	cmd := exec.CommandContext(ctx, "go", "build", "-trimpath", "-o", binary, ".")
	// A peer is a module of its own, with the versions that its authors chose.
	cmd.Dir = s.dir()
	// All of them stand outside the workspace, whatever the caller's environment says.
	cmd.Env = append(os.Environ(), "GOWORK=off")
	if out, err := cmd.CombinedOutput(); err != nil {
		return nil, fmt.Errorf("build %s in %s: %w\n%s", s.Name, s.dir(), err, out)
	}
	return newProgram(ctx, s, []string{binary}, procs)
}

// buildBeam compiles the Erlang module. It gets as many schedulers as the Go
// systems get processors, and room for a million processes.
func buildBeam(ctx context.Context, s System, dir string, procs int) (*program, error) {
	erl, err := exec.LookPath("erl")
	if err != nil {
		return nil, errNotInstalled
	}
	source := filepath.Join(dir, "bench.erl")
	if err := os.WriteFile(source, beam.Source, 0o600); err != nil {
		return nil, fmt.Errorf("write %s: %w", source, err)
	}
	cmd := exec.CommandContext(ctx, "erlc", "+inline", "-o", dir, source)
	if out, err := cmd.CombinedOutput(); err != nil {
		return nil, fmt.Errorf("compile %s: %w\n%s", source, err, out)
	}
	port, err := worker.FreePort()
	if err != nil {
		return nil, err
	}
	schedulers := strconv.Itoa(procs) + ":" + strconv.Itoa(procs)
	argv := []string{
		// A larger buffer between nodes (+zdbbl) makes rem64 a third faster.
		erl, "+S", schedulers, "+P", "4000000", "+zdbbl", "8192", "-noshell", "-pa", dir,
		// The remote workloads' second node listens at a port that both know,
		// so that no port mapper daemon is started and left behind.
		"-start_epmd", "false", "-dist_listen", "false", "-erl_epmd_port", strconv.Itoa(port),
		"-run", "bench", "main",
	}
	return newProgram(ctx, s, argv, procs)
}
