package cli

import (
	"context"
	"fmt"
	"time"

	"github.com/spf13/cobra"

	"github.com/starlang-go/starlang/remote/attach"
	"github.com/starlang-go/starlang/runtime/inspect"
)

var (
	none = cobra.NoArgs
	one  = cobra.ExactArgs(1)
	two  = cobra.ExactArgs(2)
)

func takesN(cmd *cobra.Command, f *flags) {
	cmd.Flags().IntVar(&f.n, "limit", 0, "how many at most")
}

var commands = []command{
	{use: "ps [TEXT]", short: "Processes, by PID, or those that a text means", args: cobra.MaximumNArgs(1), targets: true,
		flags: func(cmd *cobra.Command, f *flags) { takesN(cmd, f); filterFlags(cmd, f) },
		ask: func(ctx context.Context, c *attach.Conn, args []string, f *flags) (answer, error) {
			if len(args) == 1 {
				return rows(c.Find(ctx, inspect.Find{Text: args[0], N: f.n}))
			}
			return rows(c.Top(ctx, inspect.Top{By: inspect.ByPID, N: f.n, Filter: f.filter}))
		}},
	{use: "roots", short: "Supervisors that no other supervisor has started", args: none, flags: takesN,
		ask: func(ctx context.Context, c *attach.Conn, _ []string, f *flags) (answer, error) {
			return rows(c.Roots(ctx, inspect.Roots{N: f.n}))
		}},
	{use: "tree [SUPERVISOR]", short: "What is below a supervisor, or all of them", args: cobra.MaximumNArgs(1), targets: true,
		flags: func(cmd *cobra.Command, f *flags) {
			cmd.Flags().IntVar(&f.depth, "depth", 0, "how deep to look (default 3)")
			cmd.Flags().IntVar(&f.after, "after", 0, "how many children of the first supervisor to leave out")
			cmd.Flags().BoolVar(&f.mermaid, "mermaid", false, "as a Mermaid flowchart")
		}, ask: tree},
	{use: "apps", short: "Applications, and how they do", args: none,
		ask: func(ctx context.Context, c *attach.Conn, _ []string, _ *flags) (answer, error) {
			l, err := c.Apps(ctx)
			return answer{all: l, list: l.Apps}, err
		}},
	{use: "info TARGET", short: "All that there is to see of a process", args: one, targets: true,
		ask: func(ctx context.Context, c *attach.Conn, args []string, _ *flags) (answer, error) {
			i, err := c.Process(ctx, args[0])
			return answer{all: i}, err
		}},
	{use: "state TARGET", short: "The state of a server: what its FormatState shows, or its types", args: one, targets: true,
		flags: func(cmd *cobra.Command, f *flags) {
			cmd.Flags().BoolVar(&f.unsafe, "unsafe", false, "all that it holds, also what is secret (needs the network's cookie)")
		},
		ask: func(ctx context.Context, c *attach.Conn, args []string, f *flags) (answer, error) {
			if f.unsafe {
				return text(c.UnsafeState(ctx, args[0]))
			}
			return text(c.State(ctx, args[0]))
		}},
	{use: "mailbox TARGET", short: "Of which types the messages are that wait, at most 1,000 of them", args: one, targets: true, ask: mailbox},
	{use: "stack TARGET", short: "The stack of a process", args: one, targets: true,
		ask: func(ctx context.Context, c *attach.Conn, args []string, _ *flags) (answer, error) {
			return text(c.Stack(ctx, args[0]))
		}},
	{use: "stacks", short: "What the goroutines of all processes do, equal ones together", args: none,
		ask: func(ctx context.Context, c *attach.Conn, _ []string, _ *flags) (answer, error) {
			return text(c.Stacks(ctx))
		}},
	{use: "waits", short: "Who waits for whom", args: none,
		flags: func(cmd *cobra.Command, f *flags) {
			takesN(cmd, f)
			cmd.Flags().BoolVar(&f.cycles, "cycles", false, "only those that wait for each other, also across nodes")
		}, ask: waits},
	{use: "names", short: "Registered names", args: none,
		flags: func(cmd *cobra.Command, f *flags) {
			takesN(cmd, f)
			cmd.Flags().StringVar(&f.prefix, "prefix", "", "only those that begin so")
		},
		ask: func(ctx context.Context, c *attach.Conn, _ []string, f *flags) (answer, error) {
			l, err := c.Names(ctx, inspect.Names{Prefix: f.prefix, N: f.n})
			return answer{all: l, list: l.Names}, err
		}},
	{use: "nodes", short: "Connections to other nodes", args: none, flags: takesN, ask: nodes},
	{use: "conns", short: "The same as nodes", args: none, flags: takesN, ask: nodes},
	{use: "zombies", short: "Dead processes whose goroutines still run", args: none, flags: takesN,
		ask: func(ctx context.Context, c *attach.Conn, _ []string, f *flags) (answer, error) {
			l, err := c.Zombies(ctx, inspect.Zombies{N: f.n})
			return answer{all: l, list: l.Zombies}, err
		}},
	{use: "runtime", short: "Numbers of the node and its program", args: none,
		ask: func(ctx context.Context, c *attach.Conn, _ []string, _ *flags) (answer, error) {
			v, err := c.Runtime(ctx)
			return answer{all: v}, err
		}},
	{use: "crashes", short: "The last crashes, the newest first", args: none, flags: takesN,
		ask: func(ctx context.Context, c *attach.Conn, _ []string, f *flags) (answer, error) {
			l, err := c.Crashes(ctx, inspect.Crashes{N: f.n})
			return answer{all: l, list: l.Crashes}, err
		}},
	act(inspect.Kill, "kill TARGET", "Kill a process", one),
	act(inspect.Exit, "exit TARGET", "Send a process an exit signal", one),
	act(inspect.Suspend, "suspend TARGET", "Make a server handle nothing until it is resumed", one),
	act(inspect.Resume, "resume TARGET", "Make a suspended server go on", one),
	act(inspect.TerminateChild, "terminate SUPERVISOR CHILD", "Stop a child", two),
	act(inspect.RestartChild, "restart SUPERVISOR CHILD", "Stop a child, if it runs, and start it", two),
	act(inspect.Send, "send TARGET JSON", "Send a process a message", two),
	act(inspect.Call, "call TARGET JSON", "Call a process", two),
	act(inspect.SetLogLevel, "loglevel LEVEL", "Set the level of the node's log: debug, info, warn, error", one),
	act(inspect.GC, "gc", "Collect garbage and give memory back", none),
	act(inspect.Disconnect, "disconnect NODE", "End the connection with another node", one),
}

