package cli

import (
	"context"
	"time"

	"github.com/spf13/cobra"

	"github.com/starlang-go/starlang/runtime/inspect"
	"github.com/starlang-go/starlang/tools/starctl/internal/live"
)

func newTop(o *options) *cobra.Command {
	f := new(flags)
	once, window := false, time.Duration(0)
	top := inspect.Top{}
	cmd := &cobra.Command{
		Use: "top", Short: "The processes that come first, on a live screen", Args: none,
		RunE: func(cmd *cobra.Command, _ []string) error {
			top.By, top.N, top.Filter, top.Window = inspect.Order(f.by), f.n, f.filter, window
			ctx, cancel := context.WithTimeout(cmd.Context(), o.timeout+window)
			defer cancel()
			conn, err := o.dial(ctx)
			if err != nil {
				return asFailure(err)
			}
			defer conn.Close()
			if !once && o.output == "table" {
				if err := live.Top(cmd.Context(), cmd.InOrStdin(), cmd.OutOrStdout(), conn.Node(), conn.Top, top); err != nil {
					return failed{err}
				}
				return nil
			}
			a, err := rows(conn.Top(ctx, top))
			if err != nil {
				return failed{err}
			}
			return a.print(cmd.OutOrStdout(), o.output, conn)
		},
	}
	takesN(cmd, f)
	filterFlags(cmd, f)
	cmd.Flags().StringVar(&f.by, "by", string(inspect.ByQueue), "queue, received, rate, growth, age or pid")
	cmd.Flags().DurationVar(&window, "window", 0, "for how long to look at rates")
	cmd.Flags().BoolVar(&once, "once", false, "print it once, for scripts")
	return cmd
}
