package directory_test

import (
	"slices"
	"testing"
	"testing/synctest"

	"github.com/stretchr/testify/require"
	"pgregory.net/rapid"

	"github.com/starlang-go/starlang/pid"
	"github.com/starlang-go/starlang/pid/signal"
	"github.com/starlang-go/starlang/registry"
	"github.com/starlang-go/starlang/runtime"
	"github.com/starlang-go/starlang/runtime/directory"
)

// model is a directory as one would write it without a thought for time.
type model struct {
	kind    directory.Kind
	entries map[string][]pid.PID // in the order of their coming
	dead    map[pid.PID]bool
}

func (m *model) enter(key string, p pid.PID) error {
	switch there := m.entries[key]; {
	case m.dead[p] && (m.kind == directory.Duplicate || len(there) == 0), slices.Contains(there, p):
	case m.kind == directory.Unique && len(there) > 0:
		return registry.ErrNameTaken
	default:
		m.entries[key] = append(there, p)
	}
	return nil
}

func (m *model) leave(key string, p pid.PID) error {
	if !slices.Contains(m.entries[key], p) {
		return registry.ErrNameNotFound
	}
	m.remove(key, p)
	return nil
}

func (m *model) remove(key string, p pid.PID) {
	m.entries[key] = slices.DeleteFunc(m.entries[key], func(q pid.PID) bool { return q == p })
}

func (m *model) end(p pid.PID) {
	m.dead[p] = true
	for key := range m.entries {
		m.remove(key, p)
	}
}

// Whatever comes, leaves and ends in whatever order: what is found is what a plain list of
// each key has, in its order.
func TestDirectory_IsLikePlainLists(t *testing.T) {
	keys := []string{"a", "b", "c"}
	for name, kind := range map[string]directory.Kind{"unique": directory.Unique, "duplicate": directory.Duplicate} {
		t.Run(name, func(t *testing.T) {
			within(t, kind, func(ctx *runtime.Context, d *directory.Directory, _ func() pid.PID) {
				rapid.Check(t, func(t *rapid.T) {
					m := &model{kind: kind, entries: map[string][]pid.PID{}, dead: map[pid.PID]bool{}}
					var members []pid.PID
					for range 5 {
						p, err := ctx.Spawn(func(ctx *runtime.Context) error { _, err := ctx.Recv(); return err })
						require.NoError(t, err)
						members = append(members, p)
					}
					end := func(p pid.PID) {
						require.NoError(t, ctx.Exit(p, signal.Kill))
						m.end(p)
					}
					pick := func(t *rapid.T) (string, pid.PID) {
						return rapid.SampledFrom(keys).Draw(t, "key"), rapid.SampledFrom(members).Draw(t, "member")
					}
					t.Repeat(map[string]func(*rapid.T){
						"enter": func(t *rapid.T) {
							key, p := pick(t)
							require.ErrorIs(t, d.Register(ctx, key, p), m.enter(key, p))
							synctest.Wait() // a dead one goes again
						},
						"leave": func(t *rapid.T) {
							key, p := pick(t)
							require.ErrorIs(t, d.Unregister(ctx, key, p), m.leave(key, p))
						},
						"end": func(t *rapid.T) {
							if _, p := pick(t); !m.dead[p] {
								end(p)
							}
						},
						"": func(t *rapid.T) { compare(t, ctx, d, m, keys, members) },
					})
					for _, p := range members {
						if !m.dead[p] {
							end(p)
						}
					}
					synctest.Wait()
					require.Zero(t, d.Len())
				})
			})
		})
	}
}

// compare holds a directory against a model, before and after the directory notices ends.
func compare(t *rapid.T, ctx *runtime.Context, d *directory.Directory, m *model, keys []string, members []pid.PID) {
	for range 2 {
		for _, key := range keys {
			var found []pid.PID
			for _, e := range d.Lookup(key) {
				found = append(found, e.PID)
			}
			require.True(t, slices.Equal(m.entries[key], found), "%v: %v", m.entries[key], found)
			oldest, err := d.Whereis(ctx, key)
			if len(found) == 0 {
				require.ErrorIs(t, err, registry.ErrNameNotFound)
				continue
			}
			require.NoError(t, err)
			require.Equal(t, found[0], oldest)
		}
		synctest.Wait()
	}
	total := 0
	for _, p := range members {
		var has []string
		for _, key := range keys {
			if slices.Contains(m.entries[key], p) {
				has = append(has, key)
			}
		}
		require.True(t, slices.Equal(has, d.Keys(p)), "%v: %v", has, d.Keys(p))
		total += len(has)
	}
	require.Equal(t, total, d.Len())
}
