package observer

import (
	"context"
	"encoding/json"
	"slices"
	"strconv"
	"strings"

	"github.com/a-h/templ"

	"github.com/starlang-go/starlang/pid"
	"github.com/starlang-go/starlang/runtime/inspect"
)

// The bounds of the page of trees.
const (
	treeDepth  = 2  // how deep it is open at first
	maxOpen    = 50 // supervisors that are opened by hand
	maxDrawn   = 40 // branches of a picture: more are easier to read as a list
	maxMatches = 50
)

// forest is what the page of trees shows.
type forest struct {
	Trees   []inspect.Branch `json:"trees"`
	Roots   int              `json:"roots"`             // how many there are
	Matches []inspect.Row    `json:"matches,omitempty"` // of a search
	Matched int              `json:"matched,omitempty"`
	open    []string         // numbers of supervisors that are opened by hand
	after   int
	root    string
}

func showTrees(ctx context.Context, a *ask) (any, templ.Component, error) {
	v := forest{root: a.param("root", ""), after: a.number("after", 0, 1<<30)}
	if open := a.param("open", ""); open != "" {
		v.open = strings.Split(open, ",")
		v.open = v.open[:min(len(v.open), maxOpen)]
	}
	if err := v.load(ctx, a.c); err != nil {
		return nil, nil, err
	}
	if q := a.param("q", ""); q != "" {
		found, err := a.c.Find(ctx, inspect.Find{Text: q, N: maxMatches})
		if err != nil {
			return nil, nil, err
		}
		v.Matches, v.Matched = found.Rows, found.Matched
	}
	return v, treesView(a, v), nil
}

func (v *forest) load(ctx context.Context, c *inspect.Client) error {
	if v.root != "" {
		tree, err := c.Tree(ctx, inspect.Tree{Root: v.root, Depth: treeDepth, After: v.after})
		if err != nil {
			return err
		}
		v.Trees, v.Roots = []inspect.Branch{tree}, 1
		return v.openIn(ctx, c, v.Trees)
	}
	roots, err := c.Roots(ctx, inspect.Roots{})
	if err != nil {
		return err
	}
	v.Roots = roots.Matched
	for i, r := range roots.Rows {
		depth := treeDepth
		if i >= 10 { // the others are opened by hand
			depth = 0
		}
		tree := inspect.Branch{PID: r.PID, ID: r.Name, Name: r.Name, Type: "supervisor", State: "running", Queue: r.Queue}
		if depth > 0 || v.isOpen(r.PID) {
			found, err := c.Tree(ctx, inspect.Tree{Root: r.PID.String(), Depth: max(depth, 1)})
			if err == nil {
				tree = found
			} else {
				tree.Error = err.Error() // it has ended, or is busy
			}
		}
		v.Trees = append(v.Trees, tree)
	}
	return v.openIn(ctx, c, v.Trees)
}

// openIn asks for what is below the supervisors that are opened by hand.
func (v *forest) openIn(ctx context.Context, c *inspect.Client, branches []inspect.Branch) error {
	for i := range branches {
		b := &branches[i]
		if b.Type == "supervisor" && len(b.Children) == 0 && b.Error == "" && v.isOpen(b.PID) {
			below, err := c.Tree(ctx, inspect.Tree{Root: b.PID.String(), Depth: 1})
			if ctx.Err() != nil {
				return ctx.Err()
			}
			if err != nil {
				b.Error = err.Error()
			}
			b.Children, b.Total = below.Children, below.Total
		}
		if err := v.openIn(ctx, c, b.Children); err != nil {
			return err
		}
	}
	return nil
}

func (v *forest) isOpen(p pid.PID) bool { return slices.Contains(v.open, number64(p)) }

func number64(p pid.PID) string { return strconv.FormatUint(p.ID(), 10) }

// toggled returns the parameter with one supervisor more, or less.
func (v *forest) toggled(p pid.PID) string {
	id := number64(p)
	if v.isOpen(p) {
		return strings.Join(slices.DeleteFunc(slices.Clone(v.open), func(s string) bool { return s == id }), ",")
	}
	return strings.Join(append(slices.Clone(v.open), id), ",")
}

// isMatch reports whether a search has found a branch.
func (v *forest) isMatch(b inspect.Branch) bool {
	return slices.ContainsFunc(v.Matches, func(r inspect.Row) bool { return r.PID == b.PID })
}

// titleOf returns what a branch is called.
func titleOf(b inspect.Branch) string {
	switch {
	case b.Name != "" && b.ID != "" && b.Name != b.ID:
		return b.ID + " · " + b.Name
	case b.Name+b.ID == "" && b.PID.IsZero():
		return "not running"
	case b.Name+b.ID == "":
		return short(b.PID)
	case b.Name != "":
		return b.Name
	}
	return b.ID
}

// heat returns how much there is to worry about a branch, from 0 to 3.
func heat(b inspect.Branch) int {
	switch {
	case b.Queue >= 500 || b.State != "running":
		return 3
	case b.Queue >= 50:
		return 2
	case b.Queue > 0 || b.Restarts > 0:
		return 1
	}
	return 0
}

// drawn is a branch as the script draws it.
type drawn struct {
	Name     string  `json:"name"`
	PID      string  `json:"pid"`
	Link     string  `json:"link,omitempty"`
	Heat     int     `json:"heat"`
	Note     string  `json:"note,omitempty"`
	Super    bool    `json:"super,omitempty"`
	Children []drawn `json:"children,omitempty"`
}

// drawing returns what the script draws, "" if that is too much for a picture.
func (v *forest) drawing(a *ask) string {
	left := maxDrawn
	all := v.draw(a, v.Trees, &left)
	if left <= 0 || len(all) == 0 {
		return ""
	}
	b, err := json.Marshal(all)
	if err != nil {
		return ""
	}
	return string(b)
}

func (v *forest) draw(a *ask, branches []inspect.Branch, left *int) (all []drawn) {
	for _, b := range branches {
		if *left--; *left <= 0 {
			return nil
		}
		d := drawn{Name: titleOf(b), Heat: heat(b), Note: noteOf(b), Super: b.Type == "supervisor"}
		if !b.PID.IsZero() {
			d.PID, d.Link = short(b.PID), a.toProcess(b.PID.String())
		}
		d.Children = v.draw(a, b.Children, left)
		all = append(all, d)
	}
	return all
}

// noteOf returns what is remarkable of a branch.
func noteOf(b inspect.Branch) string {
	var notes []string
	if b.State != "running" {
		notes = append(notes, b.State)
	}
	if b.Restarts > 0 {
		notes = append(notes, plural(int(b.Restarts), "restart"))
	}
	if b.Queue > 0 {
		notes = append(notes, whole(b.Queue)+" queued")
	}
	return strings.Join(notes, ", ")
}
