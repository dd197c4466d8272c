package live_test

import (
	"context"
	"errors"
	"strings"
	"testing"
	"time"

	tea "charm.land/bubbletea/v2"
	"github.com/charmbracelet/x/ansi"
	"github.com/stretchr/testify/require"

	"github.com/starlang-go/starlang/pid"
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

func TestTop_FitsIntoEveryTerminal(t *testing.T) {
	rows := inspect.Rows{Total: 1_000_000}
	for i := range 40 {
		rows.Rows = append(rows.Rows, inspect.Row{
			PID: pid.New(pid.NodeID{}, uint64(i)*1000), Name: strings.Repeat("ein langer Name 日本語 ", 5), State: "sleeping", Queue: 1 << (i % 40),
			Received: 1 << i, Rate: 12345.678 * float64(i), Growth: -1e9, Age: time.Duration(i) * 10 * time.Hour,
		})
	}
	ask := func(context.Context, inspect.Top) (inspect.Rows, error) { return rows, nil }
	for width := 1; width <= 200; width++ {
		var m tea.Model = live.NewModel(t.Context(), strings.Repeat("shop", 20)+"@10.0.0.1:4370", ask, inspect.Top{By: inspect.ByQueue})
		m, _ = m.Update(tea.WindowSizeMsg{Width: width, Height: 24})
		m, _ = m.Update(m.Init()())
		lines := strings.Split(text(m), "\n")
		require.LessOrEqual(t, len(lines), 24)
		for _, line := range lines {
			require.LessOrEqual(t, ansi.StringWidth(line), width, "%d: %q", width, line)
		}
		if width >= 40 {
			require.Contains(t, text(m), "QUEUE")
			require.Contains(t, text(m), "ein langer")
			require.Contains(t, text(m), "<1000>")
		}
		if width >= 80 {
			require.Contains(t, text(m), "AGE")
		}
	}
}
