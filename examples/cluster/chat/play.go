package main

import (
	"context"
	"errors"
	"fmt"
	"io"

	"github.com/starlang-go/starlang/examples/cluster/internal/stage"
)

// play is what two people in two terminals would see.
func play(ctx context.Context, out io.Writer) (err error) {
	annAt, errAnn := stage.FreeAddress()
	bobAt, errBob := stage.FreeAddress()
	if err := errors.Join(errAnn, errBob); err != nil {
		return err
	}
	ctx, cancel := context.WithCancel(ctx)
	defer cancel()
	annName, bobName := "ann@"+annAt, "bob@"+bobAt
	ann, err := stage.Start(ctx, annName, "-with", bobName, "-say", "hello", "-every", "100ms")
	if err != nil {
		return err
	}
	defer func() { err = errors.Join(err, ann.Kill()) }()
	startBob := func() (*stage.Actor, error) {
		return stage.Start(ctx, bobName, "-with", annName, "-say", "hi", "-every", "100ms")
	}
	bob, err := startBob()
	if err != nil {
		return err
	}
	defer func() { err = errors.Join(err, bob.Kill()) }()
	scene := script{ctx: ctx, out: out}
	scene.hears(ann, "bob is here", "Ann sees Bob come.")
	scene.hears(ann, "bob: hi", "Ann hears Bob.")
	scene.hears(bob, "ann: hello", "Bob hears Ann.")
	if scene.err != nil {
		return scene.err
	}
	if err := bob.Kill(); err != nil {
		return err
	}
	scene.hears(ann, "bob has left", "Bob is killed, as by kill -9, and Ann is told that he has left.")
	back, err := startBob()
	if err != nil {
		return errors.Join(scene.err, err)
	}
	defer func() { err = errors.Join(err, back.Kill()) }()
	scene.hears(ann, "bob is here", "Bob comes back.")
	scene.hears(back, "ann: hello", "He hears Ann again.")
	return scene.err
}

// script is a play up to its first mistake.
type script struct {
	ctx context.Context
	out io.Writer
	err error
}

// hears waits until an actor has printed a line, and tells what that means.
func (s *script) hears(a *stage.Actor, line, means string) {
	if s.err != nil {
		return
	}
	if _, s.err = a.Next(s.ctx, func(l string) bool { return l == line }); s.err == nil {
		fmt.Fprintln(s.out, means)
	}
}
