package cluster_test

import (
	"context"
	"errors"
	"iter"
	"log/slog"
	"slices"
	"sync/atomic"
	"testing"
	"time"

	"github.com/stretchr/testify/require"

	"github.com/starlang-go/starlang/remote/cluster"
	"github.com/starlang-go/starlang/remote/cluster/clustertest"
	"github.com/starlang-go/starlang/remote/cluster/directory"
	"github.com/starlang-go/starlang/remote/cluster/directory/memory"
)

// sabotaged runs a test for each thing that code of the program may do instead of what it is
// asked for. What hangs goes on when the test has returned.
func sabotaged(t *testing.T, test func(t *testing.T, what string, l *clustertest.Lab, act func())) {
	for name, act := range sabotage {
		t.Run(name, func(t *testing.T) {
			inLab(t, func(t *testing.T, l *clustertest.Lab) {
				until, release := context.WithCancel(context.Background())
				defer release()
				test(t, name, l, func() { act(until) })
			})
		})
	}
}

// driver is a directory whose driver acts in one of its methods, as often as there is left.
type driver struct {
	directory.Directory
	method string
	act    func()
	left   *atomic.Int64
}

// drivers are the methods in which a driver acts, and how often it has to be survived.
var drivers = map[string]int64{
	"Open": 3, "Get": 3, "List": 3, "Watch": 3, "Renew": 2, "Claim": 1, "Settle": 3, "Release": 3, "Close": 3, "ID": 1,
}

func (d driver) do(method string) {
	if d.method == method && d.left.Add(-1) >= 0 {
		d.act()
	}
}

func (d driver) Open(ctx context.Context, ttl time.Duration) (directory.Session, error) {
	d.do("Open")
	s, err := d.Directory.Open(ctx, ttl)
	return driverSession{s, d}, err
}

func (d driver) Get(ctx context.Context, key string) (directory.Entry, error) {
	d.do("Get")
	return d.Directory.Get(ctx, key)
}

func (d driver) List(ctx context.Context, prefix string) ([]directory.Entry, directory.Revision, error) {
	d.do("List")
	return d.Directory.List(ctx, prefix)
}

func (d driver) Watch(ctx context.Context, prefix string, after directory.Revision) iter.Seq2[directory.Batch, error] {
	return func(yield func(directory.Batch, error) bool) {
		d.do("Watch")
		d.Directory.Watch(ctx, prefix, after)(yield)
	}
}

type driverSession struct {
	directory.Session
	d driver
}

func (s driverSession) ID() directory.SessionID { s.d.do("ID"); return s.Session.ID() }

func (s driverSession) Renew(ctx context.Context) (time.Duration, error) {
	s.d.do("Renew")
	return s.Session.Renew(ctx)
}

func (s driverSession) Claim(ctx context.Context, claims ...directory.Claim) ([]directory.Entry, error) {
	s.d.do("Claim")
	if s.d.method == "Get" || s.d.method == "Settle" { // they are asked only if this is unknown
		if s.d.left.Load() > 0 {
			return nil, directory.ErrUnknown
		}
	}
	return s.Session.Claim(ctx, claims...)
}

func (s driverSession) Settle(ctx context.Context) error {
	s.d.do("Settle")
	return s.Session.Settle(ctx)
}

func (s driverSession) Release(ctx context.Context, e ...directory.Entry) error {
	s.d.do("Release")
	return s.Session.Release(ctx, e...)
}

func (s driverSession) Close(ctx context.Context) error { s.d.do("Close"); return s.Session.Close(ctx) }

// Whatever a driver does costs tries, and a session at the most: the node is a member again,
// and the others never notice more than that.
func TestDirectory_SabotageOfADriverCostsTries(t *testing.T) {
	for method, times := range drivers {
		t.Run(method, func(t *testing.T) {
			sabotaged(t, func(t *testing.T, what string, l *clustertest.Lab, act func()) {
				if method == "Watch" && what == "hangs" {
					return // it cannot be told from a directory in which nothing changes
				}
				var left atomic.Int64
				if slices.Contains([]string{"Open", "ID", "List", "Watch"}, method) { // those of a start
					left.Store(times)
				}
				b := l.Start("b@test")
				a := l.Start("a@test", func(c *cluster.Config) { c.Directory = driver{c.Directory, method, act, &left} })
				if left.Load() == 0 {
					left.Store(times)
				}
				claimAndRelease(t, session(l, a))
				loseSession(l, a)
				after(20 * ttl)
				claimAndRelease(t, session(l, a))
				require.LessOrEqual(t, left.Load(), int64(0), "the driver was not asked")
				for _, n := range []*clustertest.Node{a, b} {
					require.Len(t, n.Members(), 2)
					require.True(t, session(l, n).Open())
				}
			})
		})
	}
}

