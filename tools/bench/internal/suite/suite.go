package suite

import (
	"context"
	"errors"
	"fmt"
	"io"
	"maps"
	"os"
	"slices"
	"time"
)

// Config says what to run. All fields must be set.
type Config struct {
	Systems   []System
	Workloads []Workload
	// Passes is how often everything runs.
	Passes int
	// Alternate says that every second pass takes the systems in the reverse order.
	Alternate bool
	// All says that nothing is run unless all systems could be built.
	All bool
	// Procs is GOMAXPROCS, and the number of the BEAM's schedulers.
	Procs int
	// Scale multiplies the number of operations of each run.
	Scale float64
	// Timeout bounds one run.
	Timeout time.Duration
	// Progress is where one line says how far it is, and where failures go.
	Progress io.Writer
	// Each is called with every sample as it is measured.
	Each func(Sample)
}

// Outcome is what came of a suite.
type Outcome struct {
	Samples []Sample
	// Missing are the systems that could not be built, and why.
	Missing map[string]error
	// Has are the workloads that each system has, of those that were built.
	Has map[string][]string
	// Failed are the workloads of which a run failed, by system and workload,
	// with the error of the last failed run.
	Failed map[Cell]error
}

// Cell is one field of the table.
type Cell struct{ System, Workload string }

// Run builds the systems into a directory that it removes again, and runs
// everything. It returns what it has measured even if the context ends before
// all is done.
func Run(ctx context.Context, config Config) (Outcome, error) {
	dir, err := os.MkdirTemp("", "bench")
	if err != nil {
		return Outcome{}, fmt.Errorf("make a directory for the programs: %w", err)
	}
	defer func() { _ = os.RemoveAll(dir) }()

	r := &runner{
		Config: config,
		line:   newProgressLine(config.Progress),
		out:    Outcome{Missing: map[string]error{}, Has: map[string][]string{}, Failed: map[Cell]error{}},
	}
	programs := r.build(ctx, dir)
	if r.All && len(r.out.Missing) > 0 {
		r.line.clear()
		return r.out, errors.Join(append(slices.Collect(maps.Values(r.out.Missing)), ctx.Err())...)
	}
	r.passes(ctx, programs)
	r.line.clear()
	return r.out, ctx.Err()
}

// runner is one execution of a Config.
type runner struct {
	Config
	line *progressLine
	out  Outcome
}

// build makes the programs. One that cannot be built is left out of the passes.
func (r *runner) build(ctx context.Context, dir string) []*program {
	var programs []*program
	for _, system := range r.Systems {
		r.line.show("building %s", system.Name)
		built, err := build(ctx, system, dir, r.Procs)
		if err != nil {
			r.out.Missing[system.Name] = err
			if !r.All {
				r.line.print("%v", err)
			}
			continue
		}
		r.out.Has[system.Name] = built.workloads
		programs = append(programs, built)
	}
	return programs
}

// passes runs each workload of each program, pass by pass.
func (r *runner) passes(ctx context.Context, programs []*program) {
	done, total := 0, r.Passes*r.runsOfAPass(programs)
	for pass := range r.Passes {
		if r.Alternate && pass > 0 {
			slices.Reverse(programs)
		}
		for _, workload := range r.Workloads {
			for _, p := range programs {
				if !p.has(workload) || ctx.Err() != nil {
					continue
				}
				done++
				r.line.show("[%d/%d] pass %d of %d: %s %s", done, total, pass+1, r.Passes, workload.Name, p.Name)
				r.measure(ctx, p, workload, pass+1)
			}
		}
	}
}

func (r *runner) runsOfAPass(programs []*program) int {
	runs := 0
	for _, workload := range r.Workloads {
		for _, p := range programs {
			if p.has(workload) {
				runs++
			}
		}
	}
	return runs
}

// measure does one run, within the time bound.
func (r *runner) measure(ctx context.Context, p *program, w Workload, pass int) {
	bounded, cancel := context.WithTimeout(ctx, r.Timeout)
	defer cancel()
	sample, err := p.run(bounded, w, p.operations(w, r.Scale))
	switch {
	case errors.Is(ctx.Err(), context.Canceled):
		return // the user has had enough: not the worker's fault
	case err != nil:
		r.out.Failed[Cell{p.Name, w.Name}] = err
		r.line.print("%s %s failed: %v", p.Name, w.Name, err)
	default:
		sample.Pass = pass
		r.out.Samples = append(r.out.Samples, sample)
		r.Each(sample)
	}
}
