package runtime_test

import (
	"bytes"
	"context"
	"runtime/pprof"
	"strings"
	"testing"
	"testing/synctest"

	"github.com/stretchr/testify/require"

	"github.com/starlang-go/starlang/pid/signal"
	"github.com/starlang-go/starlang/runtime"
)

// labelsIn returns what the goroutine profile shows as labels of the goroutine in f.
func labelsIn(t *testing.T, f string) string {
	var profile bytes.Buffer
	require.NoError(t, pprof.Lookup("goroutine").WriteTo(&profile, 1))
	for group := range strings.SplitSeq(profile.String(), "\n\n") {
		if strings.Contains(group, f) {
			_, labels, _ := strings.Cut(group, "# labels: ")
			labels, _, _ = strings.Cut(labels, "\n")
			return labels
		}
	}
	require.Fail(t, "no goroutine is there", f)
	return ""
}

func labelledInHere(ctx *runtime.Context) error {
	<-ctx.Done()
	return nil
}

// TestLabels_AreTheProcesssOwn: neither a process that somebody spawns nor one that somebody
// wakes has that one's labels.
func TestLabels_AreTheProcesssOwn(t *testing.T) {
	for _, own := range []bool{false, true} {
		synctest.Test(t, func(t *testing.T) {
			rt := startWith(t, runtime.Config{ProfileLabels: own})
			var p runtime.ProcessHandle
			check := func() {
				synctest.Wait()
				labels := labelsIn(t, "labelledInHere")
				require.NotContains(t, labels, "somebody")
				require.Equal(t, own, strings.Contains(labels, `"pid":"`+p.PID().String()+`"`), labels)
			}
			pprof.Do(context.Background(), pprof.Labels("who", "somebody"), func(ctx context.Context) {
				p = spawn(t, rt, labelledInHere)
				check()
				p.Exit(signal.Shutdown)
				await(t, p)
				p = spawn(t, rt, func(ctx *runtime.Context) error { return ctx.Hibernate(labelledInHere) })
				synctest.Wait()
				require.NoError(t, p.Send(ctx, 1))
				check()
			})
		})
	}
}
