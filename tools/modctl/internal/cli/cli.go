// Package cli is modctl's command line.
package cli

import (
	"context"
	"errors"
	"flag"
	"fmt"
	"io"
	"slices"

	"github.com/starlang-go/starlang/tools/modctl/internal/workspace"
)

// Exit statuses.
const (
	OK     = 0
	Failed = 1 // something is wrong, or could not be done
	Usage  = 2 // the command line was not understood
)

const usage = `modctl keeps the books of the repository's modules. All of it follows from
versions.json at the root.

usage: go run ./tools/modctl COMMAND

  check              report whatever disagrees with versions.json
  fix                make go.work and the go.mod files agree with it
  list               print the modules of go.work, lower layers first
       -satellites   those that are published but not in go.work
       -outside      those that are not published
  changed [-base R]  print the modules that changed since the branch left R (main), and
                     those that depend on them
  consumer           publish all modules into a directory and build a program on each alone
  tag [-apply]       print the tags that are due, or create them
  help               print this
`

// errFindings says that a command has printed what is wrong.
var errFindings = errors.New("findings")

// errUsage says that the command line was not understood, and that the user has
// been told so.
var errUsage = errors.New("usage")

// app is one run of modctl.
type app struct {
	ws             *workspace.Workspace
	stdout, stderr io.Writer
}

// commands have their flags still in front of them.
var commands = map[string]func(*app, context.Context, []string) error{
	"check":    (*app).check,
	"fix":      (*app).fix,
	"list":     (*app).list,
	"changed":  (*app).changed,
	"consumer": (*app).consumer,
	"tag":      (*app).tag,
}

// Run carries a command line out, for the repository that dir is in, and returns
// the exit status.
func Run(ctx context.Context, dir string, args []string, stdout, stderr io.Writer) int {
	if len(args) > 0 && slices.Contains([]string{"help", "-h", "-help", "--help"}, args[0]) {
		fmt.Fprint(stdout, usage)
		return OK
	}
	if len(args) == 0 || commands[args[0]] == nil {
		fmt.Fprint(stderr, usage)
		return Usage
	}
	a := &app{stdout: stdout, stderr: stderr}
	err := a.open(dir)
	if err == nil {
		err = commands[args[0]](a, ctx, args[1:])
	}
	switch {
	case err == nil:
		return OK
	case errors.Is(err, errUsage):
		return Usage
	case !errors.Is(err, errFindings):
		fmt.Fprintf(stderr, "modctl %s: %v\n", args[0], err)
	}
	return Failed
}

func (a *app) open(dir string) error {
	root, err := workspace.FindRoot(dir)
	if err != nil {
		return err
	}
	a.ws, err = workspace.Load(root)
	return err
}

// flags parses the flags of a command; none takes other arguments.
func (a *app) flags(name string, args []string, define func(*flag.FlagSet)) error {
	set := flag.NewFlagSet("modctl "+name, flag.ContinueOnError)
	set.SetOutput(a.stderr)
	define(set)
	if err := set.Parse(args); err != nil {
		return errUsage
	}
	if set.NArg() > 0 {
		fmt.Fprintf(a.stderr, "modctl %s: unexpected argument %q\n", name, set.Arg(0))
		return errUsage
	}
	return nil
}

// noFlags refuses whatever follows a command that takes no flags.
func (a *app) noFlags(name string, args []string) error {
	return a.flags(name, args, func(*flag.FlagSet) {})
}
