package cli

import (
	"context"
	"fmt"
	"os"
	"strings"
	"time"

	"github.com/spf13/cobra"

	"github.com/starlang-go/starlang/remote/attach"
	"github.com/starlang-go/starlang/runtime/inspect"
)

// saved is what is said of a file that was written.
type saved struct {
	File  string    `json:"file"`
	Bytes int       `json:"bytes"`
	At    time.Time `json:"at"`
	Why   string    `json:"why,omitempty"` // of a flight recording
	Look  string    `json:"look"`          // the command that shows it
}

// save writes what a node has told. Nobody else may read it.
func save(file string, data []byte, s saved) (answer, error) {
	if err := os.WriteFile(file, data, 0o600); err != nil {
		return answer{}, err
	}
	s.File, s.Bytes = file, len(data)
	return answer{all: s}, nil
}

// longer runs a command that takes d on the node, in addition to the timeout.
func (o *options) longer(cmd *cobra.Command, d time.Duration, ask func(ctx context.Context, c *attach.Conn) (answer, error)) error {
	ctx, cancel := context.WithTimeout(cmd.Context(), o.timeout+d)
	defer cancel()
	conn, err := o.dial(ctx)
	if err != nil {
		return asFailure(err)
	}
	defer conn.Close()
	a, err := ask(ctx, conn)
	if err == nil {
		err = a.print(cmd.OutOrStdout(), o.output, conn)
	}
	if err != nil {
		return failed{err}
	}
	return nil
}

func newProfile(o *options) *cobra.Command {
	q, by, file := inspect.Profile{}, "", ""
	cmd := &cobra.Command{
		Use: "profile cpu|heap|goroutine", Short: "Where the program's time, memory or goroutines are",
		Long:      "Where the program's time, memory or goroutines are: by function, or by process or type, for which the node needs runtime.Config.ProfileLabels.",
		Args:      cobra.MatchAll(one, cobra.OnlyValidArgs),
		ValidArgs: []string{string(inspect.ProfileCPU), string(inspect.ProfileHeap), string(inspect.ProfileGoroutine)},
		RunE: func(cmd *cobra.Command, args []string) error {
			q.Kind, q.By = inspect.ProfileKind(args[0]), inspect.ProfileBy(by)
			if err := checkProfile(q, file); err != nil {
				return usageError{err}
			}
			return o.longer(cmd, q.For, func(ctx context.Context, c *attach.Conn) (answer, error) {
				d, err := c.Profile(ctx, q)
				switch {
				case err != nil:
					return answer{}, err
				case file != "":
					return save(file, d.Data, saved{At: time.Now(), Look: "go tool pprof " + file})
				case by != "":
					return answer{all: d, list: sharesOf(d), note: fmt.Sprintf("%s %s in all", quantity(d.Total, d.Unit), q.Kind)}, nil
				}
				return functionsOf(d, q.N)
			})
		},
	}
	cmd.Flags().StringVar(&by, "by", "", "process or type")
	cmd.Flags().DurationVar(&q.For, "for", 5*time.Second, "how long to look at the processor, at most 30s")
	cmd.Flags().IntVar(&q.N, "limit", 20, "how many lines at most")
	cmd.Flags().StringVar(&file, "file", "", "write the profile to this file, for go tool pprof")
	return cmd
}

// shareRow is a share as a line of a table.
type shareRow struct {
	PID     string  `json:"pid"`
	Name    string  `json:"name"`
	Value   string  `json:"value"`
	Percent float64 `json:"percent"`
	Type    string  `json:"type"`
}

func sharesOf(d inspect.ProfileData) []shareRow {
	rows := []shareRow{}
	for _, s := range d.Shares {
		if s.Type == "" {
			s.Type = "(no process)"
		}
		rows = append(rows, shareRow{s.PID, s.Name, quantity(s.Value, d.Unit), s.Percent, lastPart(s.Type)})
	}
	return rows
}

// lastPart returns the name of a function without the path of its package.
func lastPart(function string) string {
	name, _, _ := strings.Cut(function, " (")
	return function[strings.LastIndexByte(name, '/')+1:]
}

// checkProfile returns what is wrong with a question.
func checkProfile(q inspect.Profile, file string) error {
	switch {
	case q.By != "" && q.By != inspect.ByProcess && q.By != inspect.ByType:
		return fmt.Errorf("a profile is by process or type, not by %q", q.By)
	case q.By != "" && q.Kind == inspect.ProfileHeap:
		return fmt.Errorf("whose memory is whose is not known: there is no heap profile --by %s", q.By)
	case q.By != "" && file != "":
		return fmt.Errorf("a file has the whole profile: leave out --by")
	case q.For <= 0 || q.N <= 0:
		return fmt.Errorf("--for and --limit have to be positive")
	}
	return nil
}

func newFlight(o *options) *cobra.Command {
	q, file := inspect.Flight{}, ""
	cmd := &cobra.Command{
		Use: "flight", Short: "Record what the program's goroutines do, for go tool trace, at most once a minute", Args: none,
		RunE: func(cmd *cobra.Command, _ []string) error {
			if q.For <= 0 {
				return usageError{fmt.Errorf("--for has to be positive")}
			}
			return o.longer(cmd, q.For, func(ctx context.Context, c *attach.Conn) (answer, error) {
				d, err := c.Flight(ctx, q)
				if err != nil {
					return answer{}, err
				}
				return save(file, d.Data, saved{At: d.At, Why: d.Why, Look: "go tool trace " + file})
			})
		},
	}
	cmd.Flags().DurationVar(&q.For, "for", time.Second, "how long to record, if the node does not do so all the time; at most 10s")
	cmd.Flags().BoolVar(&q.Last, "last", false, "what was recorded last, for somebody or by an alarm")
	cmd.Flags().StringVar(&file, "file", "flight.trace", "the file to write")
	return cmd
}
