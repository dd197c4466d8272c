package registry_test

import (
	"maps"
	"slices"
	"sync"
	"testing"

	"github.com/stretchr/testify/require"

	"github.com/starlang-go/starlang/pid"
	"github.com/starlang-go/starlang/registry"
)

func TestRegister_FindsTheHandleUntilItIsUnregistered(t *testing.T) {
	n := newNode(t, "")
	p, w := n.add(t)
	got, ok := n.Get(p)
	require.True(t, ok)
	require.Same(t, w, got)
	require.True(t, n.Contains(p))
	require.Equal(t, 1, n.Len())
	require.ErrorIs(t, n.Register(p, new(worker)), registry.ErrRegistered)

	n.Unregister(p)
	n.Unregister(p)
	require.False(t, n.Contains(p))
	require.Zero(t, n.Len())
}

func TestRegister_RefusesPIDsOfOthers(t *testing.T) {
	n, other := newNode(t, "a@host"), newNode(t, "b@host")
	theirs := other.id.NextPID()
	require.ErrorIs(t, n.Register(theirs, new(worker)), registry.ErrNotLocal)
	n.Unregister(theirs)
	_, ok := n.Get(theirs)
	require.False(t, ok)
	require.Equal(t, n.id.ID(), n.Node())
}

func TestAll_SeesEachProcessOnceWhileTheTableChangesConcurrentSafe(t *testing.T) {
	n := newNode(t, "")
	want := map[pid.PID]*worker{}
	for range 1000 {
		p, w := n.add(t)
		want[p] = w
	}
	stop := make(chan struct{})
	var others sync.WaitGroup
	others.Go(func() {
		for {
			select {
			case <-stop:
				return
			default:
				p := n.id.NextPID()
				_ = n.Register(p, new(worker))
				n.Unregister(p)
			}
		}
	})
	for range 20 {
		seen := map[pid.PID]*worker{}
		for p, w := range n.All() {
			if want[p] == nil {
				continue // one of those that come and go
			}
			require.Nil(t, seen[p], "seen twice")
			seen[p] = w
		}
		require.True(t, maps.Equal(want, seen))
	}
	close(stop)
	others.Wait()
	require.Len(t, slices.Collect(n.PIDs()), 1000)
}

func TestAll_MayBeLeftEarly(t *testing.T) {
	n := newNode(t, "")
	for range 10 {
		n.add(t)
	}
	count := 0
	for range n.All() {
		count++
		break
	}
	for range n.PIDs() {
		count++
		break
	}
	require.Equal(t, 2, count)
}
