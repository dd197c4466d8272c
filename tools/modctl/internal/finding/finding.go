// Package finding is what a check reports: where, what, and what to do about it.
package finding

import (
	"fmt"
	"strings"
)

// Finding is one thing that is wrong.
type Finding struct {
	// Where is a file or directory, relative to the root of the repository.
	Where string
	// What is wrong there.
	What string
	// Do is what would mend it.
	Do string
}

// String returns the finding as one line.
func (f Finding) String() string { return f.Where + ": " + f.What + ": " + f.Do }

// New returns a finding whose text is formatted like that of [fmt.Sprintf].
func New(where, do, format string, args ...any) Finding {
	return Finding{Where: where, What: fmt.Sprintf(format, args...), Do: do}
}

// Text returns findings one a line.
func Text(found []Finding) string {
	var text strings.Builder
	for _, f := range found {
		text.WriteString(f.String() + "\n")
	}
	return text.String()
}
