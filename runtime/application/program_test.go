package application_test

import (
	"context"
	"encoding/json"
	"errors"
	"testing"
	"testing/synctest"
	"time"

	"github.com/stretchr/testify/require"

	"github.com/starlang-go/starlang/runtime/application"
	"github.com/starlang-go/starlang/runtime/supervisor"
)

// A test starts what it needs, asks how it does, and stops it; the runtime goes on.
func TestStart_OneApplicationAlone(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		r := newRun(t)
		web := r.app("web", 0, "store")
		_, err := application.Start(t.Context(), application.Options{Runtime: r.rt}, web)
		require.EqualError(t, err, `application "web": DependsOn: there is no application "store"`)
		for range 2 { // it can be started again
			p, err := application.Start(t.Context(), application.Options{Runtime: r.rt}, web.Alone())
			require.NoError(t, err)
			require.Equal(t, []string{"start web"}, r.noted())
			require.True(t, application.Check(t.Context(), r.rt).Ready())
			require.NoError(t, p.Stop())
			require.NoError(t, p.Stop())
			require.NoError(t, p.Wait(t.Context()))
			require.Equal(t, []string{"stop web"}, r.noted())
			require.False(t, application.Check(t.Context(), r.rt).Ready())
		}
		require.NoError(t, r.rt.Shutdown(t.Context()))
	})
}

func TestStart_FailureStopsWhatHasStarted(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		r := newRun(t)
		broken := r.app("b", 0)
		broken.Root = func(any) (supervisor.Spec, error) { return supervisor.Spec{}, errors.New("no disk") }
		_, err := application.Start(t.Context(), application.Options{Runtime: r.rt}, r.app("a", 0), broken)
		require.EqualError(t, err, `application "b": start: no disk`)
		require.Equal(t, []string{"start a", "stop a"}, r.noted())
		require.Zero(t, r.rt.Len())
	})
}

func TestCheck_TellsHowEachApplicationDoes(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		r := newRun(t)
		var trouble error
		store, hangs := r.app("store", 0), r.app("hangs", 0)
		store.Health = func(context.Context) error { return trouble }
		temporary := r.app("temporary", 0)
		temporary.Restart = supervisor.Temporary
		p, err := application.Start(t.Context(), application.Options{Runtime: r.rt}, store, r.app("log", 0), temporary)
		require.NoError(t, err)
		s := application.Check(t.Context(), r.rt)
		require.True(t, s.Ready())
		require.True(t, s.Healthy())
		b, err := json.Marshal(s)
		require.NoError(t, err)
		require.JSONEq(t, `{"uptime": 0, "apps": [{"name": "store", "state": "running"}, {"name": "log", "state": "running"},
			{"name": "temporary", "state": "running"}]}`, string(b))

		r.kill("temporary")
		s = application.Check(t.Context(), r.rt)
		require.Equal(t, application.AppStatus{Name: "temporary", State: application.Ended, Error: "shutdown"}, s.Apps[2])
		require.True(t, s.Ready(), "the others do without it")

		trouble = errors.New("disk is full")
		s = application.Check(t.Context(), r.rt)
		require.Equal(t, "disk is full", s.Apps[0].Error)
		require.False(t, s.Ready())
		require.False(t, s.Healthy())
		trouble = nil

		r.kill("log")
		s = application.Check(t.Context(), r.rt)
		require.False(t, s.Ready())
		require.False(t, s.Healthy(), "the program is about to end")
		require.Error(t, p.Wait(t.Context()))
		require.NoError(t, p.Stop())

		release := make(chan struct{})
		hangs.Health = func(context.Context) error { <-release; return nil }
		panics := r.app("panics", 0)
		panics.Health = func(context.Context) error { panic("oh no") }
		p, err = application.Start(t.Context(), application.Options{Runtime: r.rt}, hangs, panics)
		require.NoError(t, err)
		ctx, cancel := context.WithTimeout(t.Context(), time.Second)
		defer cancel()
		began := time.Now()
		s = application.Check(ctx, r.rt)
		require.Equal(t, time.Second, time.Since(began))
		require.Equal(t, "context deadline exceeded", s.Apps[0].Error)
		require.Equal(t, "panic: oh no", s.Apps[1].Error)
		require.NoError(t, p.Stop())
		close(release)
		require.NoError(t, r.rt.Shutdown(t.Context()))
	})
}

// While applications start or stop, nobody is sent to them, and nobody kills the program.
func TestCheck_WhileApplicationsStop(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		r := newRun(t)
		r.start(r.app("a", time.Minute))
		r.cancel()
		synctest.Wait()
		s := application.Check(t.Context(), r.rt)
		require.Equal(t, application.Stopping, s.Apps[0].State)
		require.False(t, s.Ready())
		require.True(t, s.Healthy())
		require.Error(t, r.end(), "it takes longer than a program is given")
	})
}