func filterFlags(cmd *cobra.Command, f *flags) {
	cmd.Flags().StringVar(&f.filter.Text, "filter", "", "part of the name, label or PID")
	cmd.Flags().StringVar(&f.filter.State, "state", "", "running, sleeping or exiting")
	cmd.Flags().StringVar(&f.filter.Behaviour, "behaviour", "", "process, server or supervisor")
	cmd.Flags().IntVar(&f.filter.MinQueue, "min-queue", 0, "only those with so many messages waiting")
}

func act(verb inspect.Verb, use, short string, args cobra.PositionalArgs) command {
	return command{use: use, short: short + " (needs the network's cookie)", args: args, targets: isForProcess(verb),
		flags: func(cmd *cobra.Command, f *flags) {
			if verb == inspect.Exit {
				cmd.Flags().StringVar(&f.reason, "reason", "shutdown", "the exit reason")
			}
		},
		ask: func(ctx context.Context, c *attach.Conn, args []string, f *flags) (answer, error) {
			a := inspect.Action{Do: verb, Reason: f.reason}
			if len(args) > 0 {
				a.Target = args[0]
			}
			if len(args) > 1 {
				a.Child, a.JSON = args[1], args[1]
			}
			done, err := c.Act(ctx, a)
			return answer{all: done}, err
		}}
}

func isForProcess(verb inspect.Verb) bool {
	return verb != inspect.Disconnect && verb != inspect.GC && verb != inspect.SetLogLevel
}

func mailbox(ctx context.Context, c *attach.Conn, args []string, _ *flags) (answer, error) {
	m, err := c.Peek(ctx, args[0])
	note := fmt.Sprintf("%s has %d messages; of the oldest %d:", name(m.Name, m.PID.String()), m.Queue, m.Looked)
	if m.Partial {
		note = fmt.Sprintf("%s has %d messages, through which it is looking; of %d others:", name(m.Name, m.PID.String()), m.Queue, m.Looked)
	}
	return answer{all: m, list: m.Types, note: note}, err
}

func rows(r inspect.Rows, err error) (answer, error) { return answer{all: r, list: r.Rows}, err }

func text(t inspect.Text, err error) (answer, error) { return answer{all: t, text: t.Text + "\n"}, err }

func nodes(ctx context.Context, c *attach.Conn, _ []string, f *flags) (answer, error) {
	l, err := c.Nodes(ctx, inspect.Nodes{N: f.n})
	return answer{all: l, list: l.Peers}, err
}

func waits(ctx context.Context, c *attach.Conn, _ []string, f *flags) (answer, error) {
	l, err := c.Waits(ctx, inspect.Waits{N: f.n, Cycles: f.cycles})
	if err != nil || !f.cycles {
		return answer{all: l, list: l.Waits}, err
	}
	a := answer{all: l, list: l.Cycles, text: "no cycle\n"}
	if len(l.Cycles) > 0 {
		a.text = ""
	}
	for _, cycle := range l.Cycles {
		for _, w := range cycle.Waits {
			a.text += fmt.Sprintf("%s (%s) → ", name(w.CallerName, w.Caller.String()), w.Age.Round(time.Millisecond))
		}
		a.text += name(cycle.Waits[0].CallerName, cycle.Waits[0].Caller.String()) + "\n"
	}
	for _, node := range l.Silent {
		a.text += "not told by " + node + "\n"
	}
	return a, nil
}

func name(name, pid string) string {
	if name != "" {
		return name
	}
	return pid
}
