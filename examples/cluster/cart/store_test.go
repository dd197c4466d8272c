package main

import (
	"context"
	"path/filepath"
	"testing"

	"github.com/stretchr/testify/require"
	"pgregory.net/rapid"

	"github.com/starlang-go/starlang/remote/cluster/directory"
)

// open returns the store of one of several programs.
func open(t *testing.T, file string) *store {
	s, err := openStore(t.Context(), file)
	require.NoError(t, err)
	t.Cleanup(func() { require.NoError(t, s.close()) })
	return s
}

func TestStore_WriteOfAnEarlierOwnerIsRefused(t *testing.T) {
	file := filepath.Join(t.TempDir(), "carts.db")
	before, now := open(t, file), open(t, file)
	items, err := before.take(t.Context(), "ada", 5)
	require.NoError(t, err)
	require.Empty(t, items)
	require.NoError(t, before.save(t.Context(), "ada", 5, []string{"tea"}))

	// The earlier owner is stopped here, and another one takes the cart.
	items, err = now.take(t.Context(), "ada", 9)
	require.NoError(t, err)
	require.Equal(t, []string{"tea"}, items)

	require.ErrorIs(t, before.save(t.Context(), "ada", 5, []string{"tea", "milk"}), errFenced, "also before the new owner has written")
	require.NoError(t, now.save(t.Context(), "ada", 9, []string{"tea", "rice"}))
	require.ErrorIs(t, before.save(t.Context(), "ada", 5, []string{"tea", "milk"}), errFenced)
	_, err = before.take(t.Context(), "ada", 5)
	require.ErrorIs(t, err, errFenced, "nor can it have the cart back")
	items, err = now.take(t.Context(), "ada", 9)
	require.NoError(t, err)
	require.Equal(t, []string{"tea", "rice"}, items)
}

// TestStore_IsAsOneOwnerAfterAnother compares the store with a model under random steps of
// owners that do not know of each other.
func TestStore_IsAsOneOwnerAfterAnother(t *testing.T) {
	file := filepath.Join(t.TempDir(), "carts.db")
	s := open(t, file)
	run := 0
	rapid.Check(t, func(t *rapid.T) {
		run++
		id := string(rune('a'+run%26)) + string(rune('a'+run/26))
		var top directory.Fence // of who has taken it last
		var items []string
		for range rapid.IntRange(1, 20).Draw(t, "steps") {
			f := directory.Fence(rapid.IntRange(1, 4).Draw(t, "fence"))
			if rapid.Bool().Draw(t, "take") {
				got, err := s.take(context.Background(), id, f)
				if f < top {
					require.ErrorIs(t, err, errFenced)
					continue
				}
				top = f
				require.NoError(t, err)
				require.Equal(t, len(items), len(got))
				continue
			}
			more := append(items[:len(items):len(items)], "tea")
			if err := s.save(context.Background(), id, f, more); f == top {
				require.NoError(t, err)
				items = more
			} else {
				require.ErrorIs(t, err, errFenced)
			}
		}
	})
}
