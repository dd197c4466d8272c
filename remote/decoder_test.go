package remote_test

import (
	goruntime "runtime"
	"strings"
	"testing"
	"time"

	"github.com/stretchr/testify/require"

	"github.com/starlang-go/starlang/runtime"
	"github.com/starlang-go/starlang/term"
)

// quitter is a message whose decoding method ends the goroutine that calls it.
type quitter struct{ Load string }

func (q quitter) AppendTerm(dst []byte) ([]byte, error) { return term.AppendString(dst, q.Load), nil }

func (q *quitter) ParseTerm(r *term.Reader) error {
	goruntime.Goexit()
	return nil
}

func init() { term.MustRegister[quitter]("remote_test.quitter") }

// A decoding method that calls Goexit costs its message: the caller of a call learns it,
// what comes behind arrives in order, and the connection stays.
func TestDecoder_ThatEndsTheGoroutineCostsOneMessage(t *testing.T) {
	for name, size := range map[string]int{"in one frame": 1, "in fragments": 4 << 20} {
		t.Run(name, func(t *testing.T) {
			inLab(t, func(l *lab) {
				a, b := l.node("a@test"), l.node("b@test")
				l.connect(a, b)
				up := l.inbox(a, func(ctx *runtime.Context) { a.MonitorNodes(ctx) })
				in := l.inbox(b, nil)
				bad := quitter{strings.Repeat("x", size)}
				l.run(a, func(ctx *runtime.Context) error {
					for n := range 100 {
						if err := ctx.Send(in.pid, n); err != nil {
							return err
						}
						if err := ctx.Send(in.pid, bad); err != nil {
							return err
						}
						if size > 1 {
							break
						}
					}
					_, err := runtime.CallTimeout[any](ctx, in.pid, bad, time.Minute)
					require.ErrorContains(l, err, "cannot be decoded")
					return ctx.Send(in.pid, "last")
				})
				got := in.all()
				require.Equal(l, 0, got[0])
				require.Equal(l, "last", got[len(got)-1])
				require.Empty(l, up.all(), "the connection was lost")
			})
		})
	}
}

// The argument of a spawn is decoded too.
func TestDecoder_ThatEndsTheGoroutineFailsTheSpawn(t *testing.T) {
	inLab(t, func(l *lab) {
		a, b := l.node("a@test"), l.node("b@test")
		require.NoError(l, b.RegisterFunc("f", func(*runtime.Context, any) error { return nil }))
		for _, size := range []int{1, 4 << 20} {
			_, err := a.Spawn(bounded(l), "b@test", "f", quitter{strings.Repeat("x", size)})
			require.ErrorContains(l, err, "ended its goroutine")
		}
		require.Contains(l, a.Nodes(), "b@test")
	})
}
