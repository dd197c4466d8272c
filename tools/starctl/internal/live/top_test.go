package live_test

import (
	"context"
	"errors"
	"testing"

	tea "charm.land/bubbletea/v2"
	"github.com/stretchr/testify/require"

	"github.com/starlang-go/starlang/runtime/inspect"
	"github.com/starlang-go/starlang/tools/starctl/internal/live"
)

func press(m tea.Model, key rune) (tea.Model, tea.Cmd) {
	return m.Update(tea.KeyPressMsg{Code: key, Text: string(key)})
}

func text(m tea.Model) string { return m.(live.Model).Text() }

func TestTop_ShowsWhatTheNodeAnswers(t *testing.T) {
	var asked inspect.Top
	var fails error
	var m tea.Model = live.NewModel(t.Context(), "shop@test", func(_ context.Context, q inspect.Top) (inspect.Rows, error) {
		asked = q
		return inspect.Rows{Rows: []inspect.Row{{Name: "ca\x1b[2Jrt", Queue: 7}}, Total: 3}, fails
	}, inspect.Top{By: inspect.ByQueue})
	m, _ = m.Update(tea.WindowSizeMsg{Width: 100, Height: 24})
	m, _ = m.Update(m.Init()())
	require.Contains(t, text(m), "shop@test  processes 3  by queue")
	require.Equal(t, 20, asked.N, "as many as there is room for")
	require.NotContains(t, text(m), "\x1b", "what others have written does not steer the terminal")

	m, _ = press(m, 'o')
	m, _ = m.Update(m.Init()())
	require.Equal(t, inspect.ByReceived, asked.By)
	m, _ = press(m, 'p')
	require.Contains(t, text(m), "PAUSED")
	fails = errors.New("connection lost")
	m, _ = m.Update(m.Init()())
	require.Contains(t, text(m), "error: connection lost")
	_, quit := press(m, 'q')
	require.Equal(t, tea.QuitMsg{}, quit())
}