// claimAndRelease claims a key, with as many tries as it takes, and releases it.
func claimAndRelease(t *testing.T, s *cluster.Session) {
	t.Helper()
	claim := directory.Claim{Key: "/x", Value: []byte("1")}
	for range 100 {
		held, err := s.Claim(t.Context(), claim)
		if err == nil && s.Holds(held[0], claim) {
			require.NoError(t, s.Release(t.Context(), held...))
			return
		}
		after(ttl / 40)
	}
	t.Fatal("it cannot be claimed")
}

// loseSession cuts a node off from the directory until its session is lost and what has
// happened meanwhile is forgotten.
func loseSession(l *clustertest.Lab, n *clustertest.Node) {
	s := session(l, n)
	n.Client.SetFaults(memory.Faults{Cut: true})
	<-s.Lost()
	after(ttl)
	l.Store.Compact()
	n.Client.SetFaults(memory.Faults{})
}

func TestOnLeave_SabotageCostsItsOwnHandOver(t *testing.T) {
	sabotaged(t, func(t *testing.T, _ string, l *clustertest.Lab, act func()) {
		a, b := l.Start("a@test"), l.Start("b@test")
		handed := false
		a.OnLeave(func(context.Context) { act() })
		a.OnLeave(func(context.Context) { handed = true })
		ctx, cancel := context.WithTimeout(t.Context(), ttl)
		defer cancel()
		_ = a.Leave(ctx)
		require.True(t, handed)
		after(ttl / 10)
		require.Len(t, b.Members(), 1)
	})
}

// A second Leave waits while the first hands over, and no longer than its ctx allows.
func TestLeave_ASecondOneWaitsForTheFirst(t *testing.T) {
	inLab(t, func(t *testing.T, l *clustertest.Lab) {
		a := l.Start("a@test")
		a.OnLeave(func(context.Context) { after(ttl) })
		begun := time.Now()
		go func() { _ = a.Leave(t.Context()) }()
		after(ttl / 10)
		impatient, cancel := context.WithTimeout(t.Context(), ttl/10)
		defer cancel()
		require.ErrorIs(t, a.Leave(impatient), context.DeadlineExceeded)
		require.Equal(t, ttl/5, time.Since(begun))
		require.NoError(t, a.Leave(t.Context()))
		require.GreaterOrEqual(t, time.Since(begun), ttl)
	})
}

func TestSession_SabotageOfWhatItOwnsKeepsNobodyFromItsEnd(t *testing.T) {
	sabotaged(t, func(t *testing.T, what string, l *clustertest.Lab, act func()) {
		if what == "hangs" {
			return // forbidden
		}
		a := l.Start("a@test")
		s := session(l, a)
		killed := make(chan struct{}, 2)
		for range 2 { // one of them comes after a saboteur
			_, ok := s.Own(func() { killed <- struct{}{} })
			require.True(t, ok)
			_, ok = s.Own(act)
			require.True(t, ok)
		}
		loseSession(l, a)
		require.Len(t, killed, 2)
		after(2 * ttl)
		require.NotSame(t, s, session(l, a))
	})
}

func TestAttach_IsMadeAgainAfterAPanic(t *testing.T) {
	inLab(t, func(t *testing.T, l *clustertest.Lab) {
		a := l.Start("a@test")
		require.Panics(t, func() { a.Attach("key", func() any { panic("sabotage") }) })
		require.Equal(t, 1, a.Attach("key", func() any { return 1 }))
		require.Equal(t, 1, a.Attach("key", func() any { return 2 }))
	})
}

// handler is a log handler that acts on the first line, and counts.
type handler struct {
	act   func()
	lines *atomic.Int64
}

func (h handler) Enabled(context.Context, slog.Level) bool { return true }
func (h handler) WithAttrs([]slog.Attr) slog.Handler       { return h }
func (h handler) WithGroup(string) slog.Handler            { return h }
func (h handler) Handle(context.Context, slog.Record) error {
	if h.lines.Add(1) == 1 {
		h.act()
	}
	return errors.New("sabotage")
}

func TestLogger_SabotageCostsItsLine(t *testing.T) {
	sabotaged(t, func(t *testing.T, what string, l *clustertest.Lab, act func()) {
		var lines atomic.Int64
		a := l.Start("a@test", func(c *cluster.Config) { c.Logger = slog.New(handler{act, &lines}) })
		for range 2 {
			loseSession(l, a)
			after(2 * ttl)
			require.True(t, session(l, a).Open())
		}
		if what == "hangs" {
			require.EqualValues(t, 1, lines.Load())
		} else {
			require.Greater(t, lines.Load(), int64(1))
		}
	})
}
