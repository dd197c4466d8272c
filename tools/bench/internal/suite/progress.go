package suite

import (
	"fmt"
	"io"
	"os"
)

// A progressLine is one line that is written over again and again on a
// terminal, and a line each where the output is a file.
type progressLine struct {
	out      io.Writer
	terminal bool
}

func newProgressLine(out io.Writer) *progressLine {
	line := &progressLine{out: out}
	if file, ok := out.(*os.File); ok {
		info, err := file.Stat()
		line.terminal = err == nil && info.Mode()&os.ModeCharDevice != 0
	}
	return line
}

// eraseLine goes to the beginning of the line and erases it (ECMA-48, EL).
const eraseLine = "\r\x1b[K"

// show replaces the line.
func (l *progressLine) show(format string, args ...any) {
	if l.terminal {
		fmt.Fprintf(l.out, eraseLine+format, args...)
		return
	}
	fmt.Fprintf(l.out, format+"\n", args...)
}

// print writes a line that stays.
func (l *progressLine) print(format string, args ...any) {
	l.clear()
	fmt.Fprintf(l.out, format+"\n", args...)
}

// clear removes the line.
func (l *progressLine) clear() {
	if l.terminal {
		fmt.Fprint(l.out, eraseLine)
	}
}
