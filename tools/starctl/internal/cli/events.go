package cli

import (
	"context"
	"encoding/json"
	"fmt"
	"io"

	"github.com/spf13/cobra"

	"github.com/starlang-go/starlang/remote/attach"
	"github.com/starlang-go/starlang/runtime/inspect"
)

func newEvents(o *options) *cobra.Command {
	follow, n, kinds := false, 0, []string(nil)
	cmd := &cobra.Command{
		Use: "events", Short: "Crashes, other failures, restarts and connections, the oldest first", Args: none,
		RunE: func(cmd *cobra.Command, _ []string) error {
			ctx, cancel := context.WithTimeout(cmd.Context(), o.timeout)
			defer cancel()
			conn, err := o.dial(ctx)
			if err != nil {
				return asFailure(err)
			}
			defer conn.Close()
			q := inspect.Events{N: n}
			for _, k := range kinds {
				q.Kinds = append(q.Kinds, inspect.EventKind(k))
			}
			if follow {
				return followEvents(cmd, conn, q, o.output)
			}
			list, err := conn.Events(ctx, q)
			if err != nil {
				return failed{err}
			}
			a := answer{all: list, list: list.Events}
			return a.print(cmd.OutOrStdout(), o.output, conn)
		},
	}
	cmd.Flags().BoolVarP(&follow, "follow", "f", false, "go on with what happens, until it is interrupted")
	cmd.Flags().IntVar(&n, "limit", 0, "how many of the last ones")
	cmd.Flags().StringSliceVar(&kinds, "kinds", nil, "only crash, exit, restart, nodeup or nodedown")
	return cmd
}

func followEvents(cmd *cobra.Command, conn *attach.Conn, q inspect.Events, output string) error {
	begun := false
	err := conn.FollowEvents(cmd.Context(), q, func(l inspect.EventList) error {
		if begun && l.Lost > 0 {
			fmt.Fprintf(cmd.ErrOrStderr(), "%d events are not shown\n", l.Lost)
		}
		begun = true
		return printHappened(cmd.OutOrStdout(), output, l.Events)
	})
	if cmd.Context().Err() != nil {
		return nil // that is how it ends
	}
	return failed{err}
}

// printHappened writes a line for each event, as JSON or for people.
func printHappened(w io.Writer, output string, events []inspect.Event) error {
	j := json.NewEncoder(w)
	j.SetEscapeHTML(false)
	for _, v := range events {
		err := error(nil)
		if output == "table" {
			_, err = fmt.Fprintln(w, printable(happenedLine(v)))
		} else {
			err = j.Encode(v)
		}
		if err != nil {
			return err
		}
	}
	return nil
}

func happenedLine(v inspect.Event) string {
	line := fmt.Sprintf("%s %s", v.At.Local().Format("15:04:05.000"), v.Kind)
	if !v.PID.IsZero() {
		line += " " + v.PID.String()
	}
	for _, more := range []string{v.Name, v.Reason} {
		if more != "" {
			line += " " + more
		}
	}
	return line
}
