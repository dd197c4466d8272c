package main

import (
	"context"
	"crypto/rand"
	"errors"
	"fmt"
	"io"
	"os"
	"path/filepath"
	"strings"
)

// play is a short conversation, whose parts are played by programs of their own.
func play(ctx context.Context, out io.Writer) (err error) {
	dir, err := os.MkdirTemp("", "chat")
	if err != nil {
		return err
	}
	defer func() { err = errors.Join(err, os.RemoveAll(dir)) }()
	cookie := filepath.Join(dir, "cookie")
	if err := os.WriteFile(cookie, []byte(rand.Text()), 0o600); err != nil {
		return err
	}
	s := &stage{ctx: ctx, out: out, cookie: cookie, actors: map[string]*actor{}}
	defer func() { err = errors.Join(err, s.clear()) }()
	s.perform()
	if ctx.Err() != nil {
		return nil
	}
	return s.err
}

// perform is the script.
func (s *stage) perform() {
	s.scene("A server opens a room.")
	opened := s.enter("lounge", "-listen", "127.0.0.1:0")
	opened, address, _ := strings.Cut(opened, " on ")
	s.show("lounge", opened)
	there := []string{"-join", "lounge@demo", "-at", address}

	s.scene("Two people join, each from a node of their own.")
	s.show("ada", s.enter("ada", there...))
	s.hear("lounge")
	s.show("bob", s.enter("bob", there...)) // what was said before
	s.hear("bob", "lounge", "ada")

	s.scene("They talk.")
	s.say("ada", "hello bob")
	s.hear("bob", "lounge")
	s.say("bob", "hi ada, how are you?")
	s.hear("ada", "lounge")

	s.scene("Bob's program is killed in mid-sentence. The room monitors him.")
	s.kill("bob")
	s.hear("lounge", "ada")

	s.scene("He starts it again, and sees what he has missed.")
	s.show("bob", s.enter("bob", there...))
	s.hear("bob", "bob", "bob", "bob", "bob")
	s.hear("lounge", "ada")
	s.say("bob", "back again")
	s.hear("ada", "lounge")
	s.say("bob", "/who")
	s.hear("bob")

	s.scene("Ada leaves.")
	s.say("ada", "/quit")
	s.hear("ada", "lounge", "bob")
	s.exit("ada")
}

// scene prints a headline.
func (s *stage) scene(title string) {
	if s.err != nil {
		return
	}
	if s.begun {
		fmt.Fprintln(s.out)
	}
	s.begun = true
	fmt.Fprintln(s.out, title)
}
