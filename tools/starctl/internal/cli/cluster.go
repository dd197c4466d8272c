package cli

import (
	"context"
	"fmt"

	"github.com/spf13/cobra"

	"github.com/starlang-go/starlang/remote/attach"
	"github.com/starlang-go/starlang/runtime/inspect"
)

// clusterCommands are those of a node that is a member of a cluster, below "cluster".
var clusterCommands = []command{
	{use: "members", short: "The members, and what this node knows of each", args: none,
		flags: func(cmd *cobra.Command, f *flags) { takesN(cmd, f); takesAfter(cmd, f, "members after this one") }, ask: members},
	{use: "names [NAME]", short: "Names and singletons that this node has or remembers, or who has one", args: cobra.MaximumNArgs(1),
		flags: func(cmd *cobra.Command, f *flags) {
			takesN(cmd, f)
			takesAfter(cmd, f, "names after this one")
			cmd.Flags().StringVar(&f.prefix, "prefix", "", "only those that begin so")
		},
		ask: func(ctx context.Context, c *attach.Conn, args []string, f *flags) (answer, error) {
			q := inspect.ClusterNames{Prefix: f.prefix, After: f.last, N: f.n}
			if len(args) > 0 {
				q.Name = args[0]
			}
			l, err := c.ClusterNames(ctx, q)
			return answer{all: l, list: l.Names}, err
		}},
	{use: "shards [KIND]", short: "Who has how many shards of entities, or which", args: cobra.MaximumNArgs(1),
		flags: func(cmd *cobra.Command, f *flags) {
			takesN(cmd, f)
			cmd.Flags().IntVar(&f.after, "after", 0, "how many shards to leave out")
			cmd.Flags().StringVar(&f.owner, "owner", "", "only those that a node has")
			cmd.Flags().BoolVar(&f.each, "each", false, "each shard, not how many")
		}, ask: shards},
	{use: "drain", short: "Hand over what the node holds; it stays a member that takes nothing new (needs the network's cookie)", args: none,
		ask: func(ctx context.Context, c *attach.Conn, _ []string, _ *flags) (answer, error) {
			done, err := c.Act(ctx, inspect.Action{Do: inspect.Drain})
			return answer{all: done, text: "it holds nothing any more, and takes nothing new\n"}, err
		}},
}

func newCluster(o *options) *cobra.Command {
	cmd := &cobra.Command{
		Use: "cluster", Short: "The cluster that the node is a member of", Args: none,
		RunE: func(*cobra.Command, []string) error {
			return usageError{fmt.Errorf("cluster what? members, names, shards or drain")}
		},
	}
	for _, c := range clusterCommands {
		cmd.AddCommand(c.build(o))
	}
	return cmd
}

func takesAfter(cmd *cobra.Command, f *flags, what string) {
	cmd.Flags().StringVar(&f.last, "after", "", "only "+what)
}

func members(ctx context.Context, c *attach.Conn, _ []string, f *flags) (answer, error) {
	l, err := c.Members(ctx, inspect.Members{After: f.last, N: f.n})
	note := fmt.Sprintf("cluster %s, session %s, TTL %v", l.Cluster, l.State, l.TTL)
	if l.Leaving {
		note += ", leaving"
	}
	return answer{all: l, list: l.Members, note: note}, err
}

func shards(ctx context.Context, c *attach.Conn, args []string, f *flags) (answer, error) {
	q := inspect.Shards{Node: f.owner, Offset: f.after, N: f.n}
	if len(args) > 0 {
		q.Kind = args[0]
	}
	l, err := c.Shards(ctx, q)
	if f.each || f.after > 0 {
		return answer{all: l, list: l.Shards}, err
	}
	return answer{all: l, list: l.Parts}, err
}
