package scenario

import (
	"bytes"
	"fmt"
	"iter"
	"os"
)

// Read reads a scenario file. The error of one that is not well-formed names the
// file, the line, the step and what is wrong.
func Read(file string) ([]Scenario, error) {
	text, err := os.ReadFile(file)
	if err != nil {
		return nil, err
	}
	var all []Scenario
	for number, line := range Lines(text) {
		s, err := Parse(line)
		if err != nil {
			return nil, fmt.Errorf("%s:%d: %w", file, number, err)
		}
		s.Line = number
		all = append(all, s)
	}
	return all, nil
}

// Lines iterates over the lines of text that are not blank, with their numbers
// from 1.
func Lines(text []byte) iter.Seq2[int, []byte] {
	return func(yield func(int, []byte) bool) {
		number := 0
		for line := range bytes.Lines(text) {
			number++
			if line = bytes.TrimSpace(line); len(line) > 0 && !yield(number, line) {
				return
			}
		}
	}
}
