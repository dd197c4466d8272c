package observer_test

import (
	"bufio"
	"context"
	"io"
	"log/slog"
	"net/http"
	"net/http/httptest"
	"strings"
	"testing"
	"testing/synctest"
	"time"

	"github.com/stretchr/testify/require"

	"github.com/starlang-go/starlang/runtime"
	"github.com/starlang-go/starlang/tools/observer"
)

// inBubble runs a test of a site where time costs nothing.
func inBubble(t *testing.T, test func(t *testing.T, s *site)) {
	t.Helper()
	synctest.Test(t, func(t *testing.T) {
		rt := runtime.MustNew(runtime.Config{Logger: slog.New(slog.DiscardHandler)})
		defer func() { require.NoError(t, rt.Shutdown(context.Background())) }()
		o, err := observer.Handler(rt, observer.Options{Token: token, Logger: slog.New(slog.DiscardHandler)})
		require.NoError(t, err)
		defer o.Close()
		test(t, &site{t, o, rt})
	})
}

// viewer looks at the changes of a page.
type viewer struct {
	leave context.CancelFunc
	lines *bufio.Scanner
}

func (s *site) watch(path string) *viewer {
	ctx, leave := context.WithCancel(s.Context())
	r, w := io.Pipe()
	v := &viewer{leave: leave, lines: bufio.NewScanner(r)}
	v.lines.Buffer(nil, 1<<20)
	go func() { // ends with ctx; the scanner sees its end
		req := httptest.NewRequestWithContext(ctx, http.MethodGet, "http://127.0.0.1"+path, nil)
		req.Header.Set("Authorization", "Bearer "+token)
		s.ServeHTTP(&flow{header: http.Header{}, w: w}, req)
		w.Close()
	}()
	s.Cleanup(leave)
	return v
}

// flow is a response that is read while it is written.
type flow struct {
	header http.Header
	w      *io.PipeWriter
}

func (f *flow) Header() http.Header                { return f.header }
func (f *flow) WriteHeader(int)                    {}
func (f *flow) Write(b []byte) (int, error)        { return f.w.Write(b) }
func (f *flow) Flush()                             {}
func (f *flow) SetWriteDeadline(_ time.Time) error { return nil }

// next returns the next line that is no heartbeat.
func (v *viewer) next() (string, bool) {
	for v.lines.Scan() {
		if line := v.lines.Text(); strings.HasPrefix(line, "data: ") {
			return line, true
		}
	}
	return "", false
}

func TestSampler_IsOneForAllAndEndsWithTheLastViewer(t *testing.T) {
	inBubble(t, func(t *testing.T, s *site) {
		require.Zero(t, s.Samples(), "nobody has looked")
		paths := []string{here + "names?live=1", here + "names?live=1", here + "apps?live=1"}
		var viewers []*viewer
		for _, path := range paths {
			viewers = append(viewers, s.watch(path))
		}
		for _, v := range viewers {
			_, ok := v.next()
			require.True(t, ok)
		}
		before := s.Samples()
		<-time.After(10 * time.Second)
		synctest.Wait()
		// In ten seconds: ten of the numbers, five of the applications, two of the names.
		require.InDelta(t, 17, s.Samples()-before, 3)
		for _, v := range viewers {
			v.leave()
		}
		<-time.After(11 * time.Second)
		synctest.Wait()
		before = s.Samples()
		<-time.After(time.Minute)
		synctest.Wait()
		require.Equal(t, before, s.Samples(), "unwatched, nothing is asked")
	})
}

func TestStream_TellsOfChangesOnly(t *testing.T) {
	inBubble(t, func(t *testing.T, s *site) {
		v := s.watch(here + "names?live=1")
		first, ok := v.next()
		require.True(t, ok)
		require.NotContains(t, first, "newcomer")
		lines := make(chan string, 100)
		go func() { // ends with the stream
			for line, ok := v.next(); ok; line, ok = v.next() {
				lines <- line
			}
			close(lines)
		}()
		<-time.After(time.Minute)
		synctest.Wait()
		require.Empty(t, lines, "nothing has changed")
		spawn(t, s.rt, runtime.SpawnOptions{Name: "newcomer"}, idle)
		require.Contains(t, <-lines, "newcomer")
		v.leave()
		_, open := <-lines
		require.False(t, open)
	})
}

func TestClose_EndsStreams(t *testing.T) {
	inBubble(t, func(t *testing.T, s *site) {
		v := s.watch(here + "names?live=1")
		_, ok := v.next()
		require.True(t, ok)
		s.Close()
		_, ok = v.next()
		require.False(t, ok)
		require.Equal(t, http.StatusOK, s.get(here+"names").Code, "pages are still answered")
		synctest.Wait()
	})
}

func TestTrace_ShowsWhatAProcessReceives(t *testing.T) {
	inBubble(t, func(t *testing.T, s *site) {
		spawn(t, s.rt, runtime.SpawnOptions{Name: "someone"}, func(ctx *runtime.Context) error {
			for {
				if _, err := ctx.Recv(); err != nil {
					return err
				}
			}
		})
		form := map[string][]string{"targets": {"someone"}, "limit": {"2"}, "for": {"1m"}}
		w := s.do(http.MethodPost, here+"trace", form)
		require.Equal(t, http.StatusSeeOther, w.Code, w.Body)
		synctest.Wait()
		for range 3 {
			require.NoError(t, runtime.SendNamed(runtime.NewContext(t.Context(), s.rt), pidName("someone"), secret))
		}
		<-time.After(2 * time.Second)
		synctest.Wait()
		page := s.get(w.Header().Get("Location")).Body.String()
		require.Contains(t, page, "2 events")
		require.Contains(t, page, "string", "the type is shown")
		require.NotContains(t, page, secret, "the message is not")
		require.Contains(t, page, ">over<")
		w = s.do(http.MethodPost, here+"trace", map[string][]string{"targets": {"nobody"}, "limit": {"2"}, "for": {"1m"}})
		synctest.Wait()
		require.Contains(t, s.get(w.Header().Get("Location")).Body.String(), "no such process")
	})
}
