package task_test

import (
	"context"
	"iter"
	"slices"
	"sync/atomic"
	"testing"
	"time"

	"github.com/stretchr/testify/require"

	"github.com/starlang-go/starlang/pid/signal"
	"github.com/starlang-go/starlang/runtime"
	"github.com/starlang-go/starlang/runtime/task"
)

type result = task.StreamResult[int, int]

// load counts how much goes on at a time.
type load struct{ now, most atomic.Int64 }

func (l *load) during(f func()) {
	n := l.now.Add(1)
	for most := l.most.Load(); n > most && !l.most.CompareAndSwap(most, n); {
		most = l.most.Load()
	}
	defer l.now.Add(-1)
	f()
}

// endless gives 0, 1, 2 …
func endless(yield func(int) bool) {
	for i := 0; yield(i); i++ {
	}
}

func upTo(n int) iter.Seq[int] {
	return func(yield func(int) bool) {
		for i := 0; i < n && yield(i); i++ {
		}
	}
}

// later returns its item after a time that gets shorter from item to item.
func later(l *load) func(*runtime.Context, int) (int, error) {
	return func(_ *runtime.Context, in int) (int, error) {
		l.during(func() { pass(time.Duration(100-in) * time.Millisecond) })
		return in * in, nil
	}
}

func TestStream_InOrderAndBounded(t *testing.T) {
	within(t, func(t *testing.T, ctx *runtime.Context) {
		var l load
		next := 0
		for r := range task.Stream(ctx, upTo(100), later(&l), task.StreamOptions{Max: 7}) {
			require.Equal(t, result{Index: next, In: next, Value: next * next}, r)
			next++
		}
		require.Equal(t, 100, next)
		require.EqualValues(t, 7, l.most.Load())
	})
}

func TestStream_AsTheyCome(t *testing.T) {
	within(t, func(t *testing.T, ctx *runtime.Context) {
		var l load
		var got []int
		for r := range task.Stream(ctx, slices.Values([]int{10, 90, 50}), later(&l), task.StreamOptions{Max: 3, Unordered: true}) {
			require.NoError(t, r.Err)
			require.Equal(t, []int{10, 90, 50}[r.Index], r.In)
			got = append(got, r.In)
		}
		require.Equal(t, []int{90, 50, 10}, got)
		count := 0
		for range task.Stream(ctx, upTo(1000), later(&l), task.StreamOptions{Max: 10, Unordered: true}) {
			count++
		}
		require.Equal(t, 1000, count)
		require.LessOrEqual(t, l.most.Load(), int64(10))
	})
}

func TestStream_TakesItemsAsTheyAreNeeded(t *testing.T) {
	within(t, func(t *testing.T, ctx *runtime.Context) {
		taken := 0
		in := func(yield func(int) bool) {
			endless(func(i int) bool { taken++; return yield(i) })
		}
		for r := range task.Stream(ctx, in, func(_ *runtime.Context, in int) (int, error) { return in, nil }, task.StreamOptions{Max: 2}) {
			if r.Index == 10 {
				break
			}
		}
		require.LessOrEqual(t, taken, 13)
	})
}

func TestStream_WhoeverStopsLookingStopsTheWork(t *testing.T) {
	for _, unordered := range []bool{false, true} {
		within(t, func(t *testing.T, ctx *runtime.Context) {
			var l load
			f := func(ctx *runtime.Context, in int) (out int, err error) {
				l.during(func() {
					if in > 0 {
						out, err = hang(ctx)
					}
				})
				return out, err
			}
			for r := range task.Stream(ctx, endless, f, task.StreamOptions{Max: 5, Unordered: unordered}) {
				require.Zero(t, r.In)
				break
			}
			require.Equal(t, 1, ctx.Runtime().Len(), "all that were worked on are Dead")
		})
	}
}

