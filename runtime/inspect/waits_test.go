package inspect_test

import (
	"fmt"
	"math/rand/v2"
	"testing"
	"time"

	"github.com/stretchr/testify/require"

	"github.com/starlang-go/starlang/pid"
	"github.com/starlang-go/starlang/runtime"
	"github.com/starlang-go/starlang/runtime/inspect"
)

func TestWaits_FindsCirclesAndOnlyThese(t *testing.T) {
	inLab(t, func(l *lab) {
		calls := func(to string) runtime.Body {
			return func(ctx *runtime.Context) error {
				_, err := ctx.RecvMatch(func(m runtime.Message) bool { return m.Kind() == runtime.KindUser })
				if err == nil {
					_, err = runtime.CallNamed[int](runtime.WithCallTimeout(ctx, time.Hour), pid.Name{Name: to}, 1)
				}
				return err
			}
		}
		a, b, c := l.spawn("a", calls("b")), l.spawn("b", calls("a")), l.spawn("c", calls("a"))
		l.fill(c, 1)
		l.fill(b, 1)
		got, err := l.Waits(l.Context(), inspect.Waits{Cycles: true})
		require.NoError(l, err)
		require.NotEmpty(l, got.Waits)
		require.Empty(l, got.Cycles)
		l.fill(a, 1)
		got, err = l.Waits(l.Context(), inspect.Waits{Cycles: true})
		require.NoError(l, err)
		require.Len(l, got.Cycles, 1)
		who := map[string]string{}
		for _, w := range got.Cycles[0].Waits {
			who[w.CallerName] = w.CalleeName
		}
		require.Equal(l, map[string]string{"a": "b", "b": "a"}, who)
	})
}

func TestWaits_OfStoriesWithoutACircleShowNone(t *testing.T) {
	for seed := range uint64(100) {
		inLab(t, func(l *lab) {
			r := rand.New(rand.NewPCG(seed, 1))
			const processes = 8
			for i := range processes { // each calls, in turns, only those that come after it
				l.spawn(fmt.Sprint("p", i), func(ctx *runtime.Context) error {
					for {
						m, err := ctx.Recv()
						if err != nil {
							return err
						}
						if i < processes-1 {
							next := pid.Name{Name: fmt.Sprint("p", i+1+m.Value().(int)%(processes-1-i))}
							_, _ = runtime.CallNamed[int](ctx, next, m.Value())
						}
						<-time.After(time.Duration(m.Value().(int)) * time.Millisecond)
						if from, ok := m.From(); ok {
							_ = ctx.Reply(from, 1)
						}
					}
				})
			}
			for range 20 {
				p, _ := l.rt.Whereis(fmt.Sprint("p", r.IntN(processes)))
				_ = runtime.Send(runtime.NewContext(l.Context(), l.rt), p, 1+r.IntN(200))
			}
			for range 5 {
				got, err := l.Waits(l.Context(), inspect.Waits{Cycles: true})
				require.NoError(l, err)
				require.Empty(l, got.Cycles)
				pass(time.Duration(r.IntN(100)) * time.Millisecond)
			}
		})
	}
}
