// Package live draws the live screen of starctl.
package live

import (
	"context"
	"errors"
	"fmt"
	"io"
	"slices"
	"strings"
	"time"

	tea "charm.land/bubbletea/v2"

	"github.com/starlang-go/starlang/runtime/inspect"
)

// Ask asks a node for its processes.
type Ask func(ctx context.Context, q inspect.Top) (inspect.Rows, error)

// every is how often the screen is drawn anew.
const every = time.Second

// Top shows the processes that come first until the user leaves, or ctx ends.
func Top(ctx context.Context, in io.Reader, out io.Writer, node string, ask Ask, q inspect.Top) error {
	m := Model{ctx: ctx, node: node, ask: ask, query: q}
	_, err := tea.NewProgram(m, tea.WithContext(ctx), tea.WithInput(in), tea.WithOutput(out)).Run()
	if errors.Is(err, tea.ErrProgramKilled) && ctx.Err() != nil {
		return nil
	}
	return err
}

// Model is the state of the screen.
type Model struct {
	ctx    context.Context
	node   string
	ask    Ask
	query  inspect.Top
	rows   inspect.Rows
	err    error
	paused bool
	height int
	width  int
}

// NewModel returns the first state of a screen.
func NewModel(ctx context.Context, node string, ask Ask, q inspect.Top) Model {
	return Model{ctx: ctx, node: node, ask: ask, query: q}
}

type (
	answered struct {
		rows inspect.Rows
		err  error
	}
	tick struct{}
)

// Init implements tea.Model.
func (m Model) Init() tea.Cmd { return m.fetch }

// fetch asks the node. There is one question at a time: the next is asked when this one
// was answered.
func (m Model) fetch() tea.Msg {
	ctx, cancel := context.WithTimeout(m.ctx, 10*every)
	defer cancel()
	q := m.query
	if m.height > 0 && q.N == 0 {
		q.N = max(m.height-4, 1)
	}
	rows, err := m.ask(ctx, q)
	return answered{rows, err}
}

// orders are those that the key o goes through.
var orders = []inspect.Order{inspect.ByQueue, inspect.ByReceived, inspect.ByRate, inspect.ByGrowth, inspect.ByAge, inspect.ByPID}

// Update implements tea.Model.
func (m Model) Update(msg tea.Msg) (tea.Model, tea.Cmd) {
	switch msg := msg.(type) {
	case answered:
		m.err = msg.err
		if msg.err == nil && !m.paused {
			m.rows = msg.rows
		}
		return m, tea.Tick(every, func(time.Time) tea.Msg { return tick{} })
	case tick:
		return m, m.fetch
	case tea.WindowSizeMsg:
		m.height, m.width = msg.Height, msg.Width
	case tea.KeyPressMsg:
		return m.key(msg.String())
	}
	return m, nil
}

func (m Model) key(key string) (tea.Model, tea.Cmd) {
	switch key {
	case "q", "esc", "ctrl+c":
		return m, tea.Quit
	case "o":
		m.query.By = orders[(slices.Index(orders, m.query.By)+1)%len(orders)]
	case "p", "space":
		m.paused = !m.paused
	}
	return m, nil
}

// View implements tea.Model.
func (m Model) View() tea.View {
	v := tea.NewView(m.Text())
	v.AltScreen = true
	return v
}

// Text returns what is on the screen.
func (m Model) Text() string {
	var b strings.Builder
	state := ""
	if m.paused {
		state = "  PAUSED"
	}
	fmt.Fprintf(&b, "%s  processes %d  by %s%s\n", m.node, m.rows.Total, m.query.By, state)
	if m.err != nil {
		fmt.Fprintf(&b, "error: %v\n", m.err)
	}
	fmt.Fprintf(&b, "%-28s %-20s %-10s %8s %10s %8s %8s %10s\n", "PID", "NAME", "STATE", "QUEUE", "RECEIVED", "RATE", "GROWTH", "AGE")
	for _, r := range m.rows.Rows {
		name := r.Name
		if name == "" {
			name = r.Label
		}
		line := fmt.Sprintf("%-28s %-20s %-10s %8d %10d %8.1f %8.1f %10s", r.PID, printable(name, 20), r.State, r.Queue, r.Received, r.Rate, r.Growth,
			r.Age.Round(time.Second))
		b.WriteString(line + "\n")
	}
	b.WriteString("q leave  o order  p pause")
	return b.String()
}

// printable returns at most n runes of s, none of which steers a terminal.
func printable(s string, n int) string {
	clean := []rune(strings.Map(func(r rune) rune {
		if r < ' ' || r >= 0x7f && r < 0xa0 {
			return '\uFFFD'
		}
		return r
	}, s))
	return string(clean[:min(len(clean), n)])
}
