package guard_test

import (
	"context"
	"errors"
	goruntime "runtime"
	"testing"
	"testing/synctest"
	"time"

	"github.com/stretchr/testify/require"
	"go.uber.org/goleak"

	"github.com/starlang-go/starlang/runtime/internal/guard"
)

func TestMain(m *testing.M) { goleak.VerifyTestMain(m) }

const grace = 5 * time.Second

type badError struct{}

func (badError) Error() string { panic("again") }

func TestCall_ReturnsWhateverTheFunctionDoes(t *testing.T) {
	boom := errors.New("boom")
	holdsItself := map[string]any{}
	holdsItself["me"] = holdsItself
	for name, way := range map[string]struct {
		f    func() (int, error)
		want string
	}{
		"returns":                        {func() (int, error) { return 7, nil }, ""},
		"fails":                          {func() (int, error) { return 0, boom }, "boom"},
		"panics":                         {func() (int, error) { panic("oh no") }, "panic: oh no"},
		"panics with an error":           {func() (int, error) { panic(boom) }, "panic: boom"},
		"panics with a text that panics": {func() (int, error) { panic(badError{}) }, "panic: guard_test.badError (its text: panic)"},
		"panics with a value that holds itself": {func() (int, error) { panic(holdsItself) },
			"panic: map[me:map[me:map[me:map[me:map[me:map[me:…]]]]]]"},
		"calls Goexit": {func() (int, error) { goruntime.Goexit(); return 0, nil }, "called runtime.Goexit"},
	} {
		t.Run(name, func(t *testing.T) {
			v, err := guard.Call(t.Context(), 0, way.f, nil)
			if way.want != "" {
				require.EqualError(t, err, way.want)
				return
			}
			require.NoError(t, err)
			require.Equal(t, 7, v)
		})
	}
}

func TestCall_FunctionThatIgnoresItsContextIsAbandoned(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		ctx, cancel := context.WithTimeout(t.Context(), time.Second)
		defer cancel()
		late := make(chan int, 1)
		began, goOn := time.Now(), make(chan struct{})
		_, err := guard.Call(ctx, grace, func() (int, error) {
			<-goOn
			return 7, nil
		}, func(v int) { late <- v })
		require.ErrorIs(t, err, context.DeadlineExceeded)
		require.Equal(t, time.Second+grace, time.Since(began))
		require.Empty(t, late)
		close(goOn)
		require.Equal(t, 7, <-late)
	})
}

func TestCall_FunctionThatReturnsWithinTheGraceIsWaitedFor(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		ctx, cancel := context.WithCancel(t.Context())
		cancel()
		v, err := guard.Call(ctx, grace, func() (int, error) {
			<-time.After(grace / 2)
			return 7, nil
		}, nil)
		require.NoError(t, err)
		require.Equal(t, 7, v)
	})
}
