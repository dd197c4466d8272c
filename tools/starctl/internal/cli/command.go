package cli

import (
	"context"
	"errors"

	"github.com/spf13/cobra"

	"github.com/starlang-go/starlang/remote/attach"
	"github.com/starlang-go/starlang/runtime/inspect"
)

// command is a question that is asked once.
type command struct {
	use, short string
	args       cobra.PositionalArgs
	targets    bool // its first argument is completed with live names
	flags      func(cmd *cobra.Command, f *flags)
	ask        func(ctx context.Context, c *attach.Conn, args []string, f *flags) (answer, error)
}

// flags are those of all commands; each declares the ones that it takes.
type flags struct {
	n, depth, after int
	by              string
	filter          inspect.Filter
	prefix, reason  string
	last, owner     string
	cycles, mermaid bool
	unsafe, each    bool
}

// answer is what to print: all of it as JSON, or as lines.
type answer struct {
	all  any
	list any    // a slice; nil: there is none
	text string // in place of a table
	note string // before a table
	then error  // what to return once it is printed
}

func (c command) build(o *options) *cobra.Command {
	f := new(flags)
	cmd := &cobra.Command{
		Use: c.use, Short: c.short, Args: c.args,
		RunE: func(cmd *cobra.Command, args []string) error {
			ctx, cancel := context.WithTimeout(cmd.Context(), o.timeout)
			defer cancel()
			conn, err := o.dial(ctx)
			if err != nil {
				return asFailure(err)
			}
			defer conn.Close()
			a, err := c.ask(ctx, conn, args, f)
			if err != nil {
				return asFailure(err)
			}
			if err := a.print(cmd.OutOrStdout(), o.output, conn); err != nil {
				return failed{err}
			}
			return a.then
		},
	}
	if c.flags != nil {
		c.flags(cmd, f)
	}
	if c.targets {
		cmd.ValidArgsFunction = o.completeName
	}
	return cmd
}

func asFailure(err error) error {
	var u usageError
	if errors.As(err, &u) {
		return err
	}
	return failed{err}
}

// completeName completes a registered name by asking the node.
func (o *options) completeName(cmd *cobra.Command, args []string, begun string) ([]string, cobra.ShellCompDirective) {
	const none = cobra.ShellCompDirectiveNoFileComp
	if len(args) > 0 {
		return nil, none
	}
	ctx, cancel := context.WithTimeout(cmd.Context(), o.timeout)
	defer cancel()
	conn, err := o.dial(ctx)
	if err != nil {
		return nil, none
	}
	defer conn.Close()
	list, _ := conn.Names(ctx, inspect.Names{Prefix: begun})
	var names []string
	for _, n := range list.Names {
		names = append(names, n.Name)
	}
	return names, none
}
