package entity_test

import (
	"fmt"
	"testing"
	"time"

	"github.com/stretchr/testify/require"

	"github.com/starlang-go/starlang/remote/cluster/clustertest"
	"github.com/starlang-go/starlang/remote/cluster/entity"
	"github.com/starlang-go/starlang/runtime"
)

func TestRoute_EarlierOwnersAreForgottenInTime(t *testing.T) {
	inLab(t, func(t *testing.T, l *clustertest.Lab, w *world) {
		a, b := start(l, w, "a@test"), start(l, w, "b@test")
		settle()
		var id string
		for i := 0; id == ""; i++ {
			if node, _ := b.Owner(fmt.Sprint("id", i)); node == "a@test" {
				id = fmt.Sprint("id", i)
			}
		}
		cast := func(v int) error { // in the name of a process of its own
			return b.Runtime().Run(t.Context(), func(ctx *runtime.Context) error { return entity.Cast(ctx, b.Entities, id, v) })
		}
		a.Stop()
		require.NoError(t, cast(1))
		require.True(t, b.Remembers(id), "what was sent to a may be on its way")
		<-time.After(time.Minute)
		require.NoError(t, cast(2))
		require.False(t, b.Remembers(id))
		require.NoError(t, cast(3))
		settle()
		require.Equal(t, []int{1, 2, 3}, w.values(id))
	})
}
