package dialogue

import (
	"embed"
	"encoding/json"
	"fmt"
	"path"
	"strconv"
	"strings"
)

//go:embed dialogues/*.txt
var files embed.FS

// Dialogue is what a peer and a node say to each other.
type Dialogue struct {
	Name  string // of its file
	Holds string // what it shows
	lines []line
}

// line is a frame of a dialogue.
type line struct {
	text        string
	fields      []any // kind and fields, numbers as json.Number
	sent        bool  // by the player
	piece, of   int   // which fragment; 0: the whole
	needPartner bool
}

// All returns the dialogues, in the order of their names.
func All() ([]Dialogue, error) {
	entries, err := files.ReadDir("dialogues")
	if err != nil {
		return nil, err
	}
	all := make([]Dialogue, 0, len(entries))
	for _, e := range entries {
		text, err := files.ReadFile(path.Join("dialogues", e.Name()))
		if err != nil {
			return nil, err
		}
		d, err := Parse(strings.TrimSuffix(e.Name(), ".txt"), string(text))
		if err != nil {
			return nil, err
		}
		all = append(all, d)
	}
	return all, nil
}

// Parse reads a dialogue in the form that the documentation of the package gives.
func Parse(name, text string) (Dialogue, error) {
	first, rest, _ := strings.Cut(text, "\n")
	holds, ok := strings.CutPrefix(first, "# ")
	if !ok {
		return Dialogue{}, fmt.Errorf("dialogue %s: the first line does not say what holds", name)
	}
	d := Dialogue{Name: name, Holds: holds}
	for s := range strings.Lines(rest) {
		l, err := parseLine(strings.TrimSpace(s))
		if err != nil {
			return Dialogue{}, fmt.Errorf("dialogue %s: %q: %w", name, s, err)
		}
		d.lines = append(d.lines, l)
	}
	return d, nil
}

func parseLine(s string) (line, error) {
	way, frame, _ := strings.Cut(s, " ")
	l := line{text: s, sent: way != "<", needPartner: strings.Contains(frame, `"$partner"`)}
	if part, cut := strings.CutPrefix(way, ">"); cut && part != "" {
		if _, err := fmt.Sscanf(part, "%d/%d", &l.piece, &l.of); err != nil || l.piece < 1 || l.piece > l.of {
			return l, fmt.Errorf("no fragment: %s", strconv.Quote(way))
		}
	} else if way != ">" && way != "<" {
		return l, fmt.Errorf("neither sent nor received: %s", strconv.Quote(way))
	}
	dec := json.NewDecoder(strings.NewReader(frame))
	dec.UseNumber()
	return l, dec.Decode(&l.fields)
}

func (d Dialogue) needsPartner() bool {
	for _, l := range d.lines {
		if l.needPartner {
			return true
		}
	}
	return false
}
