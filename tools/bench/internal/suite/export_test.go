package suite

import "context"

// Operations is the number of operations that a system gets of a workload.
func Operations(s System, w Workload, scale float64) int { return s.operations(w, scale) }

// Execute runs a program that is not one of the suite's own systems.
func Execute(ctx context.Context, argv, env []string, w Workload, n int) (Sample, error) {
	p := &program{System: System{Name: "fake"}, argv: argv, env: env}
	return p.run(ctx, w, n)
}
