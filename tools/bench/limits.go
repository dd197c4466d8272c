package main

import (
	"context"
	"errors"
	"fmt"
	"io"
	"os"

	"github.com/starlang-go/starlang/tools/bench/internal/limit"
	"github.com/starlang-go/starlang/tools/bench/internal/suite"
)

// allocationsFile has what each workload may allocate.
const allocationsFile = "allocations.txt"

// recordScale is the part of a workload's operations after which allocations for one
// operation change no more.
const recordScale = 0.05

// recordAllocations writes what the workloads allocate now.
func (o options) recordAllocations(ctx context.Context, workloads []suite.Workload, stderr io.Writer) error {
	ours := suite.System{Name: suite.Starlang}
	o.scale *= recordScale
	outcome, err := o.measure(ctx, suite.Config{Systems: []suite.System{ours}, Workloads: workloads}, io.Discard, stderr)
	if err := errors.Join(err, failures(outcome, suite.Starlang)); err != nil {
		return err
	}
	file, err := os.Create(allocationsFile)
	if err != nil {
		return fmt.Errorf("write the table of allocations: %w", err)
	}
	return errors.Join(limit.Write(file, limit.New(workloads, outcome.Samples)), file.Close())
}

// checkAllocations is an error if a workload allocates more than the table says, or if it is not
// in the table.
func (o options) checkAllocations(ctx context.Context, workloads []suite.Workload, stdout, stderr io.Writer) error {
	file, err := os.Open(allocationsFile)
	if err != nil {
		return fmt.Errorf("read the table of allocations: %w", err)
	}
	defer func() { _ = file.Close() }()
	all, err := limit.Read(file)
	if err != nil {
		return err
	}
	rows, err := chosenRows(all, workloads)
	if err != nil {
		return err
	}
	ours := suite.System{Name: suite.Starlang, N: map[string]int{}}
	for _, row := range rows {
		ours.N[row.Workload] = row.N
	}
	outcome, err := o.measure(ctx, suite.Config{Systems: []suite.System{ours}, Workloads: workloads}, io.Discard, stderr)
	if err := errors.Join(err, failures(outcome, suite.Starlang)); err != nil {
		return err
	}
	if err := limit.Check(rows, outcome.Samples); err != nil {
		return fmt.Errorf("%w\nif that is right, write the table anew: -record", err)
	}
	_, err = fmt.Fprintf(stdout, "%d workloads allocate no more than %s says\n", len(rows), allocationsFile)
	return err
}

// chosenRows are the rows of the workloads. It is an error if one has none.
func chosenRows(rows []limit.Row, workloads []suite.Workload) ([]limit.Row, error) {
	var chosen []limit.Row
	for _, w := range workloads {
		found := false
		for _, row := range rows {
			if row.Workload == w.Name {
				chosen, found = append(chosen, row), true
			}
		}
		if !found {
			return nil, fmt.Errorf("%s does not have workload %s: write it anew, -record", allocationsFile, w.Name)
		}
	}
	return chosen, nil
}
