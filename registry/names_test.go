package registry_test

import (
	"fmt"
	"maps"
	"strings"
	"sync"
	"sync/atomic"
	"testing"

	"github.com/stretchr/testify/require"

	"github.com/starlang-go/starlang/pid"
	"github.com/starlang-go/starlang/registry"
)

func TestRegisterName_GivesAndFreesIt(t *testing.T) {
	n := newNode(t, "")
	p, w := n.add(t)
	require.NoError(t, n.RegisterName("w", p))
	got, ok := n.Whereis("w")
	require.True(t, ok)
	require.Equal(t, p, got)
	_, h, ok := n.LookupName("w")
	require.True(t, ok)
	require.Same(t, w, h)
	require.Equal(t, map[string]pid.PID{"w": p}, maps.Collect(n.RegisteredNames()))

	require.NoError(t, n.UnregisterName("w"))
	_, ok = n.Whereis("w")
	require.False(t, ok)
	require.ErrorIs(t, n.UnregisterName("w"), registry.ErrNameNotFound)
	require.NoError(t, n.RegisterName("again", p), "it has no name any more")
}

func TestRegisterName_EachFailureHasItsOwnError(t *testing.T) {
	n, other := newNode(t, "a@host"), newNode(t, "b@host")
	named, _ := n.add(t)
	require.NoError(t, n.RegisterName("taken", named))
	free, _ := n.add(t)
	dying, w := n.add(t)
	w.dead = true // still in the table: the check and the insert are one step
	for name, c := range map[string]struct {
		name string
		p    pid.PID
		want error
	}{
		"taken":        {"taken", free, registry.ErrNameTaken},
		"has a name":   {"second", named, registry.ErrAlreadyNamed},
		"empty":        {"", free, registry.ErrBadName},
		"too long":     {strings.Repeat("x", registry.MaxNameChars+1), free, registry.ErrBadName},
		"no UTF-8":     {"\xff", free, registry.ErrBadName},
		"another node": {"w", other.id.NextPID(), registry.ErrNotLocal},
		"gone":         {"w", n.id.NextPID(), registry.ErrNoProc},
		"about to end": {"w", dying, registry.ErrNoProc},
	} {
		t.Run(name, func(t *testing.T) {
			err := n.RegisterName(c.name, c.p)
			require.ErrorIs(t, err, c.want)
			var e *registry.NameError
			require.ErrorAs(t, err, &e)
			require.Equal(t, "register", e.Op)
		})
	}
	err := n.RegisterName("taken", free)
	require.ErrorContains(t, err, named.String(), "it says who has the name")
	_, ok := n.Whereis("w")
	require.False(t, ok)
}

func TestUnregisterNameOf_LeavesANewOwnerAlone(t *testing.T) {
	n := newNode(t, "")
	first, w := n.add(t)
	second, _ := n.add(t)
	require.NoError(t, n.RegisterName("w", first))
	w.die(n.Registry, first)
	require.NoError(t, n.RegisterName("w", second))
	require.ErrorIs(t, n.UnregisterNameOf("w", first), registry.ErrNameNotOwned)
	n.ReleaseName("w", first)
	owner, ok := n.Whereis("w")
	require.True(t, ok)
	require.Equal(t, second, owner)
	require.NoError(t, n.UnregisterNameOf("w", second))
}

func TestRegisterName_Of64GoroutinesOneWinsConcurrentSafe(t *testing.T) {
	n := newNode(t, "")
	for round := range 50 {
		name := fmt.Sprint("name", round)
		var winners atomic.Int32
		var all sync.WaitGroup
		for range 64 {
			p, _ := n.add(t)
			all.Go(func() {
				if n.RegisterName(name, p) == nil {
					winners.Add(1)
				}
			})
		}
		all.Wait()
		require.EqualValues(t, 1, winners.Load())
	}
}

func TestRegisterName_RacingTheEndLeavesNoStaleNameConcurrentSafe(t *testing.T) {
	n := newNode(t, "")
	for range 2000 {
		p, w := n.add(t)
		var both sync.WaitGroup
		both.Go(func() { _ = n.RegisterName("w", p) })
		both.Go(func() { w.die(n.Registry, p) })
		both.Wait()
		_, ok := n.Whereis("w")
		require.False(t, ok)
	}
	require.Zero(t, n.Len())
}

// The order is the caller's: a name that was not freed still leads to the handle.
func TestUnregister_LeavesTheName(t *testing.T) {
	n := newNode(t, "")
	p, w := n.add(t)
	require.NoError(t, n.RegisterName("bank", p))
	n.Unregister(p)
	_, got, ok := n.LookupName("bank")
	require.True(t, ok)
	require.Same(t, w, got)
	n.ReleaseName("bank", p)
	_, ok = n.Whereis("bank")
	require.False(t, ok)
}
