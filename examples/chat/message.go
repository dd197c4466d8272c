package main

import (
	"strings"
	"unicode"

	"github.com/starlang-go/starlang/term"
)

// What the nodes say to each other. The names are what it is on the wire.
type (
	// enter is a call to the room; the reply is a welcome.
	enter struct{ Nick string }
	// who is a call to the room; the reply is a welcome without history.
	who struct{}
	// say is a call to the room; the reply is nil.
	say struct{ Text string }

	// welcome is what one who has entered gets.
	welcome struct {
		Here    []string // nicks, sorted
		History []string // the last lines
	}
	// line is what the room sends to all who are in it.
	line struct{ Text string }
)

func init() {
	term.MustRegister[enter]("chat.enter")
	term.MustRegister[who]("chat.who")
	term.MustRegister[say]("chat.say")
	term.MustRegister[welcome]("chat.welcome")
	term.MustRegister[line]("chat.line")
}

// maxText is how much of what somebody says is passed on, in bytes.
const maxText = 1000

// clean makes text fit for other people's terminals.
func clean(text string) string {
	text = strings.ToValidUTF8(text[:min(len(text), maxText)], "")
	return strings.TrimSpace(strings.Map(func(r rune) rune {
		if unicode.IsPrint(r) {
			return r
		}
		return -1
	}, text))
}
