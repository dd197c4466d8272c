package dialogue_test

import (
	"context"
	"io"
	"log/slog"
	"testing"
	"time"

	"github.com/stretchr/testify/require"
	"go.uber.org/goleak"

	"github.com/starlang-go/starlang/pid/signal"
	"github.com/starlang-go/starlang/remote"
	"github.com/starlang-go/starlang/remote/dialogue"
	"github.com/starlang-go/starlang/runtime"
)

func TestMain(m *testing.M) { goleak.VerifyTestMain(m) }

func bounded(t testing.TB) context.Context {
	ctx, cancel := context.WithTimeout(context.Background(), 2*time.Minute)
	t.Cleanup(cancel)
	return ctx
}

// start starts a node to be played against.
func start(t testing.TB, partner bool) dialogue.Player {
	t.Helper()
	quiet := slog.New(slog.NewTextHandler(io.Discard, nil))
	rt := runtime.MustNew(runtime.Config{Name: "node@127.0.0.1:1", Logger: quiet})
	p := dialogue.Player{Cookie: "secret"}
	n, err := remote.Start(rt, remote.Config{Listen: "127.0.0.1:0", Cookie: p.Cookie, Logger: quiet})
	require.NoError(t, err)
	t.Cleanup(func() {
		require.NoError(t, n.Close(bounded(t)))
		for id := range rt.PIDs() {
			require.NoError(t, rt.Exit(id, signal.Kill))
		}
		require.NoError(t, rt.Shutdown(bounded(t)))
	})
	if partner {
		_, err = rt.SpawnOpt(runtime.SpawnOptions{Name: dialogue.PartnerName}, dialogue.Partner)
		require.NoError(t, err)
	}
	p.Addr = n.Addr().String()
	return p
}

func TestPlayer_ThisImplementationSaysWhatItHasTo(t *testing.T) {
	p := start(t, true)
	all, err := dialogue.All()
	require.NoError(t, err)
	require.NotEmpty(t, all)
	for _, d := range all {
		t.Run(d.Name, func(t *testing.T) { require.NoError(t, p.Play(bounded(t), d), d.Holds) })
	}
}

func TestPlayer_TwoConnectionsThatCross(t *testing.T) {
	p := start(t, true)
	require.NoError(t, p.PlayTieBreak(bounded(t), true))
	require.NoError(t, p.PlayTieBreak(bounded(t), false))
}

func TestPlayer_TellsWhatIsWrong(t *testing.T) {
	p := start(t, false)
	wrong, err := dialogue.Parse("wrong", "# The number changes.\n> [32, 1]\n< [33, 2]\n")
	require.NoError(t, err)
	require.ErrorContains(t, p.Play(bounded(t), wrong), "the node sent [33 1]")
	needs, err := dialogue.Parse("needs", "# A process.\n> [24, 1, \"$partner\"]\n")
	require.NoError(t, err)
	require.ErrorIs(t, p.Play(bounded(t), needs), dialogue.ErrNoPartner)
	p.Cookie = "another"
	require.ErrorContains(t, p.Play(bounded(t), wrong), "wrong cookie")
}

func TestParse_RefusesWhatIsNoDialogue(t *testing.T) {
	for _, text := range []string{"> [1]", "# x\n= [1]", "# x\n>2/1 [1]", "# x\n> {}"} {
		_, err := dialogue.Parse("bad", text)
		require.Error(t, err, text)
	}
}
