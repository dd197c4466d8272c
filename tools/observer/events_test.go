package observer_test

import (
	"encoding/json"
	"net/http"
	"strings"
	"testing"

	"github.com/stretchr/testify/require"

	"github.com/starlang-go/starlang/runtime"
	"github.com/starlang-go/starlang/runtime/genserver"
	"github.com/starlang-go/starlang/runtime/inspect"
	"github.com/starlang-go/starlang/tools/observer"
)

func TestEvents_ShowCrashesAndWhatElseHasHappened(t *testing.T) {
	s := newSite(t, observer.Options{})
	require.Contains(t, s.get(here+"events").Body.String(), "No process has ended by a failure")
	crash(t, s.rt)
	page := s.get(here + "events")
	require.Equal(t, http.StatusOK, page.Code)
	text := page.Body.String()
	require.Contains(t, text, "1 crash since the node began")
	require.Contains(t, text, "error: panic: &lt;b&gt;no&lt;/b&gt;", "the reason is escaped")
	require.Contains(t, text, "brittle")
	require.Contains(t, text, "*observer_test.brittle", "the server's type")
	require.Contains(t, text, "HandleCast", "the stack")
	require.NotContains(t, text, secret)

	text = s.get(here + "events?kind=restart").Body.String()
	require.Contains(t, text, "Nothing of that kind")

	var got struct {
		Events  inspect.EventList `json:"events"`
		Crashes inspect.CrashList `json:"crashes"`
	}
	w := s.get(here+"events?kind=crash", header("Accept", "application/json"))
	require.NoError(t, json.Unmarshal(w.Body.Bytes(), &got))
	require.EqualValues(t, 1, got.Crashes.Total)
	require.Len(t, got.Events.Events, 1)
	require.Equal(t, inspect.EventCrash, got.Events.Events[0].Kind)
	require.True(t, strings.HasSuffix(got.Crashes.Crashes[0].Type, "brittle"))
}

// brittle is a server with a secret that panics.
type brittle struct{ password string }

func (*brittle) HandleCast(*genserver.Context, any) error { panic("<b>no</b>") }

// crash has a server crash, and waits until it has.
func crash(t *testing.T, rt *runtime.Runtime) {
	t.Helper()
	require.NoError(t, rt.Run(t.Context(), func(ctx *runtime.Context) error {
		p, _, err := genserver.StartMonitor(ctx, &brittle{secret}, genserver.Options{Name: "brittle"})
		require.NoError(t, err)
		require.NoError(t, genserver.Cast(ctx, p, 1))
		_, err = ctx.Recv() // that it is down
		return err
	}))
}
