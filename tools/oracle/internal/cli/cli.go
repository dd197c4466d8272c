// Package cli is oracle's command line.
package cli

import (
	"bufio"
	"errors"
	"flag"
	"fmt"
	"io"
	"slices"

	"github.com/starlang-go/starlang/tools/oracle/internal/canon"
	"github.com/starlang-go/starlang/tools/oracle/internal/scenario"
	"github.com/starlang-go/starlang/tools/oracle/internal/world"
)

// Exit statuses.
const (
	OK     = 0
	Failed = 1 // results differ, or something could not be done
	Usage  = 2 // the command line was not understood
)

const usage = `oracle runs scenarios about links, monitors, exit signals, names and timers with
processes of module runtime, and compares the results with those of Erlang/OTP.

usage: go run ./tools/oracle COMMAND

  run [-nodes N] SCENARIOS    print the result of each scenario, one a line
  check [-nodes N] [-repeat N] SCENARIOS EXPECTED
                              compare the results with recorded ones, N times over, and show
                              the first difference of each scenario
  live [-count N] [-seed S] [-keep NAME]
                              compare N random scenarios of servers, state machines and
                              applications with the Erlang that is installed, and keep them
                              as NAME.jsonl and NAME.expected.jsonl
  help                        print this

With -nodes 2 the processes of each scenario are spread over two nodes that talk over
TCP. A scenario that cannot be spread is skipped: run says why, check counts it.

Files are JSON Lines; tools/oracle/suite/README.md says what is in them. The exit
status is 0 if all is well, 1 if not, 2 if the command line was not understood.
`

// errUsage says that the command line was not understood, and that the user has
// been told so.
var errUsage = errors.New("usage")

// errDiffer says that results differ, and that the user has been told so.
var errDiffer = errors.New("differ")

// app is one run of the command.
type app struct {
	stdout *bufio.Writer
	stderr io.Writer
	spread world.Spread
}

var commands = map[string]func(*app, []string) error{
	"run":   (*app).run,
	"check": (*app).check,
	"live":  (*app).live,
}

// Run carries a command line out and returns the exit status.
func Run(args []string, stdout, stderr io.Writer) int {
	if len(args) > 0 && slices.Contains([]string{"help", "-h", "-help", "--help"}, args[0]) {
		fmt.Fprint(stdout, usage)
		return OK
	}
	if len(args) == 0 || commands[args[0]] == nil {
		fmt.Fprint(stderr, usage)
		return Usage
	}
	a := &app{bufio.NewWriter(stdout), stderr, world.OneNode}
	err := commands[args[0]](a, args[1:])
	err = errors.Join(err, a.stdout.Flush())
	switch {
	case err == nil:
		return OK
	case errors.Is(err, errUsage):
		return Usage
	case !errors.Is(err, errDiffer):
		fmt.Fprintf(stderr, "oracle %s: %v\n", args[0], err)
	}
	return Failed
}

// files parses the flags of a command and returns the names of its files.
func (a *app) files(command string, args []string, want int, define func(*flag.FlagSet)) ([]string, error) {
	set := flag.NewFlagSet("oracle "+command, flag.ContinueOnError)
	set.SetOutput(a.stderr)
	set.Usage = func() { fmt.Fprint(a.stderr, usage) }
	define(set)
	nodes := set.Int("nodes", 1, "over how many nodes to spread the processes")
	if err := set.Parse(args); err != nil {
		return nil, errUsage
	}
	if *nodes < int(world.OneNode) || *nodes > int(world.TwoNodes) {
		fmt.Fprintf(a.stderr, "oracle %s: -nodes must be 1 or 2, not %d\n", command, *nodes)
		return nil, errUsage
	}
	a.spread = world.Spread(*nodes)
	if set.NArg() != want {
		fmt.Fprintf(a.stderr, "oracle %s: got %d files, need %d\n%s", command, set.NArg(), want, usage)
		return nil, errUsage
	}
	return set.Args(), nil
}

// run prints the results of the scenarios in a file.
func (a *app) run(args []string) error {
	files, err := a.files("run", args, 1, func(*flag.FlagSet) {})
	if err != nil {
		return err
	}
	scenarios, err := scenario.Read(files[0])
	if err != nil {
		return err
	}
	for o := range world.All(scenarios, a.spread) {
		if o.Err != nil {
			return locate(files[0], o)
		}
		if _, err := a.stdout.Write(append(canon.Append(nil, o.Result), '\n')); err != nil {
			return err
		}
	}
	return nil
}

// locate says where the scenario stands that could not be carried out.
func locate(file string, o world.Outcome) error {
	return fmt.Errorf("%s:%d: scenario %q: %w", file, o.Scenario.Line, o.Scenario.Name, o.Err)
}
