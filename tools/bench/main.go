// Command bench measures this project side by side with plain goroutines and
// channels, with other actor libraries for Go, and with Erlang.
//
//	GOWORK=off go -C tools/bench run .
//
// runs everything and prints a table. The module stands outside the workspace,
// since it pulls in all of the others.
package main

import (
	"context"
	"errors"
	"flag"
	"fmt"
	"io"
	"os"
	"os/signal"
	"slices"
	"strings"
	"syscall"
	"time"

	"github.com/starlang-go/starlang/tools/bench/internal/report"
	"github.com/starlang-go/starlang/tools/bench/internal/suite"
)

func main() {
	ctx, stop := signal.NotifyContext(context.Background(), os.Interrupt, syscall.SIGTERM)
	defer stop()
	err := run(ctx, os.Args[1:], os.Stdout, os.Stderr)
	switch {
	case errors.Is(err, flag.ErrHelp):
	case err != nil:
		fmt.Fprintln(os.Stderr, "bench:", err)
		os.Exit(1)
	}
}

// options are the flags.
type options struct {
	workloads, systems string
	passes, procs      int
	scale              float64
	timeout            time.Duration
	json, markdown     bool
	check, record      bool
	svg, from, against string
}

func parse(args []string, stderr io.Writer) (options, error) {
	var o options
	flags := flag.NewFlagSet("bench", flag.ContinueOnError)
	flags.SetOutput(stderr)
	flags.StringVar(&o.workloads, "workloads", "", "comma-separated `names` of the workloads to run (default all)")
	flags.StringVar(&o.systems, "systems", "", "comma-separated `names` of the systems to run (default all)")
	flags.IntVar(&o.passes, "passes", 7, "how often everything runs")
	flags.IntVar(&o.procs, "procs", 2, "GOMAXPROCS of each run")
	flags.Float64Var(&o.scale, "scale", 1, "multiplies the number of operations of each run")
	flags.DurationVar(&o.timeout, "timeout", 2*time.Minute, "bound for one run")
	flags.BoolVar(&o.json, "json", false, "print one line of JSON for each run instead of the table")
	flags.BoolVar(&o.markdown, "markdown", false, "print a Markdown table of the medians instead of the table")
	flags.StringVar(&o.svg, "svg", "", "draw the chart into this `file`")
	flags.StringVar(&o.from, "from", "", "report on the -json lines in this `file` instead of running anything")
	flags.StringVar(&o.against, "against", "", "compare this project with itself at this `commit`, and with nothing else")
	flags.BoolVar(&o.check, "check", false, "fail if this project allocates more than "+allocationsFile+" says; measure nothing else")
	flags.BoolVar(&o.record, "record", false, "write "+allocationsFile+" anew; measure nothing else")
	if err := flags.Parse(args); err != nil {
		return o, err
	}
	switch {
	case flags.NArg() > 0:
		return o, fmt.Errorf("unexpected argument %q", flags.Arg(0))
	case o.passes < 1 || o.procs < 1 || o.scale <= 0 || o.timeout <= 0:
		return o, errors.New("-passes, -procs, -scale and -timeout must be positive")
	case count(o.against != "", o.check, o.record) > 1:
		return o, errors.New("only one of -against, -check and -record")
	case count(o.against != "", o.check, o.record) > 0 && (o.systems != "" || o.markdown || o.svg != "" || o.from != ""):
		return o, errors.New("-against, -check and -record go with none of -systems, -markdown, -svg and -from")
	}
	return o, nil
}

// count is how many of the conditions hold.
func count(conditions ...bool) int {
	n := 0
	for _, holds := range conditions {
		if holds {
			n++
		}
	}
	return n
}

