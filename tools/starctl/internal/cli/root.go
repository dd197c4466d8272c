// Package cli is the command line of starctl.
package cli

import (
	"cmp"
	"context"
	"errors"
	"fmt"
	"io"
	"os"
	"time"

	"github.com/spf13/cobra"

	"github.com/starlang-go/starlang/remote/attach"
)

// options are what all commands take.
type options struct {
	node           string
	cookieFile     string
	observerCookie string
	output         string
	timeout        time.Duration
}

// Run runs a command line and returns the exit code.
func Run(ctx context.Context, args []string, in io.Reader, out, errOut io.Writer) int {
	root := newRoot()
	root.SetArgs(args)
	root.SetIn(in)
	root.SetOut(out)
	root.SetErr(errOut)
	err := root.ExecuteContext(ctx)
	code := exitCode(err)
	var quiet *alarmed
	if err != nil && !errors.As(err, &quiet) {
		fmt.Fprintln(errOut, "starctl:", err)
	}
	if code == exitUsage {
		fmt.Fprintln(errOut, "see starctl --help")
	}
	return code
}

func newRoot() *cobra.Command {
	o := new(options)
	root := &cobra.Command{
		Use: "starctl", Short: "Look at running nodes of Starlang, and steer them",
		Long: "Look at running nodes of Starlang, and steer them.\n\n" +
			"A target is a registered name, a PID, or the number in a PID of the node.\n" +
			"Exit codes: 0 ok, 1 refused or failed, 2 usage, 3 not found, 4 unreachable, 5 an alarm is active.",
		SilenceUsage: true, SilenceErrors: true,
	}
	f := root.PersistentFlags()
	f.StringVarP(&o.node, "node", "n", os.Getenv("STARLANG_NODE"), "the node, part@host:port")
	f.StringVar(&o.cookieFile, "cookie-file", "", "file with the network's cookie (default $STARLANG_COOKIE_FILE, else ~/.starlang.cookie)")
	f.StringVar(&o.observerCookie, "observer-cookie-file", "", "file with the observers' cookie, with which one can only look (default $STARLANG_OBSERVER_COOKIE_FILE)")
	f.StringVarP(&o.output, "output", "o", "table", "table, json or jsonl")
	f.DurationVar(&o.timeout, "timeout", 5*time.Second, "how long to wait for the node")
	for _, c := range commands {
		root.AddCommand(c.build(o))
	}
	root.AddCommand(newTop(o), newTrace(o), newEvents(o), newAlarms(o), newProfile(o), newFlight(o), newObserve(o), newCluster(o))
	return root
}

// check returns what is wrong with the options.
func (o *options) check() error {
	switch {
	case o.node == "":
		return usageError{errors.New("which node? Give -n part@host:port")}
	case o.output != "table" && o.output != "json" && o.output != "jsonl":
		return usageError{fmt.Errorf("unknown output %q", o.output)}
	case o.timeout <= 0:
		return usageError{errors.New("the timeout is not positive")}
	}
	return nil
}

// dial attaches to the node.
func (o *options) dial(ctx context.Context) (*attach.Conn, error) {
	if err := o.check(); err != nil {
		return nil, err
	}
	var cfg attach.Config
	var err error
	if file := cmp.Or(o.observerCookie, os.Getenv("STARLANG_OBSERVER_COOKIE_FILE")); file != "" {
		cfg.ObserverCookie, err = readCookie(file)
	} else {
		cfg.Cookie, err = o.cookie()
	}
	if err != nil {
		return nil, err
	}
	c, err := attach.Dial(ctx, o.node, cfg)
	if err != nil {
		return nil, unreachable{err}
	}
	return c, nil
}
