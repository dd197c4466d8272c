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

func newAlarms(o *options) *cobra.Command {
	follow := false
	cmd := &cobra.Command{
		Use: "alarms", Short: "What is wrong; exits with 5 if something is", Args: none,
		RunE: func(cmd *cobra.Command, _ []string) error {
			ctx, cancel := context.WithTimeout(cmd.Context(), o.timeout)
			defer cancel()
			conn, err := o.dial(ctx)
			if err != nil {
				return asFailure(err)
			}
			defer conn.Close()
			if follow {
				return followAlarms(cmd, conn, o.output)
			}
			list, err := conn.Alarms(ctx, inspect.Alarms{})
			if err != nil {
				return failed{err}
			}
			a := answer{all: list, list: list.Active}
			if err := a.print(cmd.OutOrStdout(), o.output, conn); err != nil {
				return failed{err}
			}
			if len(list.Active) > 0 {
				return &alarmed{}
			}
			return nil
		},
	}
	cmd.Flags().BoolVarP(&follow, "follow", "f", false, "go on with what begins and ends, until it is interrupted; exits with 5 if something is wrong then")
	return cmd
}

// followAlarms prints first what is wrong, and then each begin and end.
func followAlarms(cmd *cobra.Command, conn *attach.Conn, output string) error {
	active, begun := 0, false
	err := conn.FollowAlarms(cmd.Context(), func(l inspect.AlarmList) error {
		changes := l.Changes
		if !begun { // what came before is history
			changes = nil
			for _, a := range l.Active {
				changes = append(changes, inspect.AlarmChange{At: a.Since, On: true, Alarm: a})
			}
		}
		active, begun = len(l.Active), true
		return printChanges(cmd.OutOrStdout(), output, changes)
	})
	switch {
	case cmd.Context().Err() == nil:
		return failed{err}
	case active > 0:
		return &alarmed{}
	}
	return nil // that is how it ends
}

func printChanges(w io.Writer, output string, changes []inspect.AlarmChange) error {
	j := json.NewEncoder(w)
	j.SetEscapeHTML(false)
	for _, c := range changes {
		err := error(nil)
		if output == "table" {
			_, err = fmt.Fprintln(w, printable(changeLine(c)))
		} else {
			err = j.Encode(c)
		}
		if err != nil {
			return err
		}
	}
	return nil
}

func changeLine(c inspect.AlarmChange) string {
	what := "ends"
	if c.On {
		what = "begins"
	}
	line := fmt.Sprintf("%s %s %s", c.At.Local().Format("15:04:05"), c.Kind, what)
	for _, more := range []string{c.Subject, c.Name} {
		if more != "" {
			line += " " + more
		}
	}
	return line + fmt.Sprintf(" (%.4g)", c.Value)
}
