package cluster_test

import (
	"context"
	"errors"
	"testing"
	"testing/synctest"
	"time"

	"github.com/stretchr/testify/require"

	"github.com/starlang-go/starlang/pid"
	"github.com/starlang-go/starlang/pid/signal"
	"github.com/starlang-go/starlang/remote/cluster"
	"github.com/starlang-go/starlang/remote/cluster/clustertest"
	"github.com/starlang-go/starlang/remote/cluster/directory/memory"
	"github.com/starlang-go/starlang/runtime"
	"github.com/starlang-go/starlang/runtime/genserver"
)

// teller is a server that tells its fence.
type teller struct{}

func (teller) HandleCall(ctx *genserver.Context, _ genserver.From, _ any) (any, error) {
	f, ok := cluster.FenceOf(ctx)
	if !ok {
		return nil, errors.New("no fence")
	}
	return uint64(f), nil
}

// serve starts a teller under a name of the cluster.
func serve(n *clustertest.Node, name string) (p pid.PID, err error) {
	_ = n.Runtime().Run(context.Background(), func(ctx *runtime.Context) error {
		if p, err = genserver.Start(ctx, teller{}, genserver.Options{}); err == nil {
			err = n.Name(name).Service.Register(ctx, name, p)
		}
		return nil
	})
	return p, err
}

// callName calls whoever has a name, from a node.
func callName(n *clustertest.Node, name string) (fence uint64, err error) {
	ctx, cancel := context.WithTimeout(context.Background(), 10*time.Second)
	defer cancel()
	return cluster.CallAs[uint64](runtime.NewContext(ctx, n.Runtime()), n.Name(name), "fence")
}

func TestName_OneHolderThatAllFind(t *testing.T) {
	inLab(t, func(t *testing.T, l *clustertest.Lab) {
		a, b := l.Start("a@test"), l.Start("b@test")
		_, err := callName(b, "till")
		require.ErrorIs(t, err, runtime.ErrNameNotFound)
		_, err = serve(a, "till")
		require.NoError(t, err)
		_, err = serve(b, "till")
		require.ErrorIs(t, err, runtime.ErrNameTaken)
		_, err = serve(a, "till")
		require.ErrorIs(t, err, runtime.ErrNameTaken)
		f, err := callName(b, "till")
		require.NoError(t, err)
		require.NotZero(t, f)
	})
}

func TestName_EndFreesItAndFencesGrow(t *testing.T) {
	inLab(t, func(t *testing.T, l *clustertest.Lab) {
		a, b := l.Start("a@test"), l.Start("b@test")
		last := uint64(0)
		for i, n := range []*clustertest.Node{a, b, a, a} {
			p, err := serve(n, "till")
			require.NoError(t, err, i)
			f, err := callName(b, "till")
			require.NoError(t, err)
			require.Greater(t, f, last)
			last = f
			require.NoError(t, n.Runtime().Exit(p, signal.Kill))
			synctest.Wait()
		}
		_, err := callName(b, "till")
		require.ErrorIs(t, err, runtime.ErrNameNotFound)
	})
}

func TestName_RestartTakesItsOwnPlace(t *testing.T) {
	inLab(t, func(t *testing.T, l *clustertest.Lab) {
		a, b := l.Start("a@test"), l.Start("b@test")
		p, err := serve(a, "till")
		require.NoError(t, err)
		first, err := callName(b, "till")
		require.NoError(t, err)
		require.NoError(t, a.Runtime().Exit(p, signal.Kill))
		_, err = serve(a, "till") // at once, before the end of the first was noticed
		require.NoError(t, err)
		second, err := callName(b, "till")
		require.NoError(t, err, "what b remembers is not used for ever")
		require.Greater(t, second, first)
	})
}

func TestName_Unregister(t *testing.T) {
	inLab(t, func(t *testing.T, l *clustertest.Lab) {
		a := l.Start("a@test")
		p, err := serve(a, "till")
		require.NoError(t, err)
		via := a.Name("till")
		require.NoError(t, via.Service.Unregister(t.Context(), "till", p))
		require.ErrorIs(t, via.Service.Unregister(t.Context(), "till", p), runtime.ErrNameNotFound)
		require.True(t, a.Runtime().IsAlive(p))
		after(ttl)
		require.True(t, a.Runtime().IsAlive(p))
	})
}

func TestName_HolderIsKilledWithItsSession(t *testing.T) {
	inLab(t, func(t *testing.T, l *clustertest.Lab) {
		a, b := l.Start("a@test"), l.Start("b@test")
		p, err := serve(a, "till")
		require.NoError(t, err)
		a.Client.SetFaults(memory.Faults{Cut: true})
		begun := time.Now()
		for a.Runtime().IsAlive(p) {
			after(10 * time.Millisecond)
		}
		require.LessOrEqual(t, time.Since(begun), ttl*9/10+10*time.Millisecond)
		_, err = serve(b, "till")
		require.ErrorIs(t, err, runtime.ErrNameTaken, "the lease outlives the holder")
		after(ttl / 5)
		_, err = serve(b, "till")
		require.NoError(t, err)
		a.Client.SetFaults(memory.Faults{})
	})
}

func TestName_RememberedNamesNeedNoDirectory(t *testing.T) {
	inLab(t, func(t *testing.T, l *clustertest.Lab) {
		a, b := l.Start("a@test"), l.Start("b@test")
		_, err := serve(a, "till")
		require.NoError(t, err)
		_, err = callName(b, "till")
		require.NoError(t, err)
		a.Client.SetFaults(memory.Faults{Cut: true})
		b.Client.SetFaults(memory.Faults{Cut: true})
		for end := time.Now().Add(ttl / 2); time.Now().Before(end); after(ttl / 50) {
			_, err := callName(b, "till")
			require.NoError(t, err)
		}
		a.Client.SetFaults(memory.Faults{})
		b.Client.SetFaults(memory.Faults{})
	})
}

func TestName_WithoutADirectory(t *testing.T) {
	inLab(t, func(t *testing.T, l *clustertest.Lab) {
		a := l.Start("a@test", func(c *cluster.Config) { c.Directory = nil })
		_, err := serve(a, "till")
		require.ErrorIs(t, err, cluster.ErrNoDirectory)
		_, err = callName(a, "till")
		require.ErrorIs(t, err, cluster.ErrNoDirectory)
	})
}
