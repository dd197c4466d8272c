package main

import (
	"context"
	"errors"
	"fmt"
	"io"
	"os"
	"path/filepath"

	"github.com/starlang-go/starlang/tools/bench/internal/checkout"
	"github.com/starlang-go/starlang/tools/bench/internal/report"
	"github.com/starlang-go/starlang/tools/bench/internal/suite"
)

// earlier is the name under which the other commit runs.
const earlier = "against"

// compare runs the workloads with this project as it is in the work tree and as it is
// at another commit, in turns, and prints how the two compare.
func (o options) compare(ctx context.Context, workloads []suite.Workload, stdout, stderr io.Writer) (err error) {
	head, err := checkout.Head(ctx, ".")
	if err != nil {
		return err
	}
	other, err := checkout.New(ctx, ".", o.against)
	if err != nil {
		return err
	}
	defer func() { err = errors.Join(err, other.Close()) }()
	outcome, err := o.alternate(ctx, other, workloads, stdout, stderr)
	if err != nil && len(outcome.Samples) == 0 {
		return err
	}
	if !o.json {
		fmt.Fprintf(stdout, "%s: %s\ncompared with %s: %s\n\n", suite.Starlang, head, o.against, other.Commit)
		err = errors.Join(err, report.Pair(workloads, earlier, suite.Starlang, outcome).Write(stdout))
	}
	return errors.Join(err, failures(outcome, earlier, suite.Starlang))
}

// alternate runs both sides. It is an error if one of them cannot be built.
func (o options) alternate(ctx context.Context, other *checkout.Checkout, workloads []suite.Workload, stdout, stderr io.Writer) (suite.Outcome, error) {
	theirs := suite.System{Name: earlier, Dir: filepath.Join(other.Dir, "tools", "bench", "systems", suite.Starlang)}
	if _, err := os.Stat(theirs.Dir); err != nil {
		return suite.Outcome{}, fmt.Errorf("%s (%s) has no program to measure, tools/bench/systems/%s", o.against, other.Commit, suite.Starlang)
	}
	return o.measure(ctx, suite.Config{
		Systems:   []suite.System{theirs, {Name: suite.Starlang}},
		Workloads: workloads,
		Alternate: true,
		All:       true,
	}, stdout, stderr)
}
