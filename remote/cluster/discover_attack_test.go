package cluster_test

import (
	"context"
	goruntime "runtime"
	"sync/atomic"
	"testing"

	"github.com/stretchr/testify/require"

	"github.com/starlang-go/starlang/remote"
	"github.com/starlang-go/starlang/remote/cluster"
	"github.com/starlang-go/starlang/remote/cluster/clustertest"
)

// sabotage is what the program's code may do instead of what it is asked for.
var sabotage = map[string]func(context.Context){
	"panics":             func(context.Context) { panic("sabotage") },
	"ends the goroutine": func(context.Context) { goruntime.Goexit() },
	"hangs":              func(ctx context.Context) { <-ctx.Done() },
}

// saboteur is a source that does something else the first time, and then what is right.
type saboteur struct {
	asked atomic.Int64
	act   func(context.Context)
	until context.Context // when what hangs goes on
}

func (s *saboteur) Nodes(context.Context) ([]string, error) {
	if s.asked.Add(1) == 1 {
		s.act(s.until)
	}
	return []string{"b@test"}, nil
}

func TestDiscover_SabotageCostsOneAnswer(t *testing.T) {
	for name, act := range sabotage {
		t.Run(name, func(t *testing.T) {
			inLab(t, func(t *testing.T, l *clustertest.Lab) {
				until, release := context.WithCancel(context.Background())
				defer release()
				source := &saboteur{act: act, until: until}
				l.Start("b@test", func(c *cluster.Config) { c.Directory = nil })
				a := l.Start("a@test", func(c *cluster.Config) { c.Directory, c.Discover = nil, source })
				after(3 * cluster.DefaultPollInterval)
				release() // nobody can end what hangs; it may be asked again when it does
				after(2 * cluster.DefaultPollInterval)
				require.Len(t, a.Members(), 2)
			})
		})
	}
}

func TestResolver_SabotageHarmsNoMember(t *testing.T) {
	for name, act := range sabotage {
		t.Run(name, func(t *testing.T) {
			inLab(t, func(t *testing.T, l *clustertest.Lab) {
				until, release := context.WithCancel(context.Background())
				defer release()
				a := l.Start("a@test", func(c *cluster.Config) {
					c.Remote.Resolver = remote.ResolverFunc(func(context.Context, string) (string, error) {
						act(until)
						return "", context.Canceled
					})
				})
				l.Start("b@test")
				s, err := a.Session()
				require.NoError(t, err)
				ctx, cancel := context.WithTimeout(t.Context(), ttl)
				require.Error(t, a.Node().Connect(ctx, "stranger@test"))
				cancel()
				after(3 * ttl)
				require.NoError(t, a.Node().Connect(t.Context(), "b@test"), "the directory says where it is")
				again, err := a.Session()
				require.NoError(t, err)
				require.Same(t, s, again)
			})
		})
	}
}
