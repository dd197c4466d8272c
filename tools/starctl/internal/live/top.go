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
	"github.com/charmbracelet/x/ansi"

	"github.com/starlang-go/starlang/runtime/inspect"
)

// Ask asks a node for its processes.
type Ask func(ctx context.Context, q inspect.Top) (inspect.Rows, error)

// every is how often the screen is drawn anew, unless the user has chosen a window.
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
	if q.Window == 0 {
		q.Window = every // the rates are those between two looks
	}
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
		if msg.err == nil {
			if !m.paused {
				m.rows = msg.rows
			}
			return m, m.fetch // the window is the pause
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

// Text returns what is on the screen: no line is longer than it is wide.
func (m Model) Text() string {
	width := m.width
	if width <= 0 {
		width = usualWidth
	}
	head := fmt.Sprintf("%s  processes %d  by %s", m.node, m.rows.Total, m.query.By)
	if m.paused {
		head = "PAUSED  " + head
	}
	lines := []string{head}
	if m.err != nil {
		lines = append(lines, fmt.Sprintf("error: %v", m.err))
	}
	lines = append(lines, table(m.rows.Rows, width)...)
	if m.height > 0 && len(lines) >= m.height { // it has become lower since the node was asked
		lines = lines[:max(m.height-1, 1)]
	}
	lines = append(lines, "q leave  o order  p pause")
	for i := range lines {
		lines[i] = printable(lines[i], width)
	}
	return strings.Join(lines, "\n")
}

// printable returns as much of s as has room in so many places of a terminal, and nothing
// that steers one.
func printable(s string, places int) string {
	clean := strings.Map(func(r rune) rune {
		if r < ' ' || r >= 0x7f && r < 0xa0 {
			return '\uFFFD'
		}
		return r
	}, s)
	return ansi.Truncate(clean, places, "…")
}

// cells returns how many places of a terminal a text takes.
func cells(s string) int { return ansi.StringWidth(s) }