func run(ctx context.Context, args []string, stdout, stderr io.Writer) error {
	o, err := parse(args, stderr)
	if err != nil {
		return err
	}
	workloads, err := choose("workload", o.workloads, suite.Workloads, func(w suite.Workload) string { return w.Name })
	if err != nil {
		return err
	}
	switch {
	case o.against != "":
		return o.compare(ctx, workloads, stdout, stderr)
	case o.check:
		return o.checkAllocations(ctx, workloads, stdout, stderr)
	case o.record:
		return o.recordAllocations(ctx, workloads, stderr)
	}
	systems, err := choose("system", o.systems, suite.Systems, func(s suite.System) string { return s.Name })
	if err != nil {
		return err
	}
	outcome, err := o.outcome(ctx, workloads, systems, stdout, stderr)
	if err != nil && len(outcome.Samples) == 0 {
		return err
	}
	if o.from != "" { // what nobody has measured is no result
		workloads = measured(workloads, outcome.Samples, func(w suite.Workload, s suite.Sample) bool { return w.Name == s.Workload })
		systems = measured(systems, outcome.Samples, func(y suite.System, s suite.Sample) bool { return y.Name == s.System })
	}
	summary := report.Summarize(workloads, systems, outcome)
	return errors.Join(err, o.report(summary, stdout), failures(outcome, suite.PlainGo, suite.Starlang))
}

// measured are the items that a sample belongs to.
func measured[T any](items []T, samples []suite.Sample, belongs func(T, suite.Sample) bool) []T {
	return slices.DeleteFunc(slices.Clone(items), func(item T) bool {
		return !slices.ContainsFunc(samples, func(s suite.Sample) bool { return belongs(item, s) })
	})
}

// outcome is what the suite measures, or has measured earlier.
func (o options) outcome(ctx context.Context, workloads []suite.Workload, systems []suite.System, stdout, stderr io.Writer) (suite.Outcome, error) {
	if o.from != "" {
		file, err := os.Open(o.from)
		if err != nil {
			return suite.Outcome{}, err
		}
		defer func() { _ = file.Close() }()
		samples, err := report.ReadSamples(file)
		return suite.Outcome{Samples: samples}, err
	}
	return o.measure(ctx, suite.Config{Systems: systems, Workloads: workloads}, stdout, stderr)
}

// measure runs what config says, in the way that the flags say.
func (o options) measure(ctx context.Context, config suite.Config, stdout, stderr io.Writer) (suite.Outcome, error) {
	var unwritten error
	config.Passes, config.Procs, config.Scale, config.Timeout = o.passes, o.procs, o.scale, o.timeout
	config.Progress = stderr
	config.Each = func(s suite.Sample) {
		if o.json {
			unwritten = errors.Join(unwritten, report.WriteSample(stdout, s))
		}
	}
	outcome, err := suite.Run(ctx, config)
	return outcome, errors.Join(err, unwritten)
}

// report prints the summary in the form that was asked for and draws the chart.
func (o options) report(summary report.Summary, stdout io.Writer) error {
	var err error
	switch {
	case o.markdown:
		err = summary.WriteMarkdown(stdout)
	case !o.json:
		err = summary.WriteTable(stdout)
	}
	if err != nil || o.svg == "" {
		return err
	}
	file, err := os.Create(o.svg)
	if err != nil {
		return fmt.Errorf("draw the chart: %w", err)
	}
	return errors.Join(summary.WriteChart(file), file.Close())
}

// failures is an error if a run of one of the systems has failed. That a peer fails
// is part of the result.
func failures(outcome suite.Outcome, systems ...string) error {
	var failed []error
	for _, name := range systems {
		if err := outcome.Missing[name]; err != nil {
			failed = append(failed, err)
		}
	}
	for cell, err := range outcome.Failed {
		if slices.Contains(systems, cell.System) {
			failed = append(failed, fmt.Errorf("%s %s: %w", cell.System, cell.Workload, err))
		}
	}
	return errors.Join(failed...)
}

// choose returns the items that a comma-separated list names, in the order of
// all; an empty list names every one.
func choose[T any](kind, list string, all []T, name func(T) string) ([]T, error) {
	if list == "" {
		return all, nil
	}
	wanted := strings.Split(list, ",")
	var known []string
	var chosen []T
	for _, item := range all {
		known = append(known, name(item))
		if slices.Contains(wanted, name(item)) {
			chosen = append(chosen, item)
		}
	}
	for _, want := range wanted {
		if !slices.Contains(known, want) {
			return nil, fmt.Errorf("no %s %q, there are %s", kind, want, strings.Join(known, ", "))
		}
	}
	return chosen, nil
}
