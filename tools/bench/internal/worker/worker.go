package worker

import (
	"encoding/json"
	"fmt"
	"maps"
	"os"
	"slices"
	"strconv"
)

// A Workload does n operations, checks that all of them happened, and says
// what they cost. Setting up and checking are not part of the cost.
type Workload func(n int) (Result, error)

// A Program is one system under test.
type Program struct {
	// Workloads are the measurements that the system can do, by name.
	Workloads map[string]Workload
	// Node is the far side of the remote workloads: it runs in a process of its
	// own until its standard input is closed. Nil for a system without one.
	Node func(args []string) error
}

// Main runs the program as its command line says and never returns.
func Main(p Program) {
	if err := p.run(os.Args[1:]); err != nil {
		fmt.Fprintln(os.Stderr, err)
		os.Exit(1)
	}
	os.Exit(0)
}

func (p Program) run(args []string) error {
	switch {
	case len(args) == 1 && args[0] == "list":
		for _, name := range slices.Sorted(maps.Keys(p.Workloads)) {
			fmt.Println(name)
		}
		return nil
	case len(args) > 0 && args[0] == "node" && p.Node != nil:
		deepStacks()
		return p.Node(args[1:])
	case len(args) == 2:
		return p.measure(args[0], args[1])
	}
	return fmt.Errorf("usage: worker list | WORKLOAD N")
}

func (p Program) measure(name, count string) error {
	workload, ok := p.Workloads[name]
	if !ok {
		return fmt.Errorf("no workload %q here", name)
	}
	n, err := strconv.Atoi(count)
	if err != nil || n < 1 {
		return fmt.Errorf("n is %q, want a positive number", count)
	}
	deepStacks()
	result, err := workload(n)
	if err != nil {
		return fmt.Errorf("%s: %w", name, err)
	}
	return json.NewEncoder(os.Stdout).Encode(result)
}