func TestStream_ItemsFailAlone(t *testing.T) {
	within(t, func(t *testing.T, ctx *runtime.Context) {
		f := func(ctx *runtime.Context, in int) (int, error) {
			switch in {
			case 1:
				return 7, errBoom
			case 2:
				panic("boom")
			case 3:
				return hang(ctx)
			}
			return in, nil
		}
		got := slices.Collect(task.Stream(ctx, upTo(5), f, task.StreamOptions{Max: 2, Timeout: time.Second}))
		require.Len(t, got, 5)
		require.Equal(t, result{Index: 0}, got[0])
		require.Equal(t, result{Index: 1, In: 1, Value: 7, Err: errBoom}, got[1])
		require.ErrorIs(t, got[2].Err, signal.Error("panic: boom"))
		require.ErrorIs(t, got[3].Err, context.DeadlineExceeded)
		require.Equal(t, result{Index: 4, In: 4, Value: 4}, got[4])
	})
}

// An item whose time is over keeps its result if it had one by then, even if it is
// looked at much later.
func TestStream_TimeoutIsOfTheItemNotOfWhoLooks(t *testing.T) {
	within(t, func(t *testing.T, ctx *runtime.Context) {
		f := func(_ *runtime.Context, in int) (int, error) { return in, nil }
		for r := range task.Stream(ctx, upTo(10), f, task.StreamOptions{Max: 5, Timeout: time.Second}) {
			require.NoError(t, r.Err)
			pass(time.Minute)
		}
	})
}

func TestStream_EndsWithItsContext(t *testing.T) {
	for _, unordered := range []bool{false, true} {
		within(t, func(t *testing.T, ctx *runtime.Context) {
			bound, cancel := context.WithTimeout(ctx, time.Second)
			defer cancel()
			f := func(ctx *runtime.Context, in int) (int, error) {
				if in < 3 {
					return in, nil
				}
				return hang(ctx)
			}
			var got []result
			for r := range task.Stream(bound, endless, f, task.StreamOptions{Max: 2, Unordered: unordered}) {
				got = append(got, r)
			}
			require.Len(t, got, 4)
			require.ErrorIs(t, got[3].Err, context.DeadlineExceeded)

			got = slices.Collect(task.Stream(bound, upTo(3), f, task.StreamOptions{Max: 2}))
			require.Len(t, got, 1, "nothing is begun, and that is told")
			require.ErrorIs(t, got[0].Err, context.DeadlineExceeded)
		})
	}
}

func TestStream_OutsideOfAProcess(t *testing.T) {
	f := func(_ *runtime.Context, in int) (int, error) { return in, nil }
	got := slices.Collect(task.Stream(context.Background(), upTo(2), f, task.StreamOptions{}))
	require.Len(t, got, 2)
	require.ErrorIs(t, got[0].Err, runtime.ErrNotInProcess)
}

func TestMap_InOrderAndBounded(t *testing.T) {
	within(t, func(t *testing.T, ctx *runtime.Context) {
		var l load
		got, err := task.Map(ctx, slices.Collect(upTo(100)), 7, later(&l))
		require.NoError(t, err)
		for i, v := range got {
			require.Equal(t, i*i, v)
		}
		require.EqualValues(t, 7, l.most.Load())
		none, err := task.Map(ctx, nil, 0, later(&l))
		require.NoError(t, err)
		require.Empty(t, none)
	})
}

func TestMap_FirstErrorEndsAll(t *testing.T) {
	within(t, func(t *testing.T, ctx *runtime.Context) {
		f := func(ctx *runtime.Context, in int) (int, error) {
			if in == 50 {
				pass(time.Second)
				return 0, errBoom
			}
			return hang(ctx)
		}
		got, err := task.Map(ctx, slices.Collect(upTo(100)), 0, f)
		require.Equal(t, errBoom, err)
		require.Nil(t, got)
		require.Equal(t, 1, ctx.Runtime().Len(), "all others are Dead")

		bound, cancel := context.WithTimeout(ctx, time.Second)
		defer cancel()
		_, err = task.Map(bound, []int{1, 2, 3}, 1, f)
		require.ErrorIs(t, err, context.DeadlineExceeded)
	})
}
