package observer_test

import (
	"html"
	"net/http"
	"testing"

	"github.com/stretchr/testify/require"

	"github.com/starlang-go/starlang/runtime"
	"github.com/starlang-go/starlang/tools/observer"
)

func TestProfile_OfGoroutinesIsByProcessAndOfTheHeapAFile(t *testing.T) {
	s := newSite(t, observer.Options{})
	runs := make(chan struct{})
	p := spawn(t, s.rt, runtime.SpawnOptions{Name: "idler"}, func(ctx *runtime.Context) error {
		close(runs)
		return idle(ctx)
	})
	<-runs
	text := s.get(here + "profile").Body.String()
	require.Contains(t, text, "Goroutines that do the same")
	text = s.get(here + "profile?kind=goroutine").Body.String()
	require.Contains(t, text, ">idler<")
	require.Contains(t, text, html.EscapeString(p.String()))
	text = s.get(here + "profile?kind=goroutine&by=type").Body.String()
	require.Contains(t, text, "observer_test.TestProfile")
	text = s.get(here + "profile?kind=heap").Body.String()
	require.Contains(t, text, "profile/file?kind=heap")
	file := s.get(here + "profile/file?kind=heap")
	require.Equal(t, http.StatusOK, file.Code)
	require.Equal(t, []byte{0x1f, 0x8b}, file.Body.Bytes()[:2], "it is gzipped")
	require.NotEqual(t, http.StatusOK, s.get(here+"profile/file?kind=nonsense").Code)
	require.Equal(t, http.StatusNotFound, s.get("/n/nobody/profile/file?kind=heap").Code)
}
