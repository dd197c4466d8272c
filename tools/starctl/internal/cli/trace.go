package cli

import (
	"encoding/json"
	"errors"
	"fmt"
	"io"
	"strconv"
	"strings"
	"time"

	"github.com/spf13/cobra"

	"github.com/starlang-go/starlang/runtime/inspect"
)

func newTrace(o *options) *cobra.Command {
	limit, q := "", inspect.Trace{}
	cmd := &cobra.Command{
		Use: "trace [TARGET...]", Short: "What processes do, from now on: send, receive, call, spawn, end", Args: cobra.ArbitraryArgs,
		ValidArgsFunction: o.completeName,
		RunE: func(cmd *cobra.Command, args []string) (err error) {
			if q.Limit, q.Per, err = parseLimit(limit); err != nil {
				return usageError{err}
			}
			if len(args)+len(q.Names) == 0 && !q.New {
				return usageError{errors.New("a trace of what? Give targets, --name or --new")}
			}
			conn, err := o.dial(cmd.Context())
			if err != nil {
				return asFailure(err)
			}
			defer conn.Close()
			q.Targets = args
			lost, missed := uint64(0), uint64(0)
			err = conn.Trace(cmd.Context(), q, func(e inspect.TraceEvents) error {
				lost, missed = e.Lost, e.Missed
				return printEvents(cmd.OutOrStdout(), o.output, e)
			})
			if lost > 0 {
				fmt.Fprintf(cmd.ErrOrStderr(), "%d more events are not shown\n", lost)
			}
			if missed > 0 {
				fmt.Fprintf(cmd.ErrOrStderr(), "%d new processes are not traced: too many at once\n", missed)
			}
			if err != nil {
				return failed{err}
			}
			return nil
		},
	}
	cmd.Flags().StringSliceVar(&q.Names, "name", nil, "whoever has the name, now or later")
	cmd.Flags().BoolVar(&q.New, "new", false, "also the processes that are spawned from now on")
	cmd.Flags().StringSliceVar(&q.Kinds, "kinds", nil, "only sent, received, dropped, called, started, spawned, linked, unlinked or exited")
	cmd.Flags().StringVar(&q.Type, "type", "", "of messages only those of this type")
	cmd.Flags().StringVar(&limit, "limit", "100", "how many events to show, or at which rate: 100, 10/s")
	cmd.Flags().DurationVar(&q.For, "for", time.Minute, "for how long, at most 10m")
	return cmd
}

// parseLimit parses n, n/s or n/duration.
func parseLimit(s string) (n int, per time.Duration, err error) {
	number, unit, rate := strings.Cut(s, "/")
	n, err = strconv.Atoi(number)
	if err == nil && rate {
		if unit == "s" || unit == "m" || unit == "h" {
			unit = "1" + unit
		}
		per, err = time.ParseDuration(unit)
	}
	if err != nil || n <= 0 || rate && per <= 0 {
		return 0, 0, errors.New("a limit is 100 or 10/s, not " + strconv.Quote(s))
	}
	return n, per, nil
}

func printEvents(w io.Writer, output string, e inspect.TraceEvents) error {
	j := json.NewEncoder(w)
	j.SetEscapeHTML(false)
	for _, v := range e.Events {
		err := error(nil)
		if output == "table" {
			_, err = fmt.Fprintln(w, printable(eventLine(v)))
		} else {
			err = j.Encode(v)
		}
		if err != nil {
			return err
		}
	}
	return nil
}

func eventLine(v inspect.TraceEvent) string {
	line := fmt.Sprintf("%s %s %s", v.At.Local().Format("15:04:05.000000"), v.PID, v.Kind)
	for _, more := range []string{v.Type, v.Reason} {
		if more != "" {
			line += " " + more
		}
	}
	switch {
	case v.To == "":
	case v.Kind == inspect.TraceStarted:
		line += " by " + v.To
	case v.Kind == inspect.TraceSpawned:
		line += " as " + v.To
	default:
		line += " to " + v.To
	}
	if v.Waited > 0 {
		line += " after " + v.Waited.String()
	}
	return line
}
