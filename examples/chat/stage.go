package main

import (
	"bufio"
	"context"
	"errors"
	"fmt"
	"io"
	"os"
	"os/exec"
	"time"
)

// childVariable is set for the programs that play starts: a test binary that finds
// it is the program chat.
const childVariable = "STARLANG_CHAT_CHILD"

// lull is how long nobody need say anything on a machine that is very busy.
const lull = time.Minute

// stage is where programs act. The first thing that goes wrong is kept in err, and
// nothing is done after it.
type stage struct {
	ctx    context.Context
	out    io.Writer
	cookie string // a file
	actors map[string]*actor
	begun  bool // there was a scene
	err    error
}

// actor is a program that takes part.
type actor struct {
	cmd   *exec.Cmd
	in    io.WriteCloser
	lines chan string // what it prints; closed at its end
}

// enter starts an actor and returns the first line that it prints.
func (s *stage) enter(name string, args ...string) string {
	if s.err != nil {
		return ""
	}
	args = append([]string{"-name", name + "@demo", "-cookie-file", s.cookie}, args...)
	a, err := startActor(s.ctx, args)
	if err != nil {
		s.err = err
		return ""
	}
	s.actors[name] = a
	return s.next(name)
}

func startActor(ctx context.Context, args []string) (*actor, error) {
	program, err := os.Executable()
	if err != nil {
		return nil, err
	}
	cmd := exec.CommandContext(ctx, program, args...)
	cmd.Env = append(os.Environ(), childVariable+"=1")
	cmd.Stderr = os.Stderr
	in, err := cmd.StdinPipe()
	if err != nil {
		return nil, err
	}
	out, err := cmd.StdoutPipe()
	if err != nil {
		return nil, err
	}
	if err := cmd.Start(); err != nil {
		return nil, err
	}
	a := &actor{cmd, in, make(chan string, 100)}
	go func() { // ends with the program
		defer close(a.lines)
		for lines := bufio.NewScanner(out); lines.Scan(); {
			a.lines <- lines.Text()
		}
	}()
	return a, nil
}

// next returns the next line that an actor prints.
func (s *stage) next(name string) string {
	if s.err != nil {
		return ""
	}
	select {
	case text, ok := <-s.actors[name].lines:
		if !ok {
			s.err = fmt.Errorf("%s has ended", name)
		}
		return text
	case <-time.After(lull):
		s.err = fmt.Errorf("%s says nothing", name)
	case <-s.ctx.Done():
		s.err = context.Cause(s.ctx)
	}
	return ""
}

// show prints what an actor has printed.
func (s *stage) show(name, text string) {
	if s.err == nil {
		fmt.Fprintf(s.out, "  %-7s| %s\n", name, text)
	}
}

// hear waits for the next line of each of the actors, in this order.
func (s *stage) hear(names ...string) {
	for _, name := range names {
		s.show(name, s.next(name))
	}
}

// say types a line.
func (s *stage) say(name, text string) {
	if s.err != nil {
		return
	}
	s.show(name, "> "+text)
	_, s.err = fmt.Fprintln(s.actors[name].in, text)
}

// kill ends an actor without giving it a chance to say anything.
func (s *stage) kill(name string) {
	if s.err != nil {
		return
	}
	if s.err = s.actors[name].cmd.Process.Kill(); s.err == nil {
		_ = s.await(name) // it was killed, and says so
	}
}

// exit waits for the end of an actor that is to end well.
func (s *stage) exit(name string) {
	if s.err == nil {
		s.err = s.await(name)
	}
}

// await waits until an actor has ended.
func (s *stage) await(name string) error {
	a := s.actors[name]
	delete(s.actors, name)
	for range a.lines {
	}
	return a.cmd.Wait()
}

// clear makes all who are left end: their input does.
func (s *stage) clear() error {
	var errs []error
	for _, name := range []string{"ada", "bob", "lounge"} {
		if a := s.actors[name]; a != nil {
			errs = append(errs, a.in.Close(), s.await(name))
		}
	}
	if s.ctx.Err() != nil {
		return nil // whatever they said when they were interrupted
	}
	return errors.Join(errs...)
}
