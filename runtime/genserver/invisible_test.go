package genserver_test

import (
	"context"
	"fmt"
	"math/rand/v2"
	"testing"
	"testing/synctest"
	"time"

	"github.com/stretchr/testify/require"

	"github.com/starlang-go/starlang/runtime"
	"github.com/starlang-go/starlang/runtime/genserver"
)

// No program can tell whether and when its servers sleep: random programs see the
// same at the same times with each of the settings.
func TestHibernate_IsInvisible(t *testing.T) {
	for seed := range uint64(200) {
		steps := program(rand.New(rand.NewPCG(seed, 1)))
		want := observe(t, steps, genserver.HibernateNever)
		for name, after := range settings {
			require.Equal(t, want, observe(t, steps, after), "seed %d, %s", seed, name)
		}
	}
}

// step is a step of a program: a wait, and then something that a server gets.
type step struct {
	wait time.Duration
	kind int
	deed deed
}

// deed is what a server is told to do.
type deed struct {
	Timeout       time.Duration // 0: none
	Cancel, Sleep bool
	Continue      int
}

// program draws a program. Its times are so fine that no two things happen at the
// same instant by chance.
func program(r *rand.Rand) []step {
	steps := make([]step, 5+r.IntN(30))
	for i := range steps {
		steps[i].kind = r.IntN(7)
		steps[i].deed = deed{Cancel: r.IntN(8) == 0, Sleep: r.IntN(4) == 0, Continue: max(0, r.IntN(6)-3)}
		if r.IntN(2) == 0 {
			steps[i].deed.Timeout = time.Duration(1 + r.Int64N(int64(4*time.Second)))
		}
		if r.IntN(3) > 0 {
			steps[i].wait = time.Duration(r.Int64N(int64(3 * time.Second)))
		}
	}
	return steps
}

// observe runs a program and returns what its server saw, and when.
func observe(t *testing.T, steps []step, after time.Duration) (log []string) {
	t.Helper()
	inBubble(t, func(t *testing.T, ctx *runtime.Context) {
		l := &logger{began: time.Now()}
		p := start(t, ctx, l, genserver.Options{HibernateAfter: after})
		for _, s := range steps {
			pass(s.wait)
			synctest.Wait()
			var err error
			switch s.kind {
			case 0, 1:
				bound, cancel := context.WithTimeout(ctx, time.Millisecond)
				_, _ = genserver.CallAs[int](bound, p, s.deed) // it may be suspended
				cancel()
			case 2:
				err = genserver.Cast(ctx, p, s.deed)
			case 3:
				err = ctx.Send(p, s.deed)
			case 4:
				_, err = genserver.GetStatistics(ctx, p)
			case 5:
				err = genserver.Suspend(ctx, p)
			case 6:
				err = genserver.Resume(ctx, p)
			}
			require.NoError(t, err)
		}
		pass(10 * time.Second)
		synctest.Wait()
		log = l.log
	})
	return log
}

// logger is a server that notes what comes and when, and does what it is told.
type logger struct {
	log   []string
	began time.Time
}

func (l *logger) do(ctx *genserver.Context, what string, v any) error {
	l.log = append(l.log, fmt.Sprint(time.Since(l.began), what, v))
	d, _ := v.(deed)
	if d.Timeout > 0 {
		ctx.SetTimeout(d.Timeout)
	}
	if d.Cancel {
		ctx.CancelTimeout()
	}
	if d.Sleep {
		ctx.Hibernate()
	}
	for i := range d.Continue {
		ctx.Continue(i)
	}
	return nil
}

func (l *logger) HandleCall(ctx *genserver.Context, _ genserver.From, req any) (any, error) {
	return len(l.log), l.do(ctx, "call", req)
}

func (l *logger) HandleCast(ctx *genserver.Context, msg any) error { return l.do(ctx, "cast", msg) }

func (l *logger) HandleInfo(ctx *genserver.Context, msg any) error { return l.do(ctx, "info", msg) }

func (l *logger) HandleContinue(ctx *genserver.Context, v any) error {
	return l.do(ctx, "continue", v)
}

func (l *logger) HandleTimeout(ctx *genserver.Context) error {
	ctx.SetTimeout(700 * time.Millisecond)
	return l.do(ctx, "timeout", nil)
}
